"""Conditions as rows of selects, and back. Pure.

A row says “this question was answered so” or “… was not”. Rows are joined by *all* or *any*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from forms.schema.definition import Text
from forms.types import registry
from forms.types.choices import NO, YES

#: How many rows the builder offers.
ROWS = 4
FILLED = "*"

Row = tuple[str, bool]


def to_rows(condition: Any) -> tuple[str, list[Row]] | None:
    """The joint (`all` or `any`) and the rows of a condition; None where rows cannot say it."""
    if not condition:
        return "all", []
    if isinstance(condition, Mapping):
        for joint in ("all", "any"):
            if joint in condition:
                rows = [_row(part) for part in condition[joint]]
                if any(row is None for row in rows) or len(rows) > ROWS:
                    return None
                return joint, [row for row in rows if row is not None]
        values = condition.get("in")
        if isinstance(values, list) and 1 < len(values) <= ROWS:
            return "any", [(f"{condition['field']}={value}", False) for value in values]
        row = _row(condition)
        return ("all", [row]) if row else None
    return None


def _row(part: Any) -> Row | None:
    if not isinstance(part, Mapping):
        return None
    if "not" in part:
        inner = part["not"][0] if isinstance(part["not"], list) and part["not"] else part["not"]
        row = _row(inner)
        return (row[0], True) if row and not row[1] else None
    if "filled" in part:
        return f"{part['filled']}{FILLED}", False
    values = part.get("in", [part["is"]] if "is" in part else [])
    return (f"{part.get('field')}={values[0]}", False) if len(values) == 1 else None


def from_rows(joint: str, rows: Iterable[Row]) -> dict[str, Any] | None:
    """The condition that these rows say; None for no rows."""
    parts: list[dict[str, Any]] = []
    for token, is_negated in rows:
        if token.endswith(FILLED):
            part: dict[str, Any] = {"filled": token.removesuffix(FILLED)}
        else:
            key, _equals, value = token.partition("=")
            part = {"field": key, "is": value}
        parts.append({"not": part} if is_negated else part)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {joint: parts}


def offered(fields: Iterable[Mapping[str, Any]]) -> list[tuple[str, Any]]:
    """What a row can choose: earlier questions as groups, their answers below."""
    groups: list[tuple[str, Any]] = [("", "–")]
    for item in fields:
        label = str(Text(item.get("label") or {})) or item["key"]
        options = [(f"{item['key']}={value}", text) for value, text in _answers(item)]
        options.append((f"{item['key']}{FILLED}", _("anything was answered")))
        groups.append((label, options))
    return groups


def _answers(item: Mapping[str, Any]) -> list[tuple[str, str]]:
    kind = registry.get(item.get("type", ""))
    if kind is None:
        return []
    if item["type"] == "yes_no":
        return [(YES, _("yes")), (NO, _("no"))]
    if item["type"] == "declaration":
        return [(YES, _("ticked"))]
    if not kind.has_choices:
        return []
    return [
        (str(row.get("value", "")), str(Text(row.get("label") or {})))
        for row in item.get("choices") or []
    ]
