"""Generated elections, and how three counters are asked about them."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

from plebiscite.tally import (
    Duplicates,
    Elimination,
    Method,
    Overvote,
    Ruleset,
    Skipped,
    TieRule,
    count,
)
from plebiscite.verifier import verify


def election(
    chance: random.Random,
) -> tuple[Ruleset, tuple[str, ...], Counter[Any], tuple[str, ...]]:
    """Rules, options, ballots and an order of lots: small, so that ties and edges are frequent."""
    method = chance.choice(list(Method))
    options = tuple(f"M{number}" for number in range(1, chance.randint(2, 6) + 1))
    rules = Ruleset(
        method,
        winners=chance.choice([1, 1, 1, 2, 3]),
        tie=chance.choice(list(TieRule)),
        quorum=chance.choice([0, 10]),
        max_picks=chance.choice([0, 1, 2, 3]),
        points_total=chance.choice([0, 5]),
        points_cap=chance.choice([0, 3]),
        max_ranks=chance.choice([0, 3, 5]),
        overvote=chance.choice(list(Overvote)),
        skipped=chance.choice(list(Skipped)),
        duplicates=chance.choice(list(Duplicates)),
        elimination=chance.choice(list(Elimination)),
        drop_together=tuple(chance.sample(options, 2)) if chance.random() < 0.2 else (),
    )
    ballots: Counter[Any] = Counter()
    numbers = [1, 1, 1, 2, 3, 5]
    if method == Method.RANKED and chance.random() < 0.6:
        # What outside libraries know too: one place, the weakest leaves alone, seldom a tie.
        rules = replace(rules, winners=1, elimination=Elimination.ONE_BY_ONE, drop_together=())
        numbers = list(range(1, 60))
    for _kind in range(chance.randint(0, 12)):
        ballots[ballot(chance, rules, options)] += chance.choice(numbers)
    lots = list(options)
    chance.shuffle(lots)
    return rules, options, ballots, tuple(lots) if rules.draws_lots else ()


def ballot(chance: random.Random, rules: Ruleset, options: tuple[str, ...]) -> Any:
    """A ballot that the rules allow."""
    if chance.random() < 0.05:
        return ()
    if rules.method == Method.SINGLE:
        return ((chance.choice(options),),)
    if rules.method == Method.APPROVAL:
        most = min(rules.max_picks or len(options), len(options))
        return tuple((code,) for code in sorted(chance.sample(options, chance.randint(1, most))))
    if rules.method == Method.POINTS:
        total, cap = rules.points_total or 9, rules.points_cap or 9
        given = {}
        for code in sorted(chance.sample(options, chance.randint(1, len(options)))):
            points = chance.randint(0, min(cap, total))
            total -= points
            if points:
                given[code] = points
        return tuple(given.items())
    most = rules.max_ranks or len(options)
    ranks: list[tuple[str, ...]] = [
        (code,) for code in chance.sample(options, chance.randint(1, min(most, len(options))))
    ]
    for place in range(len(ranks)):
        draw = chance.random()
        if draw < 0.06 and place < len(ranks) - 1:
            ranks[place] = ()
        elif draw < 0.10:
            ranks[place] = tuple(sorted(chance.sample(options, 2)))
        elif draw < 0.14:
            ranks[place] = ranks[chance.randrange(len(ranks))]
    while ranks and not ranks[-1]:
        ranks.pop()
    return tuple(ranks)


def ours(
    rules: Ruleset, options: tuple[str, ...], ballots: Counter[Any], lots: tuple[str, ...]
) -> dict[str, Any]:
    """The result by the tally."""
    return count(ballots, options, rules, lots).as_dict()


def theirs(
    rules: Ruleset, options: tuple[str, ...], ballots: Counter[Any], lots: tuple[str, ...]
) -> dict[str, Any]:
    """The parts of the result that the verifier computes."""
    vote = verify.Vote(None, None)
    vote.codes, vote.rules = list(options), rules.as_dict()
    vote.lot_rank = {code: place for place, code in enumerate(lots)}
    vote.ballots = {
        number: (marks if rules.method == Method.POINTS else [list(rank) for rank in marks], times)
        for number, (marks, times) in enumerate(ballots.items())
    }
    return verify.count_ranked(vote) if rules.method == Method.RANKED else verify.count_sums(vote)
