"""Texts in four languages as inputs: Polish always seen, the others to be unfolded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

OTHERS = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
NAMES = {"be": _("in Belarusian"), "en": _("in English"), "it": _("in Italian")}


def add_text(
    form: forms.Form,
    name: str,
    label: Any,
    *,
    required: bool = False,
    help_text: Any = "",
    rows: int = 0,
    initial: Any = None,
    max_length: int = 300,
) -> None:
    """Inputs `name_pl`, `name_be`, … of a form."""
    values = {settings.LANGUAGE_CODE: initial} if isinstance(initial, str) else initial or {}
    for code in (settings.LANGUAGE_CODE, *OTHERS):
        is_polish = code == settings.LANGUAGE_CODE
        widget = forms.Textarea({"rows": rows}) if rows else forms.TextInput()
        if not is_polish:
            widget.attrs["lang"] = code
        form.fields[f"{name}_{code}"] = forms.CharField(
            label=label if is_polish else f"{label} {NAMES[code]}",
            required=required and is_polish,
            help_text=help_text if is_polish else "",
            widget=widget,
            initial=values.get(code, ""),
            max_length=max_length,
        )


def text_of(cleaned: Mapping[str, Any], name: str) -> dict[str, str]:
    """The text of such inputs as a form's JSON has it: only languages with words."""
    found = {
        code: cleaned.get(f"{name}_{code}", "").strip()
        for code in (settings.LANGUAGE_CODE, *OTHERS)
    }
    return {code: text for code, text in found.items() if text}


def lines_of(cleaned: Mapping[str, Any], name: str) -> list[dict[str, str]]:
    """Texts given one per line, in all languages: the lines of equal number belong together."""
    polish = [
        line.strip()
        for line in cleaned.get(f"{name}_{settings.LANGUAGE_CODE}", "").splitlines()
        if line.strip()
    ]
    found = [{settings.LANGUAGE_CODE: line} for line in polish]
    for code in OTHERS:
        for row, line in zip(found, cleaned.get(f"{name}_{code}", "").splitlines(), strict=False):
            if line.strip():
                row[code] = line.strip()
    return found


def as_lines(rows: list[Mapping[str, Any]] | None) -> dict[str, str]:
    """The labels of choices, one per line, by language."""
    found: dict[str, list[str]] = {}
    for row in rows or []:
        label = row.get("label") or {}
        texts = {settings.LANGUAGE_CODE: label} if isinstance(label, str) else label
        for code in (settings.LANGUAGE_CODE, *OTHERS):
            found.setdefault(code, []).append(texts.get(code, ""))
    return {code: "\n".join(lines).rstrip("\n") for code, lines in found.items()}


def choices_from(lines: list[dict[str, str]], before: list[Mapping[str, Any]] | None) -> list[Any]:
    """Choices with their values: an answer keeps its own as long as its text or place stays."""
    from forms.schema.editing import new_key

    old = list(before or [])
    known = {_polish(row): row["value"] for row in old}
    texts = {line[settings.LANGUAGE_CODE] for line in lines}
    taken: set[str] = {known[text] for text in texts if text in known}
    found = []
    for place, line in enumerate(lines):
        text = line[settings.LANGUAGE_CODE]
        value = known.get(text, "")
        if not value and len(lines) == len(old) and _polish(old[place]) not in texts:
            value = old[place]["value"]
        if not value:
            value = new_key(text, taken | set(known.values()))
        taken.add(value)
        found.append({"value": value, "label": line})
    return found


def _polish(row: Mapping[str, Any]) -> str:
    label = row.get("label") or {}
    return label if isinstance(label, str) else str(label.get(settings.LANGUAGE_CODE, ""))
