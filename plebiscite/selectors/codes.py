"""Digests of voting codes: how many were printed, which are spent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from uuid import UUID

from plebiscite.models import Code

_CHUNK = 5000


def printed_lines(plebiscite: UUID) -> Iterator[str]:
    """The digests of all printed codes, one a line, sorted: what everybody may read."""
    digests = Code.objects.filter(plebiscite=plebiscite).order_by("digest")
    for digest in digests.values_list("digest", flat=True).iterator(chunk_size=_CHUNK):
        yield f"{bytes(digest).hex()}\n"


def printed_digest(plebiscite: UUID) -> tuple[int, str]:
    """How many codes were printed, and the SHA-256 of `printed_lines`: both are in the manifest."""
    whole, number = hashlib.sha256(), 0
    for line in printed_lines(plebiscite):
        whole.update(line.encode("ascii"))
        number += 1
    return number, whole.hexdigest()


def code_state(plebiscite: UUID, digest: bytes) -> str:
    """What has become of a code: unknown, void, spent or unused."""
    found = Code.objects.filter(plebiscite=plebiscite, digest=digest).first()
    if found is None:
        return "unknown"
    if found.is_void:
        return "void"
    return "unused" if found.spent_on is None else "spent"
