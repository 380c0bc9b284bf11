"""What the readers of all formats give, and how they complain."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from plebiscite.tally.model import Ballot, PointsBallot, Ruleset

#: Far more than there are people; longer numbers are a slip, and Python reads none of thousands.
_MOST_DIGITS = 18
#: Signs that are no letters: they would move the cursor, or end the line, where a result is read.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


class BadFile(ValueError):
    """A file that is not what it should be; `line` counts from 1, 0 is the file as a whole."""

    def __init__(self, text: str, *, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


@dataclass
class Election:
    """Ballots as a file has them, under the names that the file gives to options.

    `scores` holds ballots with numbers (ABIF, bundles of the method `points`), each beside its
    ranks in `ballots`. A bundle brings its rules and, once drawn, its order of lots.
    """

    options: tuple[str, ...]
    ballots: Counter[Ballot] = field(default_factory=Counter)
    scores: Counter[PointsBallot] = field(default_factory=Counter)
    unscored: int = 0
    ruleset: Ruleset | None = None
    lot_order: tuple[str, ...] = ()
    title: str = ""


class Ranks:
    """Keeps one tuple for each rank that names one option: a million ballots share them."""

    def __init__(self) -> None:
        self._single: dict[str, tuple[str, ...]] = {}

    def one(self, name: str) -> tuple[str, ...]:
        found = self._single.get(name)
        if found is None:
            found = self._single[name] = (name,)
        return found


def whole_number(text: str, *, line: int, what: str) -> int:
    """A number without sign or fraction. Raises BadFile."""
    text = text.strip()
    if not text.isascii() or not text.isdigit():
        raise BadFile(f"{what} is not a whole number: {quoted(text)}", line=line)
    if len(text) > _MOST_DIGITS:
        raise BadFile(f"{what} is too great: {quoted(text)}", line=line)
    return int(text)


def readable(text: str, *, line: int, what: str) -> str:
    """A name or title without control signs, such as NUL. Raises BadFile."""
    if _CONTROL.search(text):
        raise BadFile(f"{what} has a control sign in it: {quoted(text)}", line=line)
    return text


def quoted(text: Any) -> str:
    """A piece of a file as it may stand in a message."""
    shown = str(text)
    return repr(shown if len(shown) <= 60 else f"{shown[:57]}…")
