"""A form as objects. Pure: no database, no request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from forms.schema.conditions import Condition


class Audience(StrEnum):
    """Who may see an answer where names are hidden from reviewers."""

    IDENTITY = "identity"
    CONTENT = "content"
    STAFF = "staff"


@dataclass(frozen=True)
class Text:
    """A text in the languages it was written in; Polish always."""

    languages: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """In the active language, in Polish where that has no text."""
        language = get_language() or settings.LANGUAGE_CODE
        return self.languages.get(language) or self.languages.get(settings.LANGUAGE_CODE, "")

    def __bool__(self) -> bool:
        return any(self.languages.values())

    @property
    def language(self) -> str:
        """The language in which the reader gets it."""
        language = get_language() or settings.LANGUAGE_CODE
        return language if self.languages.get(language) else settings.LANGUAGE_CODE


@dataclass(frozen=True)
class Choice:
    """One of the answers to choose from."""

    value: str
    label: Text


@dataclass(frozen=True)
class Column:
    """A column of a table: the field of its cells, and whether they are added up."""

    field: Field
    is_summed: bool = False
    #: The most that the sum may be, as a number in text; empty for no limit.
    sum_max: str = ""

    @property
    def key(self) -> str:
        return self.field.key

    @property
    def label(self) -> Text:
        return self.field.label


@dataclass(frozen=True)
class Field:
    """One question. `options` are those of its type: limits, choices, accepted files."""

    key: str
    type: str
    label: Text
    help: Text
    required: bool
    required_when: Condition | None
    visible_when: Condition | None
    audience: Audience
    in_pdf: bool
    choices: tuple[Choice, ...]
    options: Mapping[str, Any]
    example: Text = Text()
    #: Of tables: the columns, and the rows where these are given.
    columns: tuple[Column, ...] = ()
    rows: tuple[Choice, ...] = ()

    def is_required(self, answers: Mapping[str, Any]) -> bool:
        """Whether an answer is needed, given the others."""
        if self.required_when is not None:
            return self.required_when.holds(answers)
        return self.required

    def choice_label(self, value: str) -> str:
        """What people see for a stored choice; the value itself when it is no longer offered."""
        for choice in self.choices:
            if choice.value == value:
                return str(choice.label)
        return value


@dataclass(frozen=True)
class Step:
    """A page of questions."""

    key: str
    title: Text
    intro: Text
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Form:
    """A whole form."""

    title: Text
    steps: tuple[Step, ...]

    @cached_property
    def fields(self) -> dict[str, Field]:
        """All fields by key, in the order they are asked."""
        return {item.key: item for step in self.steps for item in step.fields}

    @cached_property
    def step_of(self) -> dict[str, int]:
        """The position of each field's step, from 0."""
        return {item.key: number for number, step in enumerate(self.steps) for item in step.fields}

    def step(self, key: str) -> Step | None:
        """The step with a key."""
        return next((step for step in self.steps if step.key == key), None)

    def asked(self, answers: Mapping[str, Any]) -> dict[str, Field]:
        """The fields that apply to these answers.

        A condition looks only at answers to questions that are asked themselves: what stands in
        a hidden field does not open another one.
        """
        shown: dict[str, Field] = {}
        visible: dict[str, Any] = {}
        for item in self.fields.values():
            if item.visible_when is None or item.visible_when.holds(visible):
                shown[item.key] = item
                visible[item.key] = answers.get(item.key)
        return shown

    def with_audience(self, *audiences: Audience) -> Iterator[Field]:
        """Fields of these audiences."""
        return (item for item in self.fields.values() if item.audience in audiences)
