"""What is wrong with the catalogues: missing, doubtful or broken translations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.i18n.catalogues import DOMAINS, LANGUAGES, LOCALE_DIR, catalogue_path
from core.i18n.catalogues.extract import Messages
from core.i18n.catalogues.merge import plural_count, plural_forms, read, wanted

_NAMED = re.compile(r"%\(\w+\)[-#0+]*\d*(?:\.\d+)?[a-zA-Z]")
_POSITIONAL = re.compile(r"%[-#0+]*\d*(?:\.\d+)?[sdfr]")
_BRACED = re.compile(r"\{\w*(?:![rsa])?(?::[^{}]*)?\}")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# Languages whose first plural form is used for the number one alone, so that it may do without
# the number ("jedno miejsce"). The Belarusian one also serves 21 and 101.
_FIRST_FORM_IS_ONE = {"pl", "it"}


def problems(found: dict[str, Messages], locale_dir: Path = LOCALE_DIR) -> Iterator[str]:
    """A line for each problem, with the language and the text it concerns."""
    for language in LANGUAGES:
        for domain in DOMAINS:
            messages = wanted(found[domain], language, domain)
            path = catalogue_path(language, domain, locale_dir)
            entries = read(path)
            for line in _catalogue(messages, entries, language):
                yield f"{language}: {line}"
            if entries and not _has_header(path, language):
                yield f"{language}: the header of {path.name} is not up to date"


def _has_header(path: Path, language: str) -> bool:
    import polib

    return polib.pofile(str(path)).metadata.get("Plural-Forms") == plural_forms(language)


def _catalogue(messages: Messages, entries: dict, language: str) -> Iterator[str]:
    for key in sorted(messages.keys() - entries.keys(), key=str):
        yield f"not in the catalogue: {_short(key[1])} ({_places(messages[key].files)})"
    for key in sorted(entries.keys() - messages.keys(), key=str):
        yield f"no longer used: {_short(key[1])}"
    for key in sorted(messages.keys() & entries.keys(), key=str):
        message, entry = messages[key], entries[key]
        if (entry.msgid_plural or None) != message.plural:
            yield f"its plural is not up to date: {_short(key[1])}"
            continue
        for fault in entry_faults(entry, language):
            yield f"{fault}: {_short(key[1])} ({_places(message.files)})"


def entry_faults(entry: Any, language: str) -> Iterator[str]:
    """What is wrong with one translation (a polib entry)."""
    if "fuzzy" in entry.flags:
        yield "marked fuzzy"
    if not entry.msgid_plural:
        if not entry.msgstr:
            yield "not translated"
        else:
            yield from _differences(entry.msgid, entry.msgstr)
        return
    forms = [entry.msgstr_plural.get(n, "") for n in range(plural_count(language))]
    if not all(forms):
        yield "not translated in every plural form"
        return
    for number, form in enumerate(forms):
        alone = number == 0 and language in _FIRST_FORM_IS_ONE
        if not (alone and not list(_differences(entry.msgid, form))):
            yield from _differences(entry.msgid_plural, form)


def _differences(text: str, translation: str) -> Iterator[str]:
    for name, pattern in (
        ("placeholders differ", _NAMED),
        ("placeholders in braces differ", _BRACED),
        ("tags differ", _TAG),
    ):
        if Counter(pattern.findall(text)) != Counter(pattern.findall(translation)):
            yield name
    # "50 % of" in a text that is never formatted is not a placeholder.
    if _POSITIONAL.findall(text) != _POSITIONAL.findall(translation):
        yield "placeholders differ"
    for side, strip in (("starts", str.lstrip), ("ends", str.rstrip)):
        if (strip(text) == text) != (strip(translation) == translation):
            yield f"one {side} with a space or a line break, the other does not"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line if len(line) <= 70 else line[:69] + '…'}”"


def _places(files: set[str]) -> str:
    first = sorted(files)
    return ", ".join(first[:2]) + (f" and {len(first) - 2} more" if len(first) > 2 else "")
