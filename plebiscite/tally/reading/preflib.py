"""PrefLib's orders: `soc`, `soi`, `toc`, `toi`, as they are written since 2022 and before.

    # ALTERNATIVE NAME 1: Memphis          4
    # NUMBER VOTERS: 100                   1,Memphis
    42: 1,2,{3,4}                          100,100,2
                                           42,1,2,{3,4}

The four kinds differ by what they promise (complete orders, orders without ties), and the promise
is held: a tie in a `soc` file is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from plebiscite.tally.model import Ballot
from plebiscite.tally.reading.common import (
    BadFile,
    Election,
    Ranks,
    quoted,
    readable,
    whole_number,
)

_NAME = re.compile(r"ALTERNATIVE NAME ([0-9]{1,18})\s*:\s*(.*)", re.IGNORECASE)
_FACT = re.compile(r"([A-Z][A-Z /-]*?)\s*:\s*(.*)", re.IGNORECASE)
_PIECE = re.compile(
    r"\s*(?:([0-9]+)|\{(\s*|\s*[0-9]+(?:\s*,\s*[0-9]+)*\s*)\})\s*(?:,(?=\s*[^\s])|$)"
)

Line = tuple[int, str]


def read_preflib(path: Path, kind: str) -> Election:
    """The ballots of a PrefLib file of one kind: `soc`, `soi`, `toc` or `toi`."""
    with path.open(encoding="utf-8-sig") as file:
        lines = ((number, line.strip()) for number, line in enumerate(file, start=1))
        reader = _Reader(kind)
        return reader.read((number, line) for number, line in lines if line)


class _Reader:
    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.names: dict[int, str] = {}
        self.known: set[str] = set()
        self.facts: dict[str, tuple[int, str]] = {}
        self.election = Election(())
        self.ranks = Ranks()
        self.simple: dict[str, tuple[str, ...]] = {}
        self.total = 0

    def read(self, lines: Iterator[Line]) -> Election:
        first = next(lines, None)
        if first is None:
            raise BadFile("the file is empty", line=1)
        if first[1].startswith("#"):
            self._read_new(first, lines)
        else:
            self._read_old(first, lines)
        self.election.options = tuple(self.names.values())
        return self.election

    # --- Since 2022: facts in comments, `count: order` ---------------------------------------

    def _read_new(self, first: Line, lines: Iterator[Line]) -> None:
        self._fact(*first)
        is_head = True
        number = first[0]
        for number, line in lines:
            if line.startswith("#"):
                if not is_head:
                    raise BadFile("facts (#) stand before the ballots", line=number)
                self._fact(number, line)
                continue
            if is_head:
                self._end_head(number)
                is_head = False
            count, colon, order = line.partition(":")
            if not colon:
                raise BadFile(f"no “count: order”: {quoted(line)}", line=number)
            self._ballot(number, count, order)
        if is_head:
            self._end_head(number)
        self._compare_totals()

    def _fact(self, number: int, line: str) -> None:
        text = line.lstrip("#").strip()
        if found := _NAME.fullmatch(text):
            index, name = int(found[1]), found[2].strip()
            if index in self.names:
                raise BadFile(f"alternative {index} is named twice", line=number)
            self._name(number, index, name)
        elif found := _FACT.fullmatch(text):
            self.facts[found[1].upper()] = (number, found[2])

    def _name(self, number: int, index: int, name: str) -> None:
        if not name:
            raise BadFile(f"alternative {index} has no name", line=number)
        readable(name, line=number, what="the name of an alternative")
        if name in self.known:
            raise BadFile(f"two alternatives have the name {quoted(name)}", line=number)
        self.names[index] = name
        self.known.add(name)

    def _end_head(self, number: int) -> None:
        if "TITLE" in self.facts:
            at, title = self.facts["TITLE"]
            self.election.title = readable(title, line=at, what="the title")
        if "NUMBER ALTERNATIVES" in self.facts:
            at, text = self.facts["NUMBER ALTERNATIVES"]
            promised = whole_number(text, line=at, what="the number of alternatives")
            if not self.names:
                self.names = {index: str(index) for index in range(1, promised + 1)}
            elif promised != len(self.names):
                raise BadFile(
                    f"{promised} alternatives are announced, {len(self.names)} have a name", line=at
                )
        if not self.names:
            raise BadFile("no alternative has a name before the first ballot", line=number)

    def _compare_totals(self) -> None:
        if "NUMBER VOTERS" in self.facts:
            at, text = self.facts["NUMBER VOTERS"]
            promised = whole_number(text, line=at, what="the number of voters")
            if promised != self.total:
                raise BadFile(f"{promised} voters are announced, {self.total} follow", line=at)

    # --- Before: numbers, names, sums, `count,order` -----------------------------------------

    def _read_old(self, first: Line, lines: Iterator[Line]) -> None:
        at, text = first
        for _place in range(whole_number(text, line=at, what="the number of alternatives")):
            at, line = self._next(lines, at)
            index, comma, name = line.partition(",")
            if not comma:
                raise BadFile(f"no “number,name”: {quoted(line)}", line=at)
            key = whole_number(index, line=at, what="the number of an alternative")
            if key in self.names:
                raise BadFile(f"alternative {key} is named twice", line=at)
            self._name(at, key, name.strip())
        at, sums = self._next(lines, at)
        parts = sums.split(",")
        if len(parts) != 3:
            raise BadFile(f"no “voters,sum,different orders”: {quoted(sums)}", line=at)
        promised = whole_number(parts[0], line=at, what="the number of voters")
        for number, line in lines:
            count, _comma, order = line.partition(",")
            self._ballot(number, count, order)
        if promised != self.total:
            raise BadFile(f"{promised} voters are announced, {self.total} follow", line=at)

    def _next(self, lines: Iterator[Line], at: int) -> Line:
        found = next(lines, None)
        if found is None:
            raise BadFile("the file ends in the middle of its head", line=at)
        return found

    # --- Ballots ------------------------------------------------------------------------------

    def _ballot(self, number: int, count: str, order: str) -> None:
        weight = whole_number(count, line=number, what="how many cast it")
        ballot = self._order(number, order)
        self.election.ballots[ballot] += weight
        self.total += weight

    def _order(self, number: int, text: str) -> Ballot:
        names = self.names
        ranks: list[tuple[str, ...]] = []
        named: list[Any]
        try:
            # Nearly all: numbers and commas.
            if "{" not in text:
                ranks = [self.simple[part] for part in text.split(",")]
        except KeyError:
            ranks = []
        if ranks:
            named = ranks
        else:
            ranks = self._order_slowly(number, text)
            named = [name for rank in ranks for name in rank]
            if "{" not in text:
                self.simple.update(zip(text.split(","), ranks, strict=False))
        if len(set(named)) < len(named):
            raise BadFile("an order names an alternative twice", line=number)
        if self.kind in {"soc", "toc"} and len(named) < len(names):
            raise BadFile(f"a {self.kind} order names every alternative", line=number)
        if self.kind in {"soc", "soi"} and len(ranks) < len(named):
            raise BadFile(f"a {self.kind} order has no ties", line=number)
        return tuple(ranks)

    def _order_slowly(self, number: int, text: str) -> list[tuple[str, ...]]:
        ranks: list[tuple[str, ...]] = []
        place = 0
        text = text.strip()
        while place < len(text):
            found = _PIECE.match(text, place)
            if found is None:
                raise BadFile(f"this is no order: {quoted(text[place:])}", line=number)
            inside = found[1] or found[2] or ""
            rank = tuple(self._named(number, part) for part in inside.split(",") if part.strip())
            ranks.append(self.ranks.one(rank[0]) if len(rank) == 1 else rank)
            place = found.end()
        # An empty pair of braces at the end says that the rest is not ranked.
        while ranks and not ranks[-1]:
            ranks.pop()
        return ranks

    def _named(self, number: int, text: str) -> str:
        index = whole_number(text, line=number, what="the number of an alternative")
        if index not in self.names:
            raise BadFile(f"there is no alternative {index}", line=number)
        return self.names[index]
