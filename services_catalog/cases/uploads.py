"""Files that come with a form, kept even when the form has to be corrected.

A file input cannot be filled in again by a page, so what was checked and stored travels along as
a signed list of its numbers; only files that still belong to nothing can be used.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.files import ALL, FileRefused, accept, store_upload
from core.files.models import StoredFile

MOST = 3
_SALT, _MAX_AGE = "services.files", 2 * 24 * 3600


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Up to three files; the checking is done by `take_files`, outside of a transaction."""

    widget = ManyFilesInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Files"))
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.widget.attrs.update({"class": "input", "accept": accept(ALL)})
        self.help_text = _("Up to three, 10 MB each: PDF, pictures, documents, tables.")

    def clean(self, data: Any, initial: Any = None) -> Any:
        return []


class WithFiles(forms.Form):
    """A form with the field `files`; `kept` are files that an earlier try has brought."""

    # The metaclass takes the field away, so that Django's own attribute of this name stays.
    files = ManyFilesField()  # type: ignore[assignment]
    kept_files = forms.CharField(required=False, widget=forms.HiddenInput)
    kept: list[StoredFile]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = []


def take_files(
    request: HttpRequest, form: WithFiles, *, actor: Any, more: Iterable[StoredFile] = ()
) -> list[StoredFile]:
    """Stores what came with the form; refused files become errors of the field.

    Gives all files, those of earlier tries first, and lets the form carry them on. `more` are
    stored files without a place of their own any more; they come along as long as there is room.
    """
    kept = _kept(request.POST.get("kept_files", ""))
    uploads = request.FILES.getlist("files")
    room = max(0, MOST - len(kept))
    if len(uploads) > room:
        form.add_error(
            "files",
            ngettext("Send at most %(most)d file.", "Send at most %(most)d files.", MOST)
            % {"most": MOST},
        )
        uploads = uploads[:room]
    for upload in uploads:
        try:
            kept.append(store_upload(upload, actor=actor))
        except FileRefused as refusal:
            form.add_error("files", refusal)
    kept += list(more)[: max(0, MOST - len(kept))]
    form.kept = kept
    data = request.POST.copy()
    data[form.add_prefix("kept_files")] = signing.dumps([str(file.pk) for file in kept], salt=_SALT)
    form.data = data
    return kept


def _kept(token: str) -> list[StoredFile]:
    try:
        numbers = signing.loads(token, salt=_SALT, max_age=_MAX_AGE) if token else []
    except signing.BadSignature:
        return []
    return list(StoredFile.objects.filter(pk__in=numbers, owner_type=""))
