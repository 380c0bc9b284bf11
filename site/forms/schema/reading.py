"""Reading a form from JSON, with everything wrong in it named at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from forms.schema.conditions import Condition
from forms.schema.definition import Audience, Choice, Field, Form, Step, Text

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
LANGUAGES = {code for code, _name in settings.LANGUAGES}
FIELD_NAMES = {
    "key",
    "type",
    "label",
    "help",
    "required",
    "required_when",
    "visible_when",
    "audience",
    "pdf",
    "choices",
    "options",
}
#: Names that the page of a form uses for itself.
RESERVED = {"csrfmiddlewaretoken", "rev", "client", "keys", "go", "take", "next"}


class SchemaError(ValueError):
    """The JSON is not a form. `problems` are sentences for its author."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def read_form(data: Any) -> Form:
    """The form that `data` describes. Raises `SchemaError` naming every problem."""
    reader = _Reader()
    form = reader.form(data)
    if reader.problems:
        raise SchemaError(reader.problems)
    return form


class _Reader:
    def __init__(self) -> None:
        self.problems: list[str] = []
        self.seen: dict[str, Field] = {}

    def form(self, data: Any) -> Form:
        if not isinstance(data, Mapping):
            self.problems.append("a form is an object with a title and steps")
            return Form(Text(), ())
        steps = tuple(self._step(row) for row in _rows(data.get("steps")))
        if not steps:
            self.problems.append("a form has at least one step")
        keys = [step.key for step in steps]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            self.problems.append(f"step {key!r} is there twice")
        return Form(self._text(data.get("title"), "title of the form"), steps)

    def _step(self, row: Mapping[str, Any]) -> Step:
        key = self._key(row.get("key"), "step")
        fields = tuple(self._field(item) for item in _rows(row.get("fields")))
        if not fields:
            self.problems.append(f"step {key!r} has no fields")
        return Step(
            key,
            self._text(row.get("title"), f"title of step {key!r}"),
            self._text(row.get("intro"), f"intro of step {key!r}", optional=True),
            fields,
        )

    def _field(self, row: Mapping[str, Any]) -> Field:
        from forms.types import registry

        key = self._key(row.get("key"), "field")
        if key in self.seen:
            self.problems.append(f"field {key!r} is there twice")
        if key in RESERVED:
            self.problems.append(f"field {key!r}: the name is used by the form itself")
        for name in sorted(set(row) - FIELD_NAMES):
            self.problems.append(f"field {key!r}: {name!r} is not known")
        found = Field(
            key=key,
            type=str(row.get("type", "")),
            label=self._text(row.get("label"), f"label of {key!r}"),
            help=self._text(row.get("help"), f"help of {key!r}", optional=True),
            required=bool(row.get("required", False)),
            required_when=self._condition(row.get("required_when"), key),
            visible_when=self._condition(row.get("visible_when"), key),
            audience=self._audience(row.get("audience", Audience.CONTENT), key),
            in_pdf=bool(row.get("pdf", True)),
            choices=self._choices(row.get("choices"), key),
            options=dict(row.get("options") or {}),
        )
        kind = registry.get(found.type)
        if kind is None:
            self.problems.append(f"field {key!r}: there is no type {found.type!r}")
        else:
            self.problems += [f"field {key!r}: {text}" for text in kind.problems(found)]
        self.seen[key] = found
        return found

    def _choices(self, rows: Any, key: str) -> tuple[Choice, ...]:
        found = tuple(
            Choice(str(row.get("value", "")), self._text(row.get("label"), f"a choice of {key!r}"))
            for row in _rows(rows)
        )
        values = [choice.value for choice in found]
        if len(set(values)) < len(values) or "" in values:
            self.problems.append(f"field {key!r}: choices need different values that are not empty")
        return found

    def _condition(self, data: Any, key: str) -> Condition | None:
        if data is None:
            return None
        if not isinstance(data, Mapping):
            self.problems.append(f"field {key!r}: a condition is an object")
            return None
        for operator in ("all", "any", "not"):
            if operator in data:
                rows = data[operator] if operator != "not" else [data[operator]]
                parts = tuple(
                    part for row in _rows(rows) if (part := self._condition(row, key)) is not None
                )
                if not parts:
                    self.problems.append(f"field {key!r}: {operator!r} without conditions")
                    return None
                return Condition(operator, parts=parts)
        operator = "filled" if "filled" in data else "in"
        other = str(data.get("filled") or data.get("field") or "")
        if other not in self.seen:
            self.problems.append(
                f"field {key!r}: a condition looks at {other!r}, which is not asked before"
            )
            return None
        if operator == "filled":
            return Condition("filled", other)
        values = data.get("in", [data["is"]] if "is" in data else [])
        values = tuple(str(value) for value in values)
        allowed = self._values_of(self.seen[other])
        if not values or (allowed and not set(values) <= allowed):
            self.problems.append(f"field {key!r}: a condition names no answers of {other!r}")
        return Condition("in", other, values)

    def _values_of(self, field: Field) -> set[str]:
        from forms.types import registry

        kind = registry.get(field.type)
        return set(kind.raw_values(field)) if kind else set()

    def _audience(self, value: Any, key: str) -> Audience:
        try:
            return Audience(value)
        except ValueError:
            self.problems.append(f"field {key!r}: audience {value!r} is not known")
            return Audience.IDENTITY

    def _key(self, value: Any, what: str) -> str:
        if not isinstance(value, str) or not KEY.fullmatch(value):
            self.problems.append(f"{value!r} is not a key of a {what}")
        return str(value)

    def _text(self, value: Any, what: str, *, optional: bool = False) -> Text:
        if isinstance(value, str):
            value = {settings.LANGUAGE_CODE: value}
        if not value and optional:
            return Text()
        if not isinstance(value, Mapping) or not value.get(settings.LANGUAGE_CODE):
            self.problems.append(f"the {what} is missing in Polish")
            return Text()
        for language in sorted(set(value) - LANGUAGES):
            self.problems.append(f"the {what} is in {language!r}, which the site does not speak")
        return Text({code: str(text) for code, text in value.items()})


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
