"""Giving out a further file of what won."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from core.files import may_read, serve
from plebiscite.models import SignFile


@require_safe
def sign_file(request: HttpRequest, slug: str, pk: UUID) -> HttpResponseBase:
    """The file, by the permission registered for its owner: nobody's before the result is out."""
    found = get_object_or_404(SignFile.objects.select_related("file"), pk=pk, plebiscite__slug=slug)
    return serve(request, found.file, allowed=may_read(request.user, found.file))
