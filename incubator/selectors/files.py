"""The files of an application."""

from __future__ import annotations

from typing import Any

from forms.types import FileInfo
from incubator.models import Application, Attachment


def current_attachments(application: Application) -> list[Attachment]:
    """Files that stand in the draft now, in the order they were added."""
    return list(
        Attachment.objects.filter(application=application, removed_at=None)
        .select_related("file")
        .order_by("pk")
    )


def files_by_field(application: Application) -> dict[str, list[FileInfo]]:
    """The same, as the form knows files."""
    found: dict[str, list[FileInfo]] = {}
    for attachment in current_attachments(application):
        file = attachment.file
        found.setdefault(attachment.field_key, []).append(
            FileInfo(
                id=str(file.pk),
                name=file.name,
                size=file.size,
                sha256=file.sha256,
                is_ready=file.may_be_served,
            )
        )
    return found


def was_sent(application: Application, file_id: Any) -> bool:
    """Whether the file stands in anything that was sent, by its list of files."""
    return any(
        info["id"] == str(file_id)
        for snapshot in application.snapshots.all()
        for infos in snapshot.files.values()
        for info in infos
    )
