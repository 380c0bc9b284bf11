"""Archive and merging of organisations, in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.menus import MenuItem
from wagtail.snippets.views import snippets

from directory import permissions, services
from directory.models import Organisation
from directory.services.merging import counts

BACK = "wagtailsnippets_directory_organisation:list"


class OrganisationIndexView(snippets.IndexView):
    """The list, with what staff who keep the directory may do besides."""

    def get_list_more_buttons(self, instance: Organisation) -> list[MenuItem]:
        buttons = super().get_list_more_buttons(instance)
        if not permissions.keeps(self.request.user):
            return buttons
        key = [instance.pk]
        if instance.archived_at is None:
            buttons.append(
                MenuItem(_("Merge a duplicate into it"), url=reverse("directory_merge", args=key))
            )
            label, url = _("Put into the archive"), reverse("directory_archive", args=key)
            buttons.append(MenuItem(label, url=url, icon_name="folder"))
        elif instance.merged_into_id is None:
            label, url = _("Take out of the archive"), reverse("directory_archive", args=key)
            buttons.append(MenuItem(label, url=url, icon_name="folder-open-inverse"))
        return buttons


class MergeForm(forms.Form):
    """Which row is the same organisation, and why."""

    duplicate = forms.ModelChoiceField(
        label=gettext_lazy("Duplicate that is merged into it"), queryset=Organisation.objects.none()
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: Any, kept: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Organisation.objects.filter(merged_into=None).exclude(pk=kept.pk)
        field = self.fields["duplicate"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows.order_by("name_pl")


def _kept(request: HttpRequest, pk: int) -> Organisation:
    if not permissions.keeps(request.user):
        raise PermissionDenied
    return get_object_or_404(Organisation, pk=pk)


def merge_view(request: HttpRequest, pk: int) -> HttpResponse:
    """First which one, then both side by side; only the last button acts."""
    kept = _kept(request, pk)
    form = MergeForm(request.POST or None, kept=kept)
    context: dict[str, Any] = {"kept": kept, "form": form}
    if request.method == "POST" and form.is_valid():
        duplicate, reason = form.cleaned_data["duplicate"], form.cleaned_data["reason"]
        if "confirmed" in request.POST:
            try:
                services.merge_organisations(kept, duplicate, reason=reason, actor=request.user)
            except ValidationError as error:
                context["error"] = error.messages[0]
            else:
                messages.success(request, _("The two organisations are one now."))
                return redirect(BACK)
        sides = [(kept, counts(kept)), (duplicate, counts(duplicate))]
        context |= {"duplicate": duplicate, "sides": sides}
    return render(request, "directory/admin/merge.html", context)


def archive_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Into the archive with a reason, or out of it; only POST acts."""
    organisation = _kept(request, pk)
    context: dict[str, Any] = {"organisation": organisation}
    if request.method == "POST":
        try:
            if organisation.archived_at is None:
                reason = request.POST.get("reason", "")[:1000]
                services.archive_organisation(organisation, reason=reason, actor=request.user)
            else:
                services.restore_organisation(organisation, actor=request.user)
        except ValidationError as error:
            context["error"] = error.messages[0]
        else:
            messages.success(request, _("Done."))
            return redirect(BACK)
    return render(request, "directory/admin/archive.html", context)


def admin_urls() -> list[URLPattern]:
    """Addresses below `/admin/`."""
    return [
        path("organizacje/<int:pk>/polacz/", merge_view, name="directory_merge"),
        path("organizacje/<int:pk>/archiwum/", archive_view, name="directory_archive"),
    ]
