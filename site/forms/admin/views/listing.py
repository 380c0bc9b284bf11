"""The list of forms, and a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from forms import permissions, services
from forms.admin.texts import add_text, text_of
from forms.admin.views.shared import (
    Data,
    is_changed,
    to_form,
)
from forms.models import Area, Blueprint, FormVersion
from forms.presets import presets


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All forms, with what is published of each."""
    if not permissions.may_read(request.user):
        raise PermissionDenied
    newest: dict[str, FormVersion] = {}
    for version in FormVersion.objects.order_by("key", "number"):
        newest[version.key] = version
    known = list(Blueprint.objects.select_related("updated_by"))
    rows = [
        {
            "blueprint": blueprint,
            "version": newest.get(blueprint.key),
            "is_changed": is_changed(blueprint, newest.get(blueprint.key)),
        }
        for blueprint in known
    ]
    keys = {blueprint.key for blueprint in known}
    context = {
        "rows": rows,
        "loose": [version for key, version in newest.items() if key not in keys],
        "may_add": bool(permissions.areas_of(request.user)),
    }
    return render(request, "forms/admin/index.html", context)


class NewForm(forms.Form):
    """What a new form is called and what it begins from."""

    use_required_attribute = False

    def __init__(self, *args: Any, areas: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_text(self, "title", gettext_lazy("Title"), required=True)
        self.fields["area"] = forms.ChoiceField(
            label=gettext_lazy("Used by"),
            choices=[(area, Area(area).label) for area in areas],
        )
        starts: list[tuple[str, Any]] = [("", gettext_lazy("an empty form"))]
        starts += [
            (f"preset:{preset.key}", preset.title)
            for preset in presets.values()
            if preset.area in areas
        ]
        starts += [
            (f"form:{row.pk}", _("a copy of “%(title)s”") % {"title": row.title})
            for row in Blueprint.objects.all()
        ]
        self.fields["start"] = forms.ChoiceField(
            label=gettext_lazy("Begin from"), choices=starts, required=False,
            widget=forms.RadioSelect, initial="",
        )  # fmt: skip

    def start(self) -> Data | None:
        kind, _colon, key = self.cleaned_data["start"].partition(":")
        if kind == "preset":
            return presets[key].load()
        return Blueprint.objects.get(pk=key).definition if kind == "form" else None


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A new form, empty or from a preset or from another one."""
    areas = permissions.areas_of(request.user)
    if not areas:
        raise PermissionDenied
    form = NewForm(request.POST or None, areas=areas)
    if request.method == "POST" and form.is_valid():
        blueprint = services.create_blueprint(
            area=form.cleaned_data["area"],
            title=text_of(form.cleaned_data, "title"),
            start=form.start(),
            actor=request.user,
        )
        messages.success(request, _("The form has been made. Now add steps and questions."))
        return to_form(blueprint)
    return render(
        request, "forms/admin/create.html", {"form": form}, status=422 if form.errors else 200
    )
