"""Instant-runoff: the weakest leave, round by round, and their ballots go to the next choice.

Inside, a ballot is a string with one character per option, in the order in which it counts: short,
and quick to compare. Every ballot is touched when it is first placed and once per transfer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plebiscite.tally.model import (
    Ballot,
    Duplicates,
    Elimination,
    Method,
    Overvote,
    Result,
    Round,
    Ruleset,
    Skipped,
    TieRule,
)
from plebiscite.tally.pairwise import compare, condorcet_winner, schulze_order

Pile = list[tuple[str, int]]


def count_ranked(
    ballots: Mapping[Ballot, int],
    options: tuple[str, ...],
    ruleset: Ruleset,
    lot_order: tuple[str, ...],
) -> Result:
    """Fills the places one after another, each by an instant-runoff among who is left."""
    codes = sorted(options)
    letters = {code: chr(number) for number, code in enumerate(codes)}
    alone: dict[tuple[str, ...], str] = {(code,): letter for code, letter in letters.items()}
    orders: dict[str, int] = {}
    blank = 0
    for ballot, number in ballots.items():
        if not any(ballot):
            blank += number
        order = _as_counted(ballot, letters, alone, ruleset)
        orders[order] = orders.get(order, 0) + number
    runoff = _Runoff(codes, ruleset, tuple(letters[code] for code in lot_order), letters)
    runoff.run(orders)
    table = compare(ballots, codes)
    cast = sum(ballots.values())
    first = runoff.rounds[0].totals if runoff.rounds else {}
    return Result(
        totals={code: first.get(code, 0) for code in codes},
        winners=tuple(runoff.winners),
        tied=runoff.tied,
        cast=cast,
        valid=cast,
        blank=blank,
        quorum=ruleset.quorum,
        rounds=tuple(runoff.rounds),
        method=Method.RANKED,
        pairwise=table,
        condorcet=condorcet_winner(table),
        schulze=schulze_order(table),
    )


def _as_counted(
    ballot: Ballot,
    letters: dict[str, str],
    alone: dict[tuple[str, ...], str],
    ruleset: Ruleset,
) -> str:
    """The options in the order in which the ballot counts for them."""
    if ruleset.max_ranks == 0 or len(ballot) <= ruleset.max_ranks:
        try:
            # Nearly all: one option on each rank, none of them twice.
            order = "".join([alone[rank] for rank in ballot])
        except KeyError:
            order = ""
        if order and len(set(order)) == len(order):
            return order
    order = ""
    empty = 0
    for rank in ballot[: ruleset.max_ranks] if ruleset.max_ranks else ballot:
        if not rank:
            empty += 1
            if empty == 2 and ruleset.skipped == Skipped.EXHAUST_AFTER_2:
                break
            continue
        empty = 0
        if len(rank) > 1:
            if ruleset.overvote == Overvote.EXHAUST:
                break
            continue
        letter = letters[rank[0]]
        if letter not in order:
            order += letter
        elif ruleset.duplicates == Duplicates.EXHAUST:
            break
    return order


@dataclass
class _Standing:
    """Who is in the running for one place, and the ballots that lie on each one's pile."""

    piles: dict[str, Pile]
    totals: dict[str, int]
    exhausted: int

    def leave(self, leaving: list[str]) -> dict[str, int]:
        """Takes options out; gives where their ballots went."""
        moved: dict[str, int] = {}
        lifted = [pair for letter in leaving for pair in self.piles.pop(letter)]
        for letter in leaving:
            del self.totals[letter]
        for order, number in lifted:
            target = self._place(order, number)
            moved[target] = moved.get(target, 0) + number
        return moved

    def _place(self, order: str, number: int) -> str:
        for letter in order:
            if letter in self.piles:
                self.piles[letter].append((order, number))
                self.totals[letter] += number
                return letter
        self.exhausted += number
        return ""

    @classmethod
    def of(cls, orders: Mapping[str, int], running: list[str]) -> _Standing:
        standing = cls({letter: [] for letter in running}, dict.fromkeys(running, 0), 0)
        for order, number in orders.items():
            standing._place(order, number)
        return standing


class _Runoff:
    def __init__(
        self,
        codes: list[str],
        ruleset: Ruleset,
        lots: tuple[str, ...],
        letters: dict[str, str],
    ) -> None:
        self.codes = codes
        self.ruleset = ruleset
        self.lots = {letter: place for place, letter in enumerate(lots)}
        self.group = frozenset(letters[c] for c in ruleset.drop_together if c in letters)
        self.rounds: list[Round] = []
        self.winners: list[str] = []
        self.tied: tuple[str, ...] = ()

    def run(self, orders: Mapping[str, int]) -> None:
        running = [chr(number) for number in range(len(self.codes))]
        while running and len(self.winners) < self.ruleset.winners and not self.tied:
            elected = self._fill_place(orders, running)
            if not elected:
                return
            self.winners += [self._code(letter) for letter in elected]
            running = [letter for letter in running if letter not in elected]

    def _fill_place(self, orders: Mapping[str, int], running: list[str]) -> list[str]:
        """One instant-runoff; gives who takes the place, nobody when it ends in a tie."""
        standing = _Standing.of(orders, running)
        place = len(self.winners) + 1
        while True:
            totals = dict(standing.totals)
            exhausted = standing.exhausted
            active = sum(totals.values())
            if not active:
                self._note(totals, place, exhausted)
                return []
            leader = max(totals, key=lambda letter: totals[letter])
            if 2 * totals[leader] > active:
                self._note(totals, place, exhausted, elected=[leader])
                return [leader]
            leaving, by_lot = self._weakest(totals)
            if len(leaving) == len(totals):
                if self.ruleset.tie == TieRule.JOINT:
                    self._note(totals, place, exhausted, elected=leaving)
                    return leaving
                self._note(totals, place, exhausted, tied=leaving)
                self.tied = self._named(leaving)
                return []
            if not leaving:
                sharing = self._sharing_last(totals)
                self._note(totals, place, exhausted, tied=sharing)
                self.tied = self._named(sharing)
                return []
            moved = standing.leave(leaving)
            self._note(totals, place, exhausted, eliminated=leaving, by_lot=by_lot, transfers=moved)

    def _weakest(self, totals: dict[str, int]) -> tuple[list[str], list[str]]:
        """Who leaves now, and among whom lots decided that. Nobody, for a tie that stays open."""
        hopeless = self._hopeless(totals)
        sharing = self._sharing_last(totals)
        by_lot: list[str] = []
        if hopeless and (self.ruleset.elimination == Elimination.BATCH or len(sharing) == 1):
            leaving = hopeless if self.ruleset.elimination == Elimination.BATCH else sharing
        elif len(sharing) == 1:
            leaving = sharing
        elif self.ruleset.tie == TieRule.LOT:
            leaving, by_lot = [max(sharing, key=self.lots.__getitem__)], sharing
        elif self.ruleset.tie == TieRule.JOINT or set(sharing) <= set(hopeless):
            # Together they have fewer votes than anybody else: in whatever order they leave, all
            # of them leave before the next one does.
            leaving = sharing
        else:
            leaving = sharing if len(sharing) == len(totals) else []
        if self.group & set(leaving):
            joined = sorted(set(leaving) | (self.group & set(totals)))
            if len(joined) < len(totals):
                leaving = joined
        return leaving, by_lot

    def _hopeless(self, totals: dict[str, int]) -> list[str]:
        """The most options that together have fewer votes than the next one."""
        order = sorted(totals, key=lambda letter: (totals[letter], letter))
        behind, found = 0, 0
        for place, letter in enumerate(order):
            if behind < totals[letter]:
                found = place
            behind += totals[letter]
        return sorted(order[:found])

    def _sharing_last(self, totals: dict[str, int]) -> list[str]:
        least = min(totals.values())
        return sorted(letter for letter in totals if totals[letter] == least)

    def _note(
        self,
        totals: dict[str, int],
        place: int,
        exhausted: int,
        *,
        elected: list[str] | None = None,
        eliminated: list[str] | None = None,
        tied: list[str] | None = None,
        by_lot: list[str] | None = None,
        transfers: dict[str, int] | None = None,
    ) -> None:
        self.rounds.append(
            Round(
                number=len(self.rounds) + 1,
                totals={self._code(letter): number for letter, number in totals.items()},
                elected=self._named(elected),
                eliminated=self._named(eliminated),
                tied=self._named(tied),
                by_lot=self._named(by_lot),
                exhausted=exhausted,
                place=place,
                transfers={self._code(one): number for one, number in (transfers or {}).items()},
            )
        )

    def _code(self, letter: str) -> str:
        return self.codes[ord(letter)] if letter else ""

    def _named(self, letters: list[str] | None) -> tuple[str, ...]:
        return tuple(self._code(letter) for letter in letters or ())
