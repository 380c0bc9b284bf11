"""The order of lots: computed by anybody from what was published before the draw and the beacon."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

LOT_DOMAIN = "hajnowka-odnowa/plebiscite/lot/1"


def lot_order(
    options: Iterable[str], *, beacon: str, log_root: bytes, manifest_hash: bytes
) -> tuple[str, ...]:
    """All options, sorted by SHA-256 over five lines: domain, beacon, root, manifest, option.

    The beacon is text without line breaks; hashes are written as small hexadecimal digits. The
    root of the log is the digest of its last line, fixed before the beacon is known.
    """
    if "\n" in beacon or "\r" in beacon:
        raise ValueError("a beacon is one line")

    def drawn(code: str) -> bytes:
        lines = (LOT_DOMAIN, beacon, log_root.hex(), manifest_hash.hex(), code)
        return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).digest()

    return tuple(sorted(options, key=drawn))
