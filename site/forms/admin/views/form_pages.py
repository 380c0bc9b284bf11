"""One form: its outline, its title, its steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from forms import permissions
from forms.admin.texts import add_text, text_of
from forms.admin.views.shared import (
    Data,
    buildable,
    edited,
    is_changed,
    outline,
    readable,
    to_form,
)
from forms.schema import editing


@require_safe
def form_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A form: its steps and questions in order, what is wrong with it, and its versions."""
    blueprint = readable(request, pk)
    steps, problems, form = outline(blueprint)
    versions = list(blueprint.versions())
    context = {
        "blueprint": blueprint,
        "steps": steps,
        "problems": problems,
        "versions": versions,
        "is_changed": is_changed(blueprint, versions[0] if versions else None),
        "may_build": permissions.may_build(request.user, blueprint.area),
        "can_preview": any(step.fields for step in form.steps),
    }
    return render(request, "forms/admin/form.html", context)


class TitleForm(forms.Form):
    """The title of a form."""

    use_required_attribute = False

    def __init__(self, *args: Any, title: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_text(self, "title", gettext_lazy("Title"), required=True, initial=title)


@require_http_methods(["GET", "HEAD", "POST"])
def title_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The title in four languages."""
    blueprint = buildable(request, pk)
    form = TitleForm(request.POST or None, title=blueprint.definition.get("title"))
    if request.method == "POST" and form.is_valid():
        title = text_of(form.cleaned_data, "title")
        if edited(request, blueprint, lambda data: editing.with_title(data, title)):
            return to_form(blueprint, "form-title")
        blueprint.refresh_from_db()
    context = {"blueprint": blueprint, "form": form, "heading": _("Title of the form")}
    return render(request, "forms/admin/texts.html", context, status=422 if form.errors else 200)


class StepForm(forms.Form):
    """The title and introduction of a step."""

    use_required_attribute = False

    def __init__(self, *args: Any, step: Data, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_text(
            self, "title", gettext_lazy("Title of the step"), required=True,
            initial=step.get("title"),
        )  # fmt: skip
        add_text(
            self, "intro", gettext_lazy("Introduction"), rows=3, max_length=1500,
            initial=step.get("intro"),
        )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def step_page(request: HttpRequest, pk: int, key: str = "") -> HttpResponse:
    """A step's texts; without a key a new one."""
    blueprint = buildable(request, pk)
    try:
        step = editing.find_step(blueprint.definition, key) if key else {}
    except editing.NotThere:
        raise Http404 from None
    form = StepForm(request.POST or None, step=step)
    if request.method == "POST" and form.is_valid():
        values = {name: text_of(form.cleaned_data, name) for name in ("title", "intro")}
        changed = edited(request, blueprint, lambda data: editing.with_step(data, key, **values)[0])
        if changed:
            made = key or changed.definition["steps"][-1]["key"]
            return to_form(changed, f"step-{made}")
        blueprint.refresh_from_db()
    context = {
        "blueprint": blueprint,
        "form": form,
        "heading": _("Step") if key else _("New step"),
    }
    return render(request, "forms/admin/texts.html", context, status=422 if form.errors else 200)
