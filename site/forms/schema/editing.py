"""Changing the JSON of a form piece by piece. Pure: every function gives a changed copy.

Keys are made from Polish texts once and then stay: answers and conditions refer to them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from django.conf import settings

from forms.schema.reading import RESERVED

Data = dict[str, Any]
LONGEST_KEY = 30
#: Names of the texts of a field.
TEXTS = {"label", "help", "example"}


class NotThere(LookupError):
    """The form has no such step or field (any more)."""


def new_key(text: str, taken: set[str]) -> str:
    """A key that reads like the text and is not taken."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("ł", "l"))
    plain = re.sub(r"[^a-z0-9]+", "_", plain.encode("ascii", "ignore").decode()).strip("_")
    base = plain[:LONGEST_KEY].strip("_")
    if not base or not base[0].isalpha():
        base = f"p_{base}".strip("_")
    key, number = base, 2
    while key in taken or key in RESERVED:
        key, number = f"{base}_{number}", number + 1
    return key


def normalised(data: Mapping[str, Any]) -> Data:
    """The same form with every text by language, as this module and its pages expect it."""
    result = deepcopy(dict(data))
    result["title"] = _by_language(result.get("title"))
    for step in steps_of(result):
        step["title"] = _by_language(step.get("title"))
        step["intro"] = _by_language(step.get("intro"))
        for item in step.get("fields", []):
            for part in (item, *item.get("columns", [])):
                for name in TEXTS & set(part):
                    part[name] = _by_language(part[name])
                for row in (*part.get("choices", []), *part.get("rows", [])):
                    row["label"] = _by_language(row.get("label"))
            item.setdefault("label", {})
    return result


def _by_language(text: Any) -> dict[str, str]:
    return {settings.LANGUAGE_CODE: text} if isinstance(text, str) else dict(text or {})


def steps_of(data: Mapping[str, Any]) -> list[Data]:
    steps: list[Data] = data.get("steps") or []
    return steps


def field_keys(data: Mapping[str, Any]) -> set[str]:
    """Keys of all fields."""
    return {item["key"] for step in steps_of(data) for item in step.get("fields", [])}


def find_step(data: Mapping[str, Any], key: str) -> Data:
    """The step with a key. Raises `NotThere`."""
    for step in steps_of(data):
        if step["key"] == key:
            return step
    raise NotThere(key)


def find_field(data: Mapping[str, Any], key: str) -> tuple[Data, Data]:
    """The field with a key, and its step. Raises `NotThere`."""
    for step in steps_of(data):
        for item in step.get("fields", []):
            if item["key"] == key:
                return step, item
    raise NotThere(key)


def fields_before(data: Mapping[str, Any], key: str) -> Iterator[Data]:
    """Fields asked before the one with this key; all of them when there is none yet."""
    for step in steps_of(data):
        for item in step.get("fields", []):
            if item["key"] == key:
                return
            yield item


def with_title(data: Data, title: Mapping[str, str]) -> Data:
    """Another title of the form."""
    return {**deepcopy(data), "title": dict(title)}


def with_step(data: Data, key: str, **values: Any) -> tuple[Data, str]:
    """Change a step, or add one at the end when `key` is empty; gives its key too."""
    result = deepcopy(data)
    result.setdefault("steps", [])
    if key:
        find_step(result, key).update(values)
        return result, key
    made = new_key(values["title"].get("pl", ""), {step["key"] for step in steps_of(result)})
    result["steps"].append({"key": made, **values, "fields": []})
    return result, made


def without_step(data: Data, key: str) -> Data:
    """The form without a step and its fields."""
    result = deepcopy(data)
    result["steps"].remove(find_step(result, key))
    return result


def with_field(data: Data, step_key: str, key: str, values: Mapping[str, Any]) -> tuple[Data, str]:
    """Change a field, or add one at the end of a step when `key` is empty; gives its key too."""
    result = deepcopy(data)
    if key:
        _step, item = find_field(result, key)
        item.clear()
        item.update({"key": key, **values})
        return result, key
    made = new_key(values["label"].get("pl", ""), field_keys(result))
    find_step(result, step_key).setdefault("fields", []).append({"key": made, **values})
    return result, made


def without_field(data: Data, key: str) -> Data:
    """The form without a field."""
    result = deepcopy(data)
    step, item = find_field(result, key)
    step["fields"].remove(item)
    return result


def with_copy(data: Data, key: str) -> tuple[Data, str]:
    """The form with a field twice, the copy right after it; gives the copy's key too."""
    result = deepcopy(data)
    step, item = find_field(result, key)
    made = new_key(item["label"].get("pl", ""), field_keys(result))
    step["fields"].insert(step["fields"].index(item) + 1, {**deepcopy(item), "key": made})
    return result, made


def moved_step(data: Data, key: str, by: int) -> Data:
    """The form with a step one place up (`by` -1) or down (1)."""
    result = deepcopy(data)
    steps = result["steps"]
    step = find_step(result, key)
    _shift(steps, steps.index(step), by)
    return result


def moved_field(data: Data, key: str, by: int) -> Data:
    """The form with a field one place up or down; over the edge of a step, into the next one."""
    result = deepcopy(data)
    step, item = find_field(result, key)
    fields, steps = step["fields"], result["steps"]
    if _shift(fields, fields.index(item), by):
        return result
    neighbour = steps.index(step) + by
    if 0 <= neighbour < len(steps):
        fields.remove(item)
        others = steps[neighbour].setdefault("fields", [])
        others.insert(len(others) if by < 0 else 0, item)
    return result


def _shift(rows: list[Any], position: int, by: int) -> bool:
    target = position + by
    if not 0 <= target < len(rows):
        return False
    rows[position], rows[target] = rows[target], rows[position]
    return True


def dependants(data: Mapping[str, Any], keys: set[str]) -> list[Data]:
    """Fields whose conditions look at any of these fields, themselves not among them."""
    return [
        item
        for step in steps_of(data)
        for item in step.get("fields", [])
        if item["key"] not in keys
        and keys
        & {
            *_looked_at(item.get("visible_when")),
            *_looked_at(item.get("required_when")),
        }
    ]


def _looked_at(condition: Any) -> Iterator[str]:
    if isinstance(condition, Mapping):
        for name in ("field", "filled"):
            if name in condition:
                yield str(condition[name])
        for name in ("all", "any", "not"):
            yield from _looked_at(condition.get(name))
    elif isinstance(condition, list):
        for row in condition:
            yield from _looked_at(row)
