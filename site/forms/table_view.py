"""A table as controls: what stands in each cell, what is wrong with it, and the sums so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forms.schema import Choice, Column, Field
from forms.types import registry
from forms.types.measures import Number, parse_date
from forms.types.tables import CELLS, Table

#: Rows offered at first, and empty ones after those that are filled.
FIRST_ROWS = 3
SPARE_ROWS = 1


@dataclass(frozen=True)
class Cell:
    """One control."""

    column: Column
    value: str
    id: str
    error: str = ""

    @property
    def choices(self) -> tuple[Choice, ...]:
        return self.column.field.choices

    @property
    def input_type(self) -> str:
        kind = CELLS[self.column.field.type]
        is_odd = kind.name == "date" and self.value and parse_date(self.value) is None
        # A date input would not show what it does not understand.
        return "text" if is_odd else kind.input_type

    @property
    def input_mode(self) -> str:
        return CELLS[self.column.field.type].input_mode

    @property
    def is_number(self) -> bool:
        return isinstance(CELLS[self.column.field.type], Number)


@dataclass(frozen=True)
class TableView:
    """The whole table."""

    field: Field
    rows: list[tuple[str, list[Cell]]]
    sums: list[str]

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.field.columns

    @property
    def has_given_rows(self) -> bool:
        return bool(self.field.rows)

    @property
    def has_sums(self) -> bool:
        return any(column.is_summed for column in self.columns)

    @property
    def foot(self) -> list[tuple[Column, str]]:
        return list(zip(self.columns, self.sums, strict=True))

    @property
    def max_rows(self) -> int:
        kind = registry["table"]
        assert isinstance(kind, Table)
        return kind.max_rows(self.field)

    @property
    def can_grow(self) -> bool:
        return not self.has_given_rows and len(self.rows) < self.max_rows


def table_view(item: Field, raw: Any, *, with_errors: bool) -> TableView | None:
    """The controls of a table; None for questions of other kinds."""
    kind = registry[item.type]
    if not isinstance(kind, Table):
        return None
    typed = kind.rows_of(item, raw or [])
    errors = kind.cell_errors(item, raw or []) if with_errors else {}
    if item.rows:
        count = len(item.rows)
    else:
        wanted = max(FIRST_ROWS, kind.min_rows(item), len(typed) + SPARE_ROWS)
        count = max(min(wanted, kind.max_rows(item)), len(typed))
    empty = [""] * len(item.columns)
    rows = []
    for y in range(count):
        cells = [
            Cell(column, _shown(column, value), f"a-{item.key}-{y}-{x}", errors.get((y, x), ""))
            for x, (column, value) in enumerate(
                zip(item.columns, typed[y] if y < len(typed) else empty, strict=True)
            )
        ]
        rows.append((str(item.rows[y].label) if item.rows else "", cells))
    return TableView(item, rows, kind.sums_raw(item, raw or []))


def _shown(column: Column, value: str) -> str:
    if column.field.type == "date" and (day := parse_date(value)):
        return day.isoformat()
    return value
