"""Films and captions from the documents of the site, sent piece by piece.

Some browsers play a film only from a server that sends the part they ask for (RFC 9110, section
14), which Wagtail's way of sending documents does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from core.models import PublicDocument

KINDS = {"mp4": "video/mp4", "webm": "video/webm", "vtt": "text/vtt; charset=utf-8"}
CHUNK = 256 * 1024
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})$")


@require_safe
def film(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A film or its captions, whole or the part that the browser asks for."""
    document = get_object_or_404(PublicDocument, pk=pk)
    kind = KINDS.get(document.file_extension.lower())
    # A document in a private collection is Wagtail's to guard.
    if kind is None or document.collection.get_view_restrictions().exists():
        raise Http404
    try:
        handle = document.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    size = document.file.size
    wanted = RANGE.match(request.headers.get("Range", ""))
    first, last = _span(wanted.groups(), size) if wanted else (0, size - 1)
    if first > last:
        handle.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = StreamingHttpResponse(
        _pieces(handle, first, last - first + 1), content_type=kind, status=206 if wanted else 200
    )
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, max-age=3600"
    if wanted:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _span(wanted: tuple[str, ...], size: int) -> tuple[int, int]:
    """The first and the last byte; the first is greater where there is nothing to send."""
    start, end = wanted
    if not start:
        return (max(0, size - int(end)), size - 1) if end and int(end) else (1, 0)
    return int(start), min(int(end), size - 1) if end else size - 1


def _pieces(handle: BinaryIO, first: int, length: int) -> Iterator[bytes]:
    with handle:
        handle.seek(first)
        while length > 0 and (piece := handle.read(min(CHUNK, length))):
            length -= len(piece)
            yield piece
