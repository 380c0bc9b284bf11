"""The commission's page of further files of what won."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from core.files import DOCUMENTS, IMAGES, FileRefused, accept, in_words
from core.i18n.languages import CODES
from core.transitions import Refused
from forms.fields import TidyField
from plebiscite import addresses
from plebiscite.models import Plebiscite, SignFile
from plebiscite.permissions import is_commission, may_read
from plebiscite.services import sign_files

_TITLES = {
    "pl": _("What it is"),
    "be": _("What it is, Belarusian"),
    "en": _("What it is, English"),
    "it": _("What it is, Italian"),
}


class SignFileForm(forms.Form):
    """A file and what it is, in up to four languages."""

    file = forms.FileField(label=_("File"), error_messages={"required": _("Choose a file.")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = IMAGES | DOCUMENTS
        self.fields["file"].widget.attrs["accept"] = accept(allowed)
        self.fields["file"].help_text = _("%(kinds)s, at most 30 MB.") % {
            "kinds": in_words(allowed)
        }
        for code in CODES:
            self.fields[f"title_{code}"] = TidyField(
                label=_TITLES[code],
                max_length=120,
                required=code == CODES[0],
                widget=forms.TextInput(attrs={"lang": code}),
                error_messages={"required": _("Say what the file is.")},
            )


def sign_files_view(request: HttpRequest, pk: str) -> HttpResponse:
    """The files, one more, and one less; only POST acts."""
    if not may_read(request.user):
        raise PermissionDenied
    plebiscite = get_object_or_404(Plebiscite.objects.real(), pk=pk)
    form = SignFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if not is_commission(request.user):
            raise PermissionDenied
        if "remove" in request.POST:
            found = get_object_or_404(SignFile, plebiscite=plebiscite, pk=request.POST["remove"])
            sign_files.take_down(found, actor=request.user)
            messages.success(request, _("Removed."))
            return redirect("plebiscite_sign_files", plebiscite.pk)
        if form.is_valid():
            upload = form.cleaned_data.pop("file")
            try:
                sign_files.add(plebiscite, actor=request.user, upload=upload, **form.cleaned_data)
            except FileRefused as refusal:
                form.add_error("file", refusal)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The file is on the page of what won."))
                return redirect("plebiscite_sign_files", plebiscite.pk)
    context = {
        "plebiscite": plebiscite,
        "form": form,
        "files": plebiscite.sign_files.select_related("file"),
        "may_act": is_commission(request.user),
        "sign_url": addresses.sign(plebiscite.slug),
    }
    status = 422 if form.is_bound else 200
    return render(request, "plebiscite/admin/sign_files.html", context, status=status)
