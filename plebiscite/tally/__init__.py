"""Counting: `count(ballots, options, ruleset)` gives a result and the trace of every round.

Standard library only, whole numbers only; no clock, no chance, no database. The same ballots under
the same ruleset give the same result, whatever their order. `ENGINE` is stored with every count.
`python -m plebiscite.tally --help` counts files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plebiscite.tally.lots import lot_order
from plebiscite.tally.marks import count_marks, count_points
from plebiscite.tally.model import (
    OVERVOTED,
    BadRuleset,
    Ballot,
    Duplicates,
    Elimination,
    Method,
    Overvote,
    PointsBallot,
    Result,
    Round,
    Ruleset,
    Skipped,
    TieRule,
    canonical_json,
    digest,
)
from plebiscite.tally.ranked import count_ranked

__all__ = [
    "ENGINE",
    "OVERVOTED",
    "BadRuleset",
    "Ballot",
    "Duplicates",
    "Elimination",
    "Method",
    "Overvote",
    "PointsBallot",
    "Result",
    "Round",
    "Ruleset",
    "Skipped",
    "TieRule",
    "canonical_json",
    "count",
    "countable",
    "digest",
    "lot_order",
]

#: Moves with every change that could change a result or its trace.
ENGINE = "2"


def countable() -> frozenset[Method]:
    """The methods that votes can be counted by: no other is offered for a binding vote."""
    return frozenset(Method)


def count(
    ballots: Mapping[Any, int],
    options: tuple[str, ...],
    ruleset: Ruleset,
    lot_order: tuple[str, ...] = (),
) -> Result:
    """The result of `ballots` (each with how many people cast it) over the codes `options`.

    A ballot is a `Ballot`, or a `PointsBallot` for the method `points`; the empty one is blank.
    `lot_order` holds every option once, where the rules draw lots. Raises ValueError for a ballot
    that names what is not among `options`, BadRuleset for a missing or wrong lot order.
    """
    if len(set(options)) < len(options):
        raise ValueError("an option stands on the ballot paper twice")
    known = frozenset(options)
    if sorted(lot_order) != (sorted(options) if ruleset.draws_lots else []):
        raise BadRuleset("lots are drawn for every option once, and only where the rules say so")
    if not known.issuperset(ruleset.drop_together):
        raise BadRuleset("drop_together names an option that is not on the ballot paper")
    if ruleset.method == Method.POINTS:
        for points_ballot, number in ballots.items():
            codes = [code for code, _points in points_ballot]
            if number < 0 or not known.issuperset(codes):
                raise ValueError("a ballot names an option that is not on the ballot paper")
            if len(set(codes)) < len(codes) or any(points < 0 for _c, points in points_ballot):
                raise ValueError("a ballot gives points to an option twice, or takes some away")
        return count_points(ballots, options, ruleset, lot_order)
    marks = known | set(OVERVOTED)
    if min(ballots.values(), default=0) < 0:
        raise ValueError("a ballot was cast a negative number of times")
    if not all(marks.issuperset(rank) for rank in {rank for one in ballots for rank in one}):
        raise ValueError("a ballot names an option that is not on the ballot paper")
    if ruleset.method == Method.RANKED:
        return count_ranked(ballots, options, ruleset, lot_order)
    return count_marks(ballots, options, ruleset, lot_order)
