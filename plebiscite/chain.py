"""The chain of the public log: each line holds the hash of the one before it."""

from __future__ import annotations

import hashlib

LOG_DOMAIN = b"hajnowka-odnowa/plebiscite/log/1\n"


def start(plebiscite: str, manifest_hash: bytes) -> bytes:
    """What the first line is chained to: the vote itself."""
    return hashlib.sha256(LOG_DOMAIN + plebiscite.encode() + b"\n" + manifest_hash).digest()


def link(previous: bytes, position: int, commitment: bytes) -> bytes:
    """The hash of one line."""
    return hashlib.sha256(previous + position.to_bytes(8) + commitment).digest()
