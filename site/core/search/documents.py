"""Public documents in the search: their titles, and the text of ODT and DOCX files."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Iterable
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
    if kind not in PARTS:
        return ""
    try:
        with document.file.open("rb") as file:
            return _text(file, PARTS[kind])
    except (OSError, zipfile.BadZipFile, KeyError, ParseError, DefusedXmlException) as problem:
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
