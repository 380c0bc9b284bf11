"""Collects the texts to translate from Python, templates and JavaScript."""

from __future__ import annotations

import ast
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.i18n.catalogues import PROJECT_DIR
from core.i18n.catalogues.audience import staff_lines
from core.i18n.catalogues.borrowed import (
    COMPLETED,
    corrected_admin_entries,
    corrected_entries,
    library_entries,
    missing_admin_entries,
)

ROOTS = ("home", "plebiscite", "services_catalog", "incubator", "site", "templates")
_NOT_ENTERED = {"__pycache__", "locale", "migrations", "node_modules", "tests"}
_TEMPLATES = (".html", ".txt", ".xml", ".svg", ".ics", ".typ")
_COMMENT_TAGS = ["Translators"]

# Arguments that are texts; "c" marks the context.
_ONE, _COUNTED, _IN_CONTEXT, _COUNTED_IN_CONTEXT = None, (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
_KEYWORDS = {
    name + lazy: arguments
    for name, arguments in {
        "gettext": _ONE,
        "ngettext": _COUNTED,
        "pgettext": _IN_CONTEXT,
        "npgettext": _COUNTED_IN_CONTEXT,
    }.items()
    for lazy in ("", "_lazy")
} | {"_": _ONE, "gettext_noop": _ONE}

Key = tuple[str | None, str]


@dataclass
class Message:
    """A text to translate, with the places it was found in."""

    context: str | None
    text: str
    plural: str | None = None
    files: set[str] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)
    for_visitors: bool = False

    @property
    def key(self) -> Key:
        return (self.context, self.text)

    @property
    def flags(self) -> list[str]:
        """gettext's marks for texts with placeholders."""
        if re.search(r"%\(\w+\)[a-z]|%[sd]", self.text + (self.plural or "")):
            return ["python-format"]
        if re.search(r"\{\w*\}", self.text + (self.plural or "")):
            return ["python-brace-format"]
        return []


class Messages(dict[Key, Message]):
    """Texts of one domain by context and text."""

    def note(
        self,
        context: str | None,
        text: str,
        plural: str | None,
        *,
        file: str,
        comments: list[str],
        for_visitors: bool,
    ) -> None:
        """Adds a place; the same text with and without a plural is one message, with it.

        Raises `ValueError` when two places give one text two plurals.
        """
        message = self.setdefault((context, text), Message(context, text))
        if plural and message.plural and plural != message.plural:
            places = ", ".join(sorted({*message.files, file}))
            raise ValueError(f"“{text}” has two plurals: see {places}")
        message.plural = message.plural or plural
        message.files.add(file)
        message.comments += [line for line in comments if line not in message.comments]
        message.for_visitors = message.for_visitors or for_visitors


def collect(project_dir: Path = PROJECT_DIR) -> dict[str, Messages]:
    """The texts of each domain. Raises `SyntaxError` or `ValueError` naming the file."""
    found = {"django": Messages(), "djangojs": Messages()}
    for path in sorted(_sources(project_dir)):
        name = path.relative_to(project_dir).as_posix()
        domain = "djangojs" if path.suffix == ".js" else "django"
        source = path.read_text(encoding="utf-8")
        staff = staff_lines(name, source)
        for line, context, text, plural, comments in _texts(path, name, source):
            found[domain].note(
                context,
                text,
                plural,
                file=name,
                comments=comments,
                for_visitors=line not in staff,
            )
    return found


def add_borrowed(messages: Messages, language: str, domain: str = "django") -> Messages:
    """`messages` and what this language needs of the libraries' texts."""
    complete = Messages(messages)
    for source, entry, for_visitors in _borrowed(language, domain):
        plural = entry.msgid_plural or None
        message = Message(entry.msgctxt, entry.msgid, plural, {source}, [], for_visitors)
        if ours := complete.get(message.key):
            # What is for our staff alone, a library may show to visitors.
            message = replace(
                ours,
                plural=ours.plural or plural,
                for_visitors=ours.for_visitors or for_visitors,
            )
        complete[message.key] = message
    return complete


def _borrowed(language: str, domain: str) -> Iterator[tuple[str, Any, bool]]:
    """Texts of libraries: from where, the entry (polib), whether visitors see it."""
    if domain == "django":
        for entry in corrected_entries(language):
            yield "Django", entry, True
        for library in COMPLETED:
            if language in library.languages:
                for entry in library_entries(library):
                    yield library.package, entry, True
    for package, entry in missing_admin_entries(language, domain):
        yield package, entry, False
    for package, entry in corrected_admin_entries(language, domain):
        yield package, entry, False


def _sources(project_dir: Path) -> Iterator[Path]:
    for root in ROOTS:
        for folder, subfolders, files in os.walk(project_dir / root):
            subfolders[:] = [name for name in subfolders if name not in _NOT_ENTERED]
            place = Path(folder)
            parts = place.relative_to(project_dir).parts
            for name in files:
                path = place / name
                if (
                    (path.suffix == ".py" and "static" not in parts)
                    or (path.suffix == ".js" and "static" in parts)
                    or (path.suffix in _TEMPLATES and "templates" in parts)
                ):
                    yield path


def _texts(
    path: Path, name: str, source: str
) -> Iterator[tuple[int, str | None, str, str | None, list[str]]]:
    from babel.messages.extract import extract

    method = "javascript" if path.suffix == ".js" else "python"
    if path.suffix in _TEMPLATES:
        from django.utils.translation.template import templatize

        # Indented text between the tags would not be acceptable as Python.
        code = templatize(source, origin=name)
        source = "\n".join(line.strip() for line in code.split("\n"))
    if not re.search(r"gettext|_\(", source):
        return
    if path.suffix == ".py":
        _refuse_texts_in_f_strings(name, source)
    try:
        found = list(
            extract(
                method,
                io.BytesIO(source.encode()),
                keywords=_KEYWORDS,
                comment_tags=_COMMENT_TAGS,
                strip_comment_tags=True,
            )
        )
    except (SyntaxError, IndentationError) as error:
        raise SyntaxError(f"{name}: {error}") from error
    for line, text, comments, context in found:
        single, plural = text if isinstance(text, tuple) else (text, None)
        if single:
            yield line, context, single, plural, [comment.lstrip(": ") for comment in comments]


def _refuse_texts_in_f_strings(name: str, source: str) -> None:
    """Python before 3.12 reads an f-string as one token: what is inside would not be found."""
    for outer in ast.walk(ast.parse(source, filename=name)):
        for node in ast.walk(outer) if isinstance(outer, ast.JoinedStr) else ():
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in _KEYWORDS:
                raise ValueError(f"{name}:{node.lineno}: take the text out of the f-string")
