"""Further files of what won: a vector drawing, colours, a manual; put up by the commission."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.files import DOCUMENTS, IMAGES, claim, remove, store_upload
from core.files.models import StoredFile
from core.transitions import Refused, advisory_lock
from plebiscite.models import Plebiscite, SignFile
from plebiscite.permissions import is_commission
from plebiscite.phases import PUBLISHED
from plebiscite.selectors.sign import has_sign

FILE_OWNER = "plebiscite.signfile"
#: Files of one sign, and the size of each.
MOST, MAX_SIZE = 12, 30 << 20
_LOCK = "plebiscite.sign_files"


def add(plebiscite: Plebiscite, *, actor: Any, upload: UploadedFile, **titles: str) -> SignFile:
    """Put a file on the page of what won. Not in a transaction: checking a file takes seconds.

    Its type is found by what is in it. Raises PermissionDenied, Refused, FileRefused.
    """
    _check(plebiscite, actor)
    stored = store_upload(upload, actor=actor, allowed=IMAGES | DOCUMENTS, max_size=MAX_SIZE)
    try:
        with transaction.atomic():
            advisory_lock(_LOCK, plebiscite.pk)
            if plebiscite.sign_files.count() >= MOST:
                raise Refused(_("There are as many files as one page can hold: remove one first."))
            made = SignFile.objects.create(plebiscite=plebiscite, file=stored, **titles)
            claim(stored, made)
            record(plebiscite, "add_sign_file", actor=actor)
    except BaseException:
        remove(stored)
        raise
    return made


def take_down(found: SignFile, *, actor: Any) -> None:
    """Remove a file of what won. Raises PermissionDenied."""
    if not is_commission(actor):
        raise PermissionDenied
    stored = found.file
    with transaction.atomic():
        found.delete()
        record(found.plebiscite, "remove_sign_file", actor=actor)
    remove(stored)


def may_read_sign_file(actor: Any, file: StoredFile) -> bool:
    """Everybody, while its result is published; a vote that became void has no sign."""
    return SignFile.objects.filter(
        pk=file.owner_id, plebiscite__state__in=PUBLISHED, plebiscite__rehearsal_of=None
    ).exists()


def _check(plebiscite: Plebiscite, actor: Any) -> None:
    if not is_commission(actor):
        raise PermissionDenied
    if not has_sign(plebiscite):
        raise Refused(_("Nothing has won yet: files come after the result."))
