"""Public documents in the search: their titles, and the text of PDF, ODT and DOCX files."""

from __future__ import annotations

import logging
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from core.models.media import PublicDocument
from core.ports import SearchRow

log = logging.getLogger("core.search")

#: Which part of the archive holds the text, and the elements that end a line.
PARTS = {"docx": "word/document.xml", "odt": "content.xml"}
LINES = {"p", "h", "tab", "br", "line-break", "tc", "table-cell", "s"}
LARGEST_PART = 20 * 1024 * 1024
LONGEST_TEXT = 200_000
#: What a PDF may take: seconds of the processor and of waiting, memory, pages, its own size.
PDF_SECONDS, PDF_PATIENCE_S, PDF_MEGABYTES, PDF_PAGES = 8, 20, 700, 300
LARGEST_PDF = 40 * 1024 * 1024
PDF_PROGRAM = Path(__file__).with_name("pdf_text.py")


class UnreadablePdf(Exception):
    """A PDF that is broken, too large, or takes too much to read."""


UNREADABLE = (
    OSError, zipfile.BadZipFile, KeyError, ParseError, DefusedXmlException, UnreadablePdf,
    subprocess.TimeoutExpired,
)  # fmt: skip


class DocumentSearch:
    """Every document that anybody may download, in the language it is written in."""

    def models(self) -> tuple[type, ...]:
        return (PublicDocument,)

    def key(self, obj: Any) -> str:
        return str(obj.pk)

    def rows(self) -> Iterable[SearchRow]:
        for document in PublicDocument.objects.select_related("collection").iterator(200):
            yield from self.rows_for(document)

    def rows_for(self, obj: Any) -> Iterable[SearchRow]:
        if obj.collection.get_view_restrictions().exists():
            return
        kind = obj.file_extension.lower()
        yield SearchRow(
            key=self.key(obj),
            kind="document",
            language=obj.language,
            title=obj.title,
            url=obj.url,
            summary=kind.upper(),
            body=text_of(obj, kind),
            date=obj.created_at,
        )


def text_of(document: PublicDocument, kind: str) -> str:
    """The text of the file; empty for other kinds and for a file that cannot be read.

    Editors may upload anything: a broken file is found by its title, and the log says why.
    """
    if kind not in {*PARTS, "pdf"}:
        return ""
    try:
        with document.file.open("rb") as file:
            return _pdf_text(file) if kind == "pdf" else _text(file, PARTS[kind])
    except UNREADABLE as problem:
        log.warning("document %s has no text: %s", document.pk, type(problem).__name__)
        return ""


def _text(file: IO[bytes], part: str) -> str:
    with zipfile.ZipFile(file) as archive:
        with archive.open(part) as opened:
            # One byte more tells that there is more, whatever the archive says about its size.
            content = opened.read(LARGEST_PART + 1)
        if len(content) > LARGEST_PART:
            raise zipfile.BadZipFile("the text is too large")
    root: Element = fromstring(content)
    pieces: list[str] = []
    _collect(root, pieces)
    return " ".join("".join(pieces).split())[:LONGEST_TEXT]


def _pdf_text(file: IO[bytes]) -> str:
    """The text, read by a process of its own that may be ended. Raises UnreadablePdf."""
    content = file.read(LARGEST_PDF + 1)
    if len(content) > LARGEST_PDF:
        raise UnreadablePdf
    limits = map(str, (PDF_SECONDS, PDF_MEGABYTES, PDF_PAGES, LONGEST_TEXT))
    done = subprocess.run(
        [sys.executable, "-I", str(PDF_PROGRAM), *limits],
        input=content,
        capture_output=True,
        timeout=PDF_PATIENCE_S,
        check=False,
    )
    if done.returncode:
        raise UnreadablePdf
    # The database takes no zero byte.
    return done.stdout.decode().replace("\x00", "")


def _collect(root: Element, pieces: list[str]) -> None:
    """The words in the order of reading; deep nesting is no recursion."""
    ends = {id(element): element.tag.rpartition("}")[2] in LINES for element in root.iter()}
    stack: list[tuple[Element, bool]] = [(root, False)]
    while stack:
        element, is_done = stack.pop()
        if is_done:
            pieces.append(" " if ends[id(element)] else "")
            pieces.append(element.tail or "")
            continue
        pieces.append(element.text or "")
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
