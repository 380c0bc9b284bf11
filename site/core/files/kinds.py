"""The kinds of files that can be allowed, and how each is told from its content."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

import filetype

HEAD = 4096


@dataclass(frozen=True)
class Kind:
    """One kind. `declared` are the media types that browsers give for it besides the right one."""

    name: str
    label: str
    mime: str
    extensions: tuple[str, ...]
    declared: frozenset[str] = frozenset()


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_ZIPPED = frozenset({"application/zip", "application/x-zip-compressed"})

KINDS = {
    kind.name: kind
    for kind in (
        Kind("pdf", "PDF", "application/pdf", (".pdf",), frozenset({"application/x-pdf"})),
        Kind(
            "jpg", "JPG", "image/jpeg", (".jpg", ".jpeg"), frozenset({"image/jpg", "image/pjpeg"})
        ),
        Kind("png", "PNG", "image/png", (".png",), frozenset({"image/x-png"})),
        Kind("webp", "WebP", "image/webp", (".webp",)),
        Kind("odt", "ODT", f"{_OPEN}text", (".odt",), _ZIPPED),
        Kind("ods", "ODS", f"{_OPEN}spreadsheet", (".ods",), _ZIPPED),
        Kind("docx", "DOCX", f"{_OFFICE}wordprocessingml.document", (".docx",), _ZIPPED),
        Kind("xlsx", "XLSX", f"{_OFFICE}spreadsheetml.sheet", (".xlsx",), _ZIPPED),
        Kind("txt", "TXT", "text/plain", (".txt",)),
        Kind("zip", "ZIP", "application/zip", (".zip",), _ZIPPED),
    )
}
IMAGES = frozenset({"jpg", "png", "webp"})
DOCUMENTS = frozenset({"pdf", "odt", "ods", "docx", "xlsx", "txt"})
#: Everything but archives, whose content nobody sees before opening it.
ALL = IMAGES | DOCUMENTS

#: What browsers say when they do not know: no claim at all.
NO_CLAIM = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_SNIFFED = {"image/jpeg": "jpg", "image/png": "png", "image/apng": "png", "image/webp": "webp"}
_MARKUP = (b"<svg", b"<html", b"<!doctype", b"<?xml", b"<script", b"<head", b"<body")


def by_extension(name: str) -> Kind | None:
    """The kind that a file's name claims."""
    name = name.lower()
    return next((kind for kind in KINDS.values() if name.endswith(kind.extensions)), None)


def sniff(file: IO[bytes]) -> str:
    """The name of the kind that the content is, empty for anything else."""
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _sniff_zip(file)
    if found := filetype.guess(head):
        return _SNIFFED.get(found.mime, "")
    return "txt" if _is_text(file) else ""


def _sniff_zip(file: IO[bytes]) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if "[Content_Types].xml" in names:
                if "word/document.xml" in names:
                    return "docx"
                return "xlsx" if "xl/workbook.xml" in names else ""
            if names and names[0] == "mimetype":
                info = archive.getinfo("mimetype")
                said = archive.read(info).decode("ascii", "replace") if info.file_size < 200 else ""
                return {KINDS[name].mime: name for name in ("odt", "ods")}.get(said.strip(), "")
            return "zip"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return ""


def _is_text(file: IO[bytes]) -> bool:
    """Text in UTF-8 or in the old Polish encoding of Windows, and not markup."""
    file.seek(0)
    data = file.read()
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        return False
    if any(byte < 32 and byte not in b"\t\n\r\f" for byte in set(data)):
        return False
    for encoding in ("utf-8", "cp1250"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def accept(allowed: Iterable[str]) -> str:
    """The `accept` attribute of an input for these kinds."""
    return ",".join(
        extension for kind in _in_order(allowed) for extension in (*kind.extensions, kind.mime)
    )


def in_words(allowed: Iterable[str]) -> str:
    """The kinds for people: “PDF, JPG, PNG”."""
    return ", ".join(kind.label for kind in _in_order(allowed))


def _in_order(allowed: Iterable[str]) -> list[Kind]:
    wanted = set(allowed)
    if unknown := wanted - set(KINDS):
        raise ValueError(f"no such kinds of files: {sorted(unknown)}")
    return [kind for name, kind in KINDS.items() if name in wanted]
