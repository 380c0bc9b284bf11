"""Tables, such as a budget or a timetable: rows of small answers, with sums.

As typed, a table is one list of its cells, row after row: that is what a browser sends for
controls of one name, so that drafts, merging and the script need nothing of their own for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forms.schema.definition import Column, Field
from forms.text import one_line
from forms.types.base import AnswerError, FieldType, TableText
from forms.types.choices import SingleChoice
from forms.types.measures import Date, Money, Number, parse_decimal
from forms.types.texts import ShortText

DEFAULT_MAX_ROWS = 20
MOST_ROWS = 100
#: Errors of cells that are said at once.
SAID = 3


class Table(FieldType):
    """Rows of cells; the rows are added by whoever answers, or given by the form."""

    name = "table"
    is_multiple = True
    is_group = True
    has_columns = True
    allowed_options = frozenset({"min_rows", "max_rows"})

    def problems(self, field: Field) -> Iterator[tuple[str, str, dict[str, Any]]]:
        yield from super().problems(field)
        if not field.columns:
            yield "no_columns", "columns", {}
        for column in field.columns:
            if column.field.type not in CELLS:
                yield "column_type", "columns", {"type": column.field.type}
            elif column.is_summed and not isinstance(CELLS[column.field.type], Number):
                yield "column_sum", "columns", {}
            if column.sum_max and parse_decimal(column.sum_max) is None:
                yield "option_not_number", "columns", {"option": "sum_max"}
        if self.min_rows(field) > self.max_rows(field):
            yield "options_crossed", "options", {}

    def min_rows(self, field: Field) -> int:
        """How many rows have to be filled."""
        value = field.options.get("min_rows", 1)
        return value if isinstance(value, int) else 1

    def max_rows(self, field: Field) -> int:
        """How many rows there may be."""
        if field.rows:
            return len(field.rows)
        value = field.options.get("max_rows", DEFAULT_MAX_ROWS)
        return min(value, MOST_ROWS) if isinstance(value, int) else DEFAULT_MAX_ROWS

    def rows_of(self, field: Field, raw: Sequence[str]) -> list[list[str]]:
        """The cells by row; whatever their number is, each row is whole."""
        width = max(len(field.columns), 1)
        cells = list(raw or [])
        rows = [cells[start : start + width] for start in range(0, len(cells), width)]
        return [row + [""] * (width - len(row)) for row in rows]

    def read(self, field: Field, posted: Sequence[str]) -> list[str]:
        """Cells of the rows that have something in them; of given rows, all up to the last."""
        rows = self.rows_of(field, [one_line(cell) for cell in posted])
        if field.rows:
            rows = rows[: len(field.rows)]
            while rows and not any(rows[-1]):
                rows.pop()
        else:
            # One more than allowed stays, so that it can be said and nothing vanishes silently.
            rows = [row for row in rows if any(row)][:MOST_ROWS]
        return [cell for row in rows for cell in row]

    def is_empty(self, raw: Any) -> bool:
        return not any(cell.strip() for cell in raw or [])

    def cell_errors(self, field: Field, raw: Sequence[str]) -> dict[tuple[int, int], str]:
        """What is wrong with which cell (row and column from 0)."""
        found = {}
        for y, row in enumerate(self.rows_of(field, raw)):
            if not any(row):
                continue
            for x, (column, cell) in enumerate(zip(field.columns, row, strict=True)):
                kind = CELLS[column.field.type]
                try:
                    if cell:
                        kind.clean(column.field, cell)
                    elif column.field.required:
                        raise AnswerError(kind.missing(column.field))
                except AnswerError as error:
                    found[y, x] = str(error)
        return found

    def clean(self, field: Field, raw: list[str]) -> dict[str, Any]:
        rows = self.rows_of(field, raw)
        if len(rows) > self.max_rows(field):
            limit = self.max_rows(field)
            raise AnswerError(
                ngettext(
                    "There may be at most %(limit)s row.",
                    "There may be at most %(limit)s rows.",
                    limit,
                )
                % {"limit": limit}
            )
        errors = self.cell_errors(field, raw)
        if errors:
            raise AnswerError(" ".join(self._said(field, errors)))
        filled = [(y, row) for y, row in enumerate(rows) if any(row)]
        if len(filled) < self.min_rows(field):
            raise AnswerError(
                ngettext(
                    "Fill in at least %(limit)s row.",
                    "Fill in at least %(limit)s rows.",
                    self.min_rows(field),
                )
                % {"limit": self.min_rows(field)}
            )
        found = []
        for y, row in filled:
            values = {
                column.key: CELLS[column.field.type].clean(column.field, cell) if cell else ""
                for column, cell in zip(field.columns, row, strict=True)
            }
            found.append({"row": field.rows[y].value, **values} if field.rows else values)
        sums = self._sums(field, found)
        for column in field.columns:
            most = parse_decimal(column.sum_max) if column.sum_max else None
            if most is not None and Decimal(sums[column.key]) > most:
                raise AnswerError(
                    _("“%(column)s”: together it may be at most %(limit)s; it is %(sum)s.")
                    % {
                        "column": column.label,
                        "limit": _shown(column, str(most)),
                        "sum": _shown(column, sums[column.key]),
                    }
                )
        return {"rows": found, "sums": sums}

    def _said(self, field: Field, errors: dict[tuple[int, int], str]) -> Iterator[str]:
        for (y, x), text in list(errors.items())[:SAID]:
            yield _("Row %(row)s, “%(column)s”: %(error)s") % {
                "row": str(field.rows[y].label) if field.rows else y + 1,
                "column": field.columns[x].label,
                "error": text,
            }

    def _sums(self, field: Field, rows: list[dict[str, str]]) -> dict[str, str]:
        return {
            column.key: str(sum((Decimal(row[column.key] or 0) for row in rows), Decimal(0)))
            for column in field.columns
            if column.is_summed or column.sum_max
        }

    def table(self, field: Field, value: Any) -> TableText:
        labels = {row.value: str(row.label) for row in field.rows}
        body = []
        for row in value["rows"]:
            cells = [_shown(column, row.get(column.key, "")) for column in field.columns]
            body.append([labels.get(row["row"], row["row"]), *cells] if field.rows else cells)
        sums = [_shown(column, value["sums"].get(column.key, "")) for column in field.columns]
        return self._text(field, body, sums)

    def table_raw(self, field: Field, raw: Any) -> TableText:
        body = []
        for y, row in enumerate(self.rows_of(field, raw)):
            if any(row):
                cells = [
                    CELLS[column.field.type].show_raw(column.field, cell)
                    for column, cell in zip(field.columns, row, strict=True)
                ]
                body.append([str(field.rows[y].label), *cells] if field.rows else cells)
        return self._text(field, body, self.sums_raw(field, raw))

    def sums_raw(self, field: Field, raw: Any) -> list[str]:
        """The sums of what can be added up, a text for each column."""
        found = []
        for x, column in enumerate(field.columns):
            if not column.is_summed:
                found.append("")
                continue
            kind = CELLS[column.field.type]
            assert isinstance(kind, Number)
            numbers = [kind.parse(row[x]) for row in self.rows_of(field, raw)]
            found.append(_shown(column, str(sum((n for n in numbers if n), Decimal(0)))))
        return found

    def _text(self, field: Field, body: list[list[str]], sums: list[str]) -> TableText:
        first = [""] if field.rows else []
        headings = [*first, *(str(column.label) for column in field.columns)]
        return TableText(headings, body, [*first, *sums] if any(sums) else [])

    def show(self, field: Field, value: Any) -> str:
        return _as_lines(self.table(field, value))

    def show_raw(self, field: Field, raw: Any) -> str:
        return "" if self.is_empty(raw) else _as_lines(self.table_raw(field, raw))

    def missing(self, field: Field) -> str:
        return _("Fill in the table.")


#: What can stand in a cell.
CELLS: dict[str, FieldType] = {
    kind.name: kind for kind in (ShortText(), Number(), Money(), Date(), SingleChoice())
}


def _shown(column: Column, value: str) -> str:
    return CELLS[column.field.type].show(column.field, value) if value else ""


def _as_lines(table: TableText) -> str:
    """A table as text: a line for each row."""
    lines = [
        "; ".join(
            f"{heading}: {cell}" if heading else cell
            for heading, cell in zip(table.headings, row, strict=True)
            if cell
        )
        for row in table.rows
    ]
    if table.sums:
        sums = [
            f"{heading}: {cell}"
            for heading, cell in zip(table.headings, table.sums, strict=True)
            if cell
        ]
        lines.append(_("Together: %(sums)s") % {"sums": "; ".join(sums)})
    return "\n".join(lines)
