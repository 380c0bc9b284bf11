"""What a document may not hold, whatever its kind."""

from __future__ import annotations

import struct
import zipfile
from pathlib import PurePosixPath
from typing import IO

from django.utils.translation import gettext_lazy as _

from core.files.errors import FileRefused

#: Limits for what an archive would be when unpacked.
MAX_UNPACKED = 300 * 1024 * 1024
MAX_ENTRIES = 5000
_END = b"PK\x05\x06"
_MIXED = _("The file is two kinds of file in one. Save it anew and send it again.")


def check(file: IO[bytes], kind: str) -> None:
    """Look into a document. Raises FileRefused."""
    if kind == "pdf":
        _check_pdf(file)
    elif kind in {"docx", "xlsx", "odt", "ods", "zip"}:
        _check_zip(file, kind)


def _check_pdf(file: IO[bytes]) -> None:
    if zipfile.is_zipfile(file):
        raise FileRefused(_MIXED, "mixed")
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 4096))
    if b"%%EOF" not in file.read():
        raise FileRefused(_("The PDF is not complete. Save it anew and send it again."), "damaged")


def _check_zip(file: IO[bytes], kind: str) -> None:
    if not _is_only_a_zip(file):
        raise FileRefused(_MIXED, "mixed")
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED:
            raise FileRefused(
                _("Unpacked, the file would be too large. Send its parts one by one."), "bomb"
            )
        if any(entry.flag_bits & 1 for entry in entries):
            raise FileRefused(
                _("The file is locked with a password. Send it without one."), "locked"
            )
        if kind == "zip":
            _check_paths(entries)
        elif _has_macros(archive, entries):
            raise FileRefused(
                _(
                    "The document contains macros (small programs), which we do not accept. Save "
                    "it as an ordinary document or as PDF and send it again."
                ),
                "macros",
            )


def _is_only_a_zip(file: IO[bytes]) -> bool:
    """Whether the archive begins with the first byte, ends with the last and is no PDF too."""
    file.seek(0)
    if b"%PDF-" in file.read(1024):
        return False
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        return False
    (comment,) = struct.unpack_from("<H", tail, at + 20)
    if at + 22 + comment != len(tail):
        return False
    with zipfile.ZipFile(file) as archive:
        return min((entry.header_offset for entry in archive.infolist()), default=0) == 0


def _check_paths(entries: list[zipfile.ZipInfo]) -> None:
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
            raise FileRefused(
                _("The archive would write outside of its folder, so we do not accept it."), "paths"
            )


def _has_macros(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> bool:
    for entry in entries:
        name = entry.filename.lower()
        if name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/")):
            return True
        if name == "[content_types].xml" and b"macroenabled" in archive.read(entry).lower():
            return True
    return False
