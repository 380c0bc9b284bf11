"""Counting: `count(ballots, ruleset)` gives a result and the trace of every round.

Standard library only, whole numbers only; no clock, no chance, no database. The same ballots under
the same ruleset give the same result, whatever their order. `ENGINE` is stored with every count.
"""

from __future__ import annotations

from plebiscite.tally.model import (
    BadRuleset,
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
    canonical_json,
    digest,
)
from plebiscite.tally.single import count_single

__all__ = [
    "ENGINE",
    "BadRuleset",
    "Ballot",
    "Duplicates",
    "Elimination",
    "Method",
    "Overvote",
    "Result",
    "Round",
    "Ruleset",
    "Skipped",
    "TieRule",
    "canonical_json",
    "count",
    "countable",
    "digest",
]

#: Moves with every change that could change a result or its trace.
ENGINE = "1"

_METHODS = {Method.SINGLE: count_single}


def countable() -> frozenset[Method]:
    """The methods that votes can be counted by: no other is offered for a binding vote."""
    return frozenset(_METHODS)


def count(
    ballots: dict[Ballot, int],
    options: tuple[str, ...],
    ruleset: Ruleset,
    lot_order: tuple[str, ...] = (),
) -> Result:
    """The result of `ballots` (each with how many people cast it) over the codes `options`.

    A ballot names options by rank, each rank holding one or more; the empty one is blank.
    `lot_order` holds every option once, where the rules draw lots. Raises ValueError for a ballot
    that names what is not among `options`, BadRuleset for a missing or wrong lot order.
    """
    known = frozenset(options)
    for ballot, number in ballots.items():
        if number < 0 or any(code not in known for rank in ballot for code in rank):
            raise ValueError("a ballot names an option that is not on the ballot paper")
    if sorted(lot_order) != (sorted(options) if ruleset.draws_lots else []):
        raise BadRuleset("lots are drawn for every option once, and only where the rules say so")
    return _METHODS[ruleset.method](ballots, options, ruleset, lot_order)
