"""Who may read a private file, and giving it to them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from core.files.keeping import open_file
from core.files.models import StoredFile
from core.ports import Registry

log = logging.getLogger("core.files")

#: By type of owner (`app.model`): whether (user or actor, file) may read it. Else nobody may.
file_permissions: Registry[Callable[[Any, StoredFile], bool]] = Registry()


def may_read(actor: Any, file: StoredFile) -> bool:
    """Whether `actor` may read the file: only by the permission registered for its owner."""
    allows = dict(file_permissions.items()).get(file.owner_type)
    return file.may_be_served and allows is not None and bool(allows(actor, file))


def serve(request: HttpRequest, file: StoredFile, *, allowed: bool) -> FileResponse:
    """The file as a download. Raises Http404 when it is not allowed, or may not be served at all:
    whoever may not read a file does not learn that it exists.

    The browser saves it under its sender's name and neither shows, runs, guesses nor keeps it.
    """
    if not allowed or not file.may_be_served:
        raise Http404
    try:
        content = open_file(file)
    except FileNotFoundError:
        log.error("private file %s is missing in the store", file.pk)
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=file.name, content_type=file.mime)
    response.headers["Content-Length"] = str(file.size)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def download(request: HttpRequest, pk: UUID) -> FileResponse:
    """A file for a signed-in person, by the permission registered for its owner."""
    file = get_object_or_404(StoredFile, pk=pk)
    return serve(request, file, allowed=may_read(request.user, file))
