"""What every kind of answer can do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from forms.schema.definition import Choice, Field
from forms.text import tidy

#: Options that count things.
COUNTS = ("max", "min", "max_files", "min_rows", "max_rows", "rows")


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


@dataclass(frozen=True)
class TableText:
    """A table in words: headings, rows, and the sums (a text for each column) if any."""

    headings: list[str]
    rows: list[list[str]]
    sums: list[str]


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
    has_columns = False
    #: The datatype of Open311 that it answers to; empty where there is none.
    open311 = ""

    def problems(self, field: Field) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """What is wrong with a field's definition: code, part and values of `schema.Problem`."""
        for name in sorted(set(field.options) - self.allowed_options):
            yield "option_unknown", "options", {"option": name}
        if self.has_choices and len(field.choices) < 2:
            yield "few_choices", "choices", {}
        if field.choices and not self.has_choices:
            yield "no_choices", "choices", {"type": self.name}
        if (field.columns or field.rows) and not self.has_columns:
            yield "columns_unexpected", "columns", {"type": self.name}
        for name in COUNTS:
            if name in field.options and self.counts(name):
                value = field.options[name]
                if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                    yield "option_not_count", "options", {"option": name}
        yield from self.limit_problems(field)

    def limit_problems(self, field: Field) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Whether the least is at most the most."""
        low, high = field.options.get("min"), field.options.get("max")
        if isinstance(low, int) and isinstance(high, int) and low > high:
            yield "options_crossed", "options", {}

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

    def table(self, field: Field, value: Any) -> TableText | None:
        """A value as a table of texts, for kinds that are tables."""
        return None

    def table_raw(self, field: Field, raw: Any) -> TableText | None:
        """The same of an answer as typed."""
        return None

    def missing(self, field: Field) -> str:
        """What is said when the answer is needed and empty."""
        return _("Fill in this field.")
