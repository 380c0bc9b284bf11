"""Files of an application: one by one, checked before they are kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.audit import record
from core.clock import database_now
from core.files import ALL, FileRefused, claim, remove, store_upload
from forms.schema import Field
from forms.types import registry
from incubator import permissions
from incubator.models import Application, ApplicationDraft, Attachment
from incubator.services.writing import locked_draft


def add_file(
    application: Application, *, field_key: str, upload: UploadedFile, actor: Any
) -> Attachment:
    """Keep a file for one question. To be called outside of a transaction.

    Raises `core.files.FileRefused` with a sentence, `DraftClosed`, `PermissionDenied`.
    """
    field = _field(application, field_key)
    if not permissions.may_write(actor, application):
        raise PermissionDenied
    stored = store_upload(upload, actor=actor, allowed=allowed_kinds(field))
    with transaction.atomic():
        current = locked_draft(application, actor=actor)
        _check_unlocked(current, field.key)
        _leave_room(current, field)
        claim(stored, current)
        attachment = Attachment.objects.create(
            application=current, field_key=field_key, file=stored, added_by=actor
        )
        _note_change(current)
        record(current, "add_file", actor=actor, fields=[field_key])
    return attachment


@transaction.atomic
def remove_file(application: Application, *, file_id: UUID, actor: Any) -> None:
    """Take a file out of the draft; removing it again is nothing. What was sent once is kept."""
    current = locked_draft(application, actor=actor)
    attachments = Attachment.objects.filter(application=current, removed_at=None)
    attachment = attachments.select_related("file").filter(file_id=file_id).first()
    if attachment is None:
        return
    _check_unlocked(current, attachment.field_key)
    if current.snapshots.exists():
        attachment.removed_at = database_now()
        attachment.save(update_fields=["removed_at"])
    else:
        attachment.delete()
        remove(attachment.file)
    _note_change(current)
    record(current, "remove_file", actor=actor, fields=[attachment.field_key])


def allowed_kinds(field: Field) -> list[str]:
    """The kinds of files a question takes."""
    return sorted(field.options.get("kinds", ALL))


def _note_change(application: Application) -> None:
    """Whoever is reading the summary now has to read it once more before sending."""
    ApplicationDraft.objects.filter(application=application).update(rev=F("rev") + 1)


def _field(application: Application, key: str) -> Field:
    field = application.form_version.form.fields.get(key)
    if field is None or not registry[field.type].takes_files:
        raise FileRefused(_("This question takes no files."), "question")
    return field


def _check_unlocked(application: Application, key: str) -> None:
    unlocked = application.unlocked_keys
    if unlocked is not None and key not in unlocked:
        raise FileRefused(_("This question is not open for changes."), "question")


def _leave_room(application: Application, field: Field) -> None:
    most = registry[field.type].max_files(field)
    there = Attachment.objects.filter(
        application=application, field_key=field.key, removed_at=None
    ).count()
    if there >= most:
        raise FileRefused(
            ngettext(
                "There may be at most %(count)d file here. Remove it before you add another.",
                "There may be at most %(count)d files here. Remove one before you add another.",
                most,
            )
            % {"count": most},
            "count",
        )
