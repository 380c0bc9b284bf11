"""The same elections asked of votelib, which shares no line with us. Used in tests alone.

It knows nothing of ranks that are empty, shared or repeated, so ranked ballots come to it as they
count; it gives up at ties, and where rules are ours alone it is not asked.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from plebiscite.tally import Elimination, Method, Ruleset
from plebiscite.verifier import verify

pytest.importorskip("votelib", reason="votelib is not installed (requirements-dev.txt)")

from votelib.convert import ApprovalToSimpleVotes, RankedToCondorcetVotes, ScoreToSimpleVotes
from votelib.evaluate.condorcet import CondorcetWinner
from votelib.evaluate.core import Plurality, Tie, VotingSystemError
from votelib.evaluate.sequential import TransferableVoteSelector

_RUNOFF = TransferableVoteSelector(quota_function="droop")
_PAIRS = RankedToCondorcetVotes(unranked_at_bottom=True)


def winners(rules: Ruleset, options: tuple[str, ...], ballots: Counter[Any]) -> set[str] | None:
    """Who wins, or None where it cannot tell."""
    if rules.method == Method.RANKED:
        return _runoff(rules, options, ballots)
    if rules.method == Method.POINTS:
        scores = {frozenset(ballot): number for ballot, number in ballots.items() if ballot}
        totals = ScoreToSimpleVotes("sum", unscored_value=0).convert(scores)
    else:
        marks = {
            frozenset(code for rank in ballot for code in rank): number
            for ballot, number in ballots.items()
            if ballot
        }
        totals = ApprovalToSimpleVotes().convert(marks)
    if len(totals) < rules.winners:
        return set(totals)
    elected = Plurality().evaluate(totals, rules.winners)
    return None if any(isinstance(one, Tie) for one in elected) else set(elected)


def condorcet(rules: Ruleset, options: tuple[str, ...], ballots: Counter[Any]) -> str | None:
    """Who beats everybody, "" for nobody, None where it cannot tell."""
    if rules.method != Method.RANKED:
        return None
    votes: Counter[Any] = Counter()
    for ballot, number in ballots.items():
        names = [code for rank in ballot for code in rank]
        if len(set(names)) < len(names) or not names:
            return None
        ranks = tuple(rank[0] if len(rank) == 1 else frozenset(rank) for rank in ballot if rank)
        votes[ranks] += number
    named = {code for ballot in ballots for rank in ballot for code in rank}
    if named != set(options):
        return None  # it does not know of options that nobody names
    found = CondorcetWinner().evaluate(_PAIRS.convert(votes))
    return found[0] if found else ""


def _runoff(rules: Ruleset, options: tuple[str, ...], ballots: Counter[Any]) -> set[str] | None:
    if rules.winners > 1 or rules.drop_together or rules.elimination == Elimination.BATCH:
        return None
    votes: Counter[Any] = Counter()
    for ballot, number in ballots.items():
        order = verify.preferences([list(rank) for rank in ballot], rules.as_dict())
        if order:
            votes[tuple(order)] += number
    if not votes:
        return None
    try:
        for number in range(1, len(options) + 1):
            totals, elected_so_far = _RUNOFF.nth_count(dict(votes), 1, number)
            # It takes the pile of exhausted ballots for somebody who runs too.
            pile = totals.pop(None, 0)
            if elected_so_far:
                break
            if pile >= min(totals.values(), default=0):
                return None
        elected = _RUNOFF.evaluate(dict(votes), 1)
    except NotImplementedError:
        return None  # a tie among the weakest
    except VotingSystemError:
        return None  # so many ballots are exhausted that nobody reaches the quota of the start
    return None if any(isinstance(one, Tie) for one in elected) else set(elected)
