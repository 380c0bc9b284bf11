"""Reading a form from JSON, with everything wrong in it named at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from forms.schema.conditions import Condition
from forms.schema.definition import Audience, Choice, Column, Field, Form, Step, Text
from forms.schema.problems import Problem

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
LANGUAGES = {code for code, _name in settings.LANGUAGES}
FIELD_NAMES = {
    "key",
    "type",
    "label",
    "help",
    "example",
    "required",
    "required_when",
    "visible_when",
    "audience",
    "pdf",
    "choices",
    "columns",
    "rows",
    "options",
}
COLUMN_NAMES = {"key", "type", "label", "required", "choices", "options", "sum", "sum_max"}
#: Names that the page of a form uses for itself.
RESERVED = {"csrfmiddlewaretoken", "rev", "client", "keys", "go", "take", "next"}


class SchemaError(ValueError):
    """The JSON is not a form. `found` says what is wrong where, `problems` the same in words."""

    def __init__(self, found: list[Problem]) -> None:
        self.found = found
        self.problems = [str(problem) for problem in found]
        super().__init__("; ".join(self.problems))


def read_form(data: Any) -> Form:
    """The form that `data` describes. Raises `SchemaError` naming every problem."""
    reader = _Reader()
    form = reader.form(data)
    if reader.problems:
        raise SchemaError(reader.problems)
    return form


def problems_of(data: Any) -> tuple[Form, list[Problem]]:
    """As much of a form as can be read, and everything that is wrong in it."""
    reader = _Reader()
    return reader.form(data), reader.problems


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.seen: dict[str, Field] = {}
        self.step = ""
        self.key = ""

    def say(self, code: str, part: str = "", **values: Any) -> None:
        self.problems.append(Problem(code, self.step, self.key, part, values))

    def form(self, data: Any) -> Form:
        if not isinstance(data, Mapping):
            self.say("not_a_form")
            return Form(Text(), ())
        steps = tuple(self._step(row) for row in _rows(data.get("steps")))
        self.step = self.key = ""
        if not steps:
            self.say("no_steps")
        keys = [step.key for step in steps]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            self.say("step_twice", key=key)
        return Form(self._text(data.get("title"), "title of the form", "title"), steps)

    def _step(self, row: Mapping[str, Any]) -> Step:
        self.step, self.key = str(row.get("key")), ""
        key = self._key(row.get("key"), "step")
        title = self._text(row.get("title"), f"title of step {key!r}", "title")
        intro = self._text(row.get("intro"), f"intro of step {key!r}", "intro", optional=True)
        fields = tuple(self._field(item) for item in _rows(row.get("fields")))
        self.key = ""
        if not fields:
            self.say("step_empty")
        return Step(key, title, intro, fields)

    def _field(self, row: Mapping[str, Any]) -> Field:
        self.key = str(row.get("key"))
        key = self._key(row.get("key"), "field")
        if key in self.seen:
            self.say("field_twice")
        if key in RESERVED:
            self.say("key_reserved")
        for name in sorted(set(row) - FIELD_NAMES):
            self.say("name_unknown", name=name)
        found = self._one(row, key)
        self.seen[key] = found
        return found

    def _one(self, row: Mapping[str, Any], key: str) -> Field:
        from forms.types import registry

        found = Field(
            key=key,
            type=str(row.get("type", "")),
            label=self._text(row.get("label"), f"label of {key!r}", "label"),
            help=self._text(row.get("help"), f"help of {key!r}", "help", optional=True),
            required=bool(row.get("required", False)),
            required_when=self._condition(row.get("required_when"), "required_when"),
            visible_when=self._condition(row.get("visible_when"), "visible_when"),
            audience=self._audience(row.get("audience", Audience.CONTENT)),
            in_pdf=bool(row.get("pdf", True)),
            choices=self._choices(row.get("choices"), "choices"),
            options=dict(row.get("options") or {}),
            example=self._text(row.get("example"), f"example of {key!r}", "help", optional=True),
            columns=tuple(self._columns(row.get("columns"))),
            rows=self._choices(row.get("rows"), "rows"),
        )
        kind = registry.get(found.type)
        if kind is None:
            self.say("type_unknown", type=found.type)
            return found
        for code, part, values in kind.problems(found):
            self.say(code, part, **values)
        return found

    def _columns(self, rows: Any) -> Iterable[Column]:
        """Columns are small fields without conditions of their own."""
        keys: set[str] = set()
        for row in _rows(rows):
            for name in sorted(set(row) - COLUMN_NAMES):
                self.say("name_unknown", "columns", name=name)
            plain = {name: value for name, value in row.items() if name not in ("sum", "sum_max")}
            key = self._key(row.get("key"), "column")
            if key in keys:
                self.say("column_twice", "columns", column=key)
            keys.add(key)
            field = self._one(plain, key)
            yield Column(field, bool(row.get("sum")), str(row.get("sum_max") or ""))

    def _choices(self, rows: Any, part: str) -> tuple[Choice, ...]:
        found = tuple(
            Choice(
                str(row.get("value", "")),
                self._text(row.get("label"), f"a choice of {self.key!r}", part),
            )
            for row in _rows(rows)
        )
        values = [choice.value for choice in found]
        if len(set(values)) < len(values) or "" in values:
            self.say(f"{part}_differ", part)
        return found

    def _condition(self, data: Any, part: str) -> Condition | None:
        if data is None:
            return None
        if not isinstance(data, Mapping):
            self.say("condition_shape", part)
            return None
        for operator in ("all", "any", "not"):
            if operator in data:
                inner = data[operator]
                rows = [inner] if operator == "not" and isinstance(inner, Mapping) else inner
                parts = tuple(
                    row for one in _rows(rows) if (row := self._condition(one, part)) is not None
                )
                if not parts:
                    self.say("condition_empty", part, operator=operator)
                    return None
                return Condition(operator, parts=parts)
        operator = "filled" if "filled" in data else "in"
        other = str(data.get("filled") or data.get("field") or "")
        if other not in self.seen:
            self.say("condition_not_before", part, other=other)
            return None
        if operator == "filled":
            return Condition("filled", other)
        values = data.get("in", [data["is"]] if "is" in data else [])
        values = tuple(str(value) for value in values)
        allowed = self._values_of(self.seen[other])
        if not values or (allowed and not set(values) <= allowed):
            self.say("condition_values", part, other=other)
        return Condition("in", other, values)

    def _values_of(self, field: Field) -> set[str]:
        from forms.types import registry

        kind = registry.get(field.type)
        return set(kind.raw_values(field)) if kind else set()

    def _audience(self, value: Any) -> Audience:
        try:
            return Audience(value)
        except ValueError:
            self.say("audience_unknown", audience=value)
            return Audience.IDENTITY

    def _key(self, value: Any, what: str) -> str:
        if not isinstance(value, str) or not KEY.fullmatch(value):
            self.say("key_bad", key=value, what=what)
        return str(value)

    def _text(self, value: Any, what: str, part: str, *, optional: bool = False) -> Text:
        if isinstance(value, str):
            value = {settings.LANGUAGE_CODE: value}
        if optional and (not value or not any(value.values())):
            return Text()
        if not isinstance(value, Mapping) or not value.get(settings.LANGUAGE_CODE):
            self.say("text_missing", part, what=what)
            return Text()
        for language in sorted(set(value) - LANGUAGES):
            self.say("language_unknown", part, what=what, language=language)
        return Text({code: str(text) for code, text in value.items()})


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
