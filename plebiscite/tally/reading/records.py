"""A table of cast-vote records: a header, then one ballot a row, one column per rank.

    rank1,rank2,rank3
    Memphis,Nashville,
    Knoxville,undervote,Nashville
    overvote,Nashville,

An empty cell or “undervote” is a skipped rank, “overvote” a rank with several options. Columns
whose heading is no rank (an id, a district) are left out when others say “rank 1”, “choice 2”,
“1st choice” or “miejsce 1”; else every column is a rank. Commas, semicolons or tabs; UTF-8.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from plebiscite.tally.model import OVERVOTED
from plebiscite.tally.reading.common import BadFile, Election, Ranks, quoted, readable

_RANK = re.compile(
    r"\s*(?:(?:rank|ranking|choice|preference|pref|miejsce|wybór|wybor)[\s_.#-]*(\d+)"
    r"|(\d+)(?:st|nd|rd|th|\.)?[\s_-]*(?:rank|choice|preference|miejsce|wybór|wybor))\s*",
    re.IGNORECASE,
)
_SKIPPED = {"", "undervote", "skipped"}
_OVERVOTE = "overvote"


def read_records(path: Path) -> Election:
    """The ballots of a table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.readline()
        if not head.strip():
            raise BadFile("the first line has the names of the columns", line=1)
        separator = max(",;\t", key=head.count)
        file.seek(0)
        try:
            return _read(csv.reader(file, delimiter=separator, strict=True))
        except csv.Error as error:
            raise BadFile(f"this is no table: {error}", line=1) from None


def _read(rows: csv._reader) -> Election:  # type: ignore[name-defined]
    header = next(rows)
    columns = _rank_columns(header)
    shared = Ranks()
    cells: dict[str, tuple[str, ...]] = {}
    options: dict[str, None] = {}
    election = Election(())
    ballots = election.ballots
    width = len(header)
    try:
        for row in rows:
            if not row:
                continue
            if len(row) != width:
                raise BadFile(f"{len(row)} cells where the header has {width}", line=rows.line_num)
            ranks = []
            for column in columns:
                cell = row[column]
                rank = cells.get(cell)
                if rank is None:
                    rank = cells[cell] = _rank(cell, options, shared, rows.line_num)
                ranks.append(rank)
            while ranks and not ranks[-1]:
                ranks.pop()
            ballots[tuple(ranks)] += 1
    except csv.Error as error:
        raise BadFile(f"this is no table: {error}", line=rows.line_num) from None
    if not ballots:
        raise BadFile("the table has no ballots", line=1)
    if not options:
        raise BadFile("no ballot names an option", line=2)
    election.options = tuple(options)
    return election


def _rank(cell: str, options: dict[str, None], shared: Ranks, line: int) -> tuple[str, ...]:
    name = cell.strip()
    if name.lower() in _SKIPPED:
        return ()
    if name.lower() == _OVERVOTE:
        return OVERVOTED
    options[readable(name, line=line, what="the name of an option")] = None
    return shared.one(name)


def _rank_columns(header: list[str]) -> list[int]:
    found = [(_RANK.fullmatch(name), column) for column, name in enumerate(header)]
    ranks = [(int(match[1] or match[2]), column) for match, column in found if match]
    if not ranks:
        return list(range(len(header)))
    numbers = [rank for rank, _column in ranks]
    if len(set(numbers)) < len(numbers):
        twice = next(rank for rank in numbers if numbers.count(rank) > 1)
        raise BadFile(f"two columns are rank {quoted(twice)}", line=1)
    return [column for _rank, column in sorted(ranks)]
