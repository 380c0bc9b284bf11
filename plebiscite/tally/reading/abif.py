"""ABIF, the Aggregated Ballot Information Format.

    {"title": "Where to build"}           facts, one a line
    =Memph:[Memphis, TN]                  a short name and what it stands for
    42: Memph > Nash = Knox               ranks; several in one are equal
    26: Nash/5, Chat/3                    scores without an order: the higher, the better
    3:                                    blank

Where no short names are declared, the ballots themselves say which options there are; where some
are, an unknown one is an error. Options go by their short names.
"""

from __future__ import annotations

import re
from pathlib import Path

from plebiscite.tally.model import PointsBallot
from plebiscite.tally.reading.common import (
    BadFile,
    Election,
    Ranks,
    quoted,
    readable,
    whole_number,
)

_DECLARATION = re.compile(r"=\s*(?:\[([^\]]+)\]|([^:\s\[\]]+))\s*:\s*(?:\[(.*)\]|(.*?))\s*")
_VOTES = re.compile(r"([0-9]+)\s*[:*]\s*(.*)")
_OPTION = re.compile(r"\s*(?:\[([^\]]+)\]|\"([^\"]+)\"|([^\s\[\]>=,/~\"]+))\s*(?:/\s*([0-9]+)\s*)?")
_TITLE = re.compile(r"\{\s*\"?title\"?\s*:\s*\"(.*)\"\s*\}")


def read_abif(path: Path) -> Election:
    """The ballots of an ABIF file."""
    with path.open(encoding="utf-8-sig") as file:
        reader = _Reader()
        number = 1
        for number, line in enumerate(file, start=1):
            reader.line(number, line.strip())
        return reader.end(number)


class _Reader:
    def __init__(self) -> None:
        self.election = Election(())
        self.declared: dict[str, str] = {}
        #: The line that names an option first; declarations may stand behind it.
        self.seen: dict[str, int] = {}
        self.ranks = Ranks()
        self.has_votes = False
        self.simple: dict[str, tuple[str, ...]] = {}

    def line(self, number: int, text: str) -> None:
        if not text or text.startswith("#"):
            return
        if text.startswith("{"):
            if found := _TITLE.fullmatch(text):
                self.election.title = readable(found[1], line=number, what="the title")
            elif not text.endswith("}"):
                raise BadFile(f"a fact is not closed: {quoted(text)}", line=number)
        elif text.startswith("="):
            self._declare(number, text)
        else:
            found = _VOTES.fullmatch(_without_comment(text))
            if not found:
                raise BadFile(f"no “count: ballot”: {quoted(text)}", line=number)
            weight = whole_number(found[1], line=number, what="how many cast it")
            self._votes(number, weight, found[2].strip())

    def end(self, last: int) -> Election:
        if not self.has_votes:
            raise BadFile("the file has no ballots", line=last)
        for name, number in self.seen.items():
            if self.declared and name not in self.declared:
                raise BadFile(f"no option of this name is declared: {quoted(name)}", line=number)
        self.election.options = tuple(self.declared or self.seen)
        return self.election

    def _declare(self, number: int, text: str) -> None:
        found = _DECLARATION.fullmatch(_without_comment(text))
        if not found:
            raise BadFile(f"no “=short:[long]”: {quoted(text)}", line=number)
        name = readable((found[1] or found[2]).strip(), line=number, what="the name of an option")
        if name in self.declared:
            raise BadFile(f"an option is declared twice: {quoted(name)}", line=number)
        self.declared[name] = (found[3] or found[4] or name).strip()

    def _votes(self, number: int, weight: int, text: str) -> None:
        self.has_votes = True
        try:
            # Nearly all: names that were seen before, in an order without equals or scores.
            known = [self.simple[piece] for piece in text.split(">")]
        except KeyError:
            known = []
        if known and len(set(known)) == len(known):
            self.election.ballots[tuple(known)] += weight
            self._note_scores(number, weight, (), has_scores=False)
            return
        names, scores, signs = self._pieces(number, text)
        if len(set(names)) < len(names):
            raise BadFile("a ballot names an option twice", line=number)
        for name in names:
            self.seen.setdefault(name, number)
        if "," in signs:
            if set(signs) != {","}:
                raise BadFile("ranks (>) and a list (,) in one ballot", line=number)
            if not any(score is not None for score in scores):
                raise BadFile("a list (,) without scores has no order", line=number)
            # What has no score in a list of scores stands behind all that have one.
            worth = [-1 if score is None else score for score in scores]
            ranks = [
                tuple(name for name, one in zip(names, worth, strict=True) if one == value)
                for value in sorted({one for one in worth if one >= 0}, reverse=True)
            ]
        else:
            equals: list[list[str]] = []
            for place, name in enumerate(names):
                if place and signs[place - 1] == "=":
                    equals[-1].append(name)
                else:
                    equals.append([name])
            ranks = [tuple(rank) for rank in equals]
        ballot = tuple(self.ranks.one(rank[0]) if len(rank) == 1 else rank for rank in ranks)
        self.election.ballots[ballot] += weight
        has_scores = not names or any(score is not None for score in scores)
        given = sorted((n, s) for n, s in zip(names, scores, strict=True) if s)
        self._note_scores(number, weight, tuple(given), has_scores=has_scores)
        if set(signs) <= {">"} and not any(score is not None for score in scores):
            self.simple.update(zip(text.split(">"), ballot, strict=False))

    def _note_scores(
        self, number: int, weight: int, given: PointsBallot, *, has_scores: bool
    ) -> None:
        if not has_scores and not self.election.unscored:
            self.election.unscored = number
        self.election.scores[given] += weight

    def _pieces(self, number: int, text: str) -> tuple[list[str], list[int | None], list[str]]:
        names: list[str] = []
        scores: list[int | None] = []
        signs: list[str] = []
        place = 0
        while place < len(text):
            found = _OPTION.match(text, place)
            if not found:
                raise BadFile(f"an option is missing before {quoted(text[place:])}", line=number)
            name = (found[1] or found[2] or found[3]).strip()
            names.append(readable(name, line=number, what="the name of an option"))
            score = found[4]
            scores.append(
                None if score is None else whole_number(score, line=number, what="a score")
            )
            place = found.end()
            if place < len(text):
                if text[place] not in ">=,":
                    raise BadFile(f"no >, = or , before {quoted(text[place:])}", line=number)
                signs.append(text[place])
                place += 1
                # Nothing but spaces would have been taken off.
                if place == len(text):
                    raise BadFile("an option is missing at the end", line=number)
        return names, scores, signs


def _without_comment(text: str) -> str:
    """The line without what follows a # outside of brackets and quotation marks."""
    if "#" not in text:
        return text
    closing = ""
    for place, sign in enumerate(text):
        if closing:
            closing = "" if sign == closing else closing
        elif sign in '["':
            closing = "]" if sign == "[" else sign
        elif sign == "#":
            return text[:place].rstrip()
    return text
