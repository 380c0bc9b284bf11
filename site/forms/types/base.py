"""What every kind of answer can do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from forms.schema.definition import Choice, Field
from forms.text import tidy


class AnswerError(Exception):
    """The answer cannot be taken; the message is for the person, in the active language."""


@dataclass(frozen=True)
class FileInfo:
    """What a form knows about a file that was sent for one of its fields."""

    id: str
    name: str
    size: int
    sha256: str
    is_ready: bool = True
    #: Where it can be downloaded, on pages that show it.
    url: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "size": self.size, "sha256": self.sha256}


class FieldType:
    """One kind of answer.

    An answer has three shapes: *raw*, as typed, which a draft keeps whatever it is (a string, or
    a list of strings where `is_multiple`); *value*, checked and of JSON's types, which a snapshot
    keeps; and text for people.
    """

    #: The word for it in the JSON of a form.
    name: str = ""
    #: Attributes of the HTML input.
    input_type: str = "text"
    input_mode: str = ""
    autocomplete: str = ""
    is_multiple = False
    #: Answers are files, which are kept beside the draft.
    takes_files = False
    #: Several controls under one question: a group with a legend instead of a label.
    is_group = False
    #: Names allowed in a field's `options`, and whether it has choices.
    allowed_options: frozenset[str] = frozenset()
    has_choices = False

    def problems(self, field: Field) -> list[str]:
        """What is wrong with a field's definition, for the author of the form."""
        found = [
            f"option {name!r} is not known"
            for name in sorted(set(field.options) - self.allowed_options)
        ]
        if self.has_choices and len(field.choices) < 2:
            found.append("a choice needs at least two answers to choose from")
        if field.choices and not self.has_choices:
            found.append(f"type {self.name!r} has no choices")
        return found + [
            f"option {name!r} is not a whole number from 0"
            for name in ("max", "min", "max_files")
            if name in field.options
            and self.counts(name)
            and not (isinstance(field.options[name], int) and field.options[name] >= 0)
        ]

    def counts(self, option: str) -> bool:
        """Whether the option is a number of things, such as signs or files."""
        return True

    def raw_values(self, field: Field) -> Iterable[str]:
        """All raw answers a condition may ask for; none when anything can be typed."""
        return ()

    def choices(self, field: Field) -> Sequence[Choice]:
        """What can be chosen, for kinds that let people choose."""
        return ()

    def counted_limit(self, field: Field) -> int | None:
        """The most signs, for kinds under whose field they are counted."""
        return None

    def max_files(self, field: Field) -> int:
        """How many files it takes."""
        return 0

    def read(self, field: Field, posted: Sequence[str]) -> Any:
        """The raw answer from what a browser sent under the field's name."""
        return tidy(posted[-1]) if posted else ""

    def is_empty(self, raw: Any) -> bool:
        """Whether nothing was answered."""
        return not (raw.strip() if isinstance(raw, str) else raw)

    def clean(self, field: Field, raw: Any) -> Any:
        """The value of an answer that is not empty. Raises `AnswerError`."""
        raise NotImplementedError

    def show(self, field: Field, value: Any) -> str:
        """A value in words, in the active language."""
        return str(value)

    def show_raw(self, field: Field, raw: Any) -> str:
        """An answer as typed, in words as far as it can be understood."""
        if self.is_empty(raw):
            return ""
        try:
            return self.show(field, self.clean(field, raw))
        except AnswerError:
            return raw if isinstance(raw, str) else ", ".join(raw)

    def missing(self, field: Field) -> str:
        """What is said when the answer is needed and empty."""
        return _("Fill in this field.")
