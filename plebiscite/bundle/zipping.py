"""A zip file with the same bytes everywhere: stored, one fixed time, sorted names, nothing extra.

Python's own writer is not used: what it puts into headers has changed between versions.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

_VERSION = 20
# 1 January 1980, midnight: the earliest that the format knows.
_TIME, _DATE = 0, (1 << 5) | 1
# Made on Unix; a file that everybody may read.
_MADE_BY, _MODE = (3 << 8) | _VERSION, 0o100644 << 16
_LARGEST = 0xFFFFFFFF
_PIECE = 1 << 20


class TooLarge(ValueError):
    """The plain format ends at four gigabytes."""


def write_zip(target: BinaryIO, files: Iterable[tuple[str, Path]]) -> int:
    """Writes the files in the order of their names; gives how many bytes it wrote."""
    place = 0
    directory = []
    for name, path in sorted(files):
        raw = name.encode("ascii")
        crc, size = _sum(path)
        fields = (_TIME, _DATE, crc, size, size, len(raw), 0)
        head = struct.pack("<4s5H3L2H", b"PK\3\4", _VERSION, 0, 0, *fields)
        entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", _MADE_BY, _VERSION, 0, 0, *fields, 0, 0, 0,
                            _MODE, place)  # fmt: skip
        directory.append(entry + raw)
        target.write(head + raw)
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                target.write(piece)
        place += len(head) + len(raw) + size
        if place > _LARGEST:
            raise TooLarge("the bundle is larger than four gigabytes")
    listed = b"".join(directory)
    end = struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, len(directory), len(directory), len(listed), place, 0
    )
    target.write(listed + end)
    return place + len(listed) + len(end)


def _sum(path: Path) -> tuple[int, int]:
    crc = size = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            crc = zlib.crc32(piece, crc)
            size += len(piece)
    return crc, size
