"""Files on the pages of an application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from core.files import MAX_SIZE, accept, in_words, serve
from forms.schema import Field
from forms.types import FileInfo
from incubator import permissions
from incubator.models import Application, Attachment
from incubator.selectors.applications import ShownStep
from incubator.selectors.files import was_sent
from incubator.services.files import allowed_kinds


def accepted(field: Field) -> str:
    """What a file input offers to choose."""
    return accept(allowed_kinds(field))


def accepted_in_words(field: Field) -> str:
    """The same for people."""
    return in_words(allowed_kinds(field))


def upload_limit() -> str:
    """How large a file may be."""
    return filesizeformat(MAX_SIZE)


def with_urls(
    application: Application, files: Mapping[str, Sequence[FileInfo]]
) -> dict[str, list[FileInfo]]:
    """Files with the addresses from which the team and staff can have them."""
    return {
        key: [
            replace(info, url=reverse("incubator:file", args=[application.uuid, info.id]))
            for info in infos
        ]
        for key, infos in files.items()
    }


def serve_attachment(request: HttpRequest, application: Application, file_id: Any) -> FileResponse:
    """A file of an application; staff get those that were sent, also if dropped since."""
    attachment = (
        Attachment.objects.select_related("file")
        .filter(application=application, file_id=file_id)
        .first()
    )
    if attachment is None:
        raise Http404
    is_of_team = permissions.is_of_team(request.user, application)
    if not is_of_team and not was_sent(application, file_id):
        raise Http404
    return serve(request, attachment.file, allowed=True)


def with_links(application: Application, steps: list[ShownStep]) -> list[ShownStep]:
    """Answers whose files can be downloaded."""
    return [
        replace(
            step,
            answers=[
                replace(answer, files=with_urls(application, {"": answer.files})[""])
                for answer in step.answers
            ],
        )
        for step in steps
    ]
