"""Checks structured data against the vocabulary of schema.org, as a library has it."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup

KINDS = importlib.import_module("msgspec_schemaorg.models")
WORDS = {"Text", "URL", "str", "bool", "int", "float", "date", "datetime", "time"}


def blocks(html: str) -> list[dict[str, Any]]:
    """Every thing that the blocks of data of a page describe."""
    found: list[dict[str, Any]] = []
    for block in BeautifulSoup(html, "html.parser").select('script[type="application/ld+json"]'):
        data = json.loads(block.string or "")
        found += data if isinstance(data, list) else [data]
    return found


def faults(value: dict[str, Any], where: str = "") -> Iterator[str]:
    """What the vocabulary does not know: types, properties, and what a property may hold."""
    kind = value.get("@type", "")
    model = getattr(KINDS, kind, None)
    where = f"{where}{kind}"
    if model is None:
        yield f"{where}: no such type"
        return
    properties = _properties(model)
    for name, held in value.items():
        if name.startswith("@"):
            continue
        if name not in properties:
            yield f"{where}.{name}: no such property"
            continue
        allowed = properties[name]
        for one in held if isinstance(held, list) else [held]:
            if isinstance(one, dict):
                yield from faults(one, f"{where}.{name}.")
                above = {parent.__name__ for parent in _kind(one).__mro__}
                if not above & allowed:
                    yield f"{where}.{name} holds {one.get('@type')}, not {sorted(allowed)}"
            elif not (WORDS & allowed or _is_enumerated(one)):
                yield f"{where}.{name} holds the words {one!r}, not {sorted(allowed)}"


def _kind(value: dict[str, Any]) -> type:
    return getattr(KINDS, str(value.get("@type")), object)


def _properties(model: type) -> dict[str, set[str]]:
    """What each property of a type may hold, by name."""
    found: dict[str, set[str]] = {}
    for parent in reversed(model.__mro__):
        for name, held in inspect.get_annotations(parent).items():
            found[name] = set(re.findall(r"\w+", str(held)))
    return found


def _is_enumerated(value: Any) -> bool:
    """Whether it names a member of a list of the vocabulary, as a day of the week."""
    return isinstance(value, str) and value.startswith("https://schema.org/")
