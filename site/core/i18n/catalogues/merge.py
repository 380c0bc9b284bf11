"""Brings the catalogues up to date with the collected texts."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import polib

from core.i18n.catalogues import DOMAINS, LANGUAGES, LOCALE_DIR, catalogue_path
from core.i18n.catalogues.extract import Key, Message, Messages, add_borrowed

_WIDTH = 100


def wanted(messages: Messages, language: str, domain: str = "django") -> Messages:
    """What the catalogue of a language has to hold: for Polish all, else what visitors see."""
    complete = add_borrowed(messages, language, domain)
    if language == "pl":
        return complete
    return Messages({key: message for key, message in complete.items() if message.for_visitors})


def update(
    found: dict[str, Messages], locale_dir: Path = LOCALE_DIR
) -> dict[str, tuple[int, int, int]]:
    """Writes the catalogues; gives the numbers of new, gone and untranslated texts by language.

    Translations are kept by context and text; nothing is guessed, so nothing is ever fuzzy.
    """
    report = {}
    for language in LANGUAGES:
        counts = [0, 0, 0]
        for domain in DOMAINS:
            path = catalogue_path(language, domain, locale_dir)
            messages = wanted(found[domain], language, domain)
            old = read(path)
            if not messages:
                path.unlink(missing_ok=True)
                continue
            text, missing = _render(messages, old, language)
            counts[0] += len(messages.keys() - old.keys())
            counts[1] += len(old.keys() - messages.keys())
            counts[2] += missing
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        report[language] = (counts[0], counts[1], counts[2])
    return report


def read(path: Path) -> dict[Key, Any]:
    """The entries (polib) of a catalogue by context and text; none when it is not there."""
    if not path.exists():
        return {}
    return {
        (entry.msgctxt, entry.msgid): entry
        for entry in polib.pofile(str(path))
        if not entry.obsolete
    }


@cache
def plural_forms(language: str) -> str:
    """Django's own rule: with another one the two catalogues would be kept apart at run time."""
    import django

    folder = Path(django.__file__).parent / "conf" / "locale" / language / "LC_MESSAGES"
    return polib.pofile(str(folder / "django.po")).metadata["Plural-Forms"]


def plural_count(language: str) -> int:
    """How many forms a counted text has in a language."""
    return int(plural_forms(language).split("nplurals=")[1].split(";")[0])


def _render(messages: Messages, old: dict[Key, Any], language: str) -> tuple[str, int]:
    catalogue = polib.POFile(wrapwidth=_WIDTH)
    # No dates and no names: they would change with every run.
    catalogue.metadata = {
        "Project-Id-Version": "Hajnówka OdNowa",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": plural_forms(language),
    }
    missing = 0
    for key in sorted(messages, key=lambda key: (key[1], key[0] or "")):
        entry = _entry(messages[key], old.get(key), language)
        missing += not entry.translated()
        catalogue.append(entry)
    return str(catalogue), missing


def _entry(message: Message, old: Any, language: str) -> Any:
    entry = polib.POEntry(
        msgctxt=message.context,
        msgid=message.text,
        comment="\n".join(message.comments),
        occurrences=[(file, "") for file in sorted(message.files)],
        flags=message.flags,
    )
    if old is not None:
        entry.tcomment = old.tcomment
        entry.flags += ["fuzzy"] if "fuzzy" in old.flags else []
    if message.plural:
        entry.msgid_plural = message.plural
        kept = old.msgstr_plural if old is not None else {}
        entry.msgstr_plural = {n: kept.get(n, "") for n in range(plural_count(language))}
    elif old is not None:
        entry.msgstr = old.msgstr
    return entry
