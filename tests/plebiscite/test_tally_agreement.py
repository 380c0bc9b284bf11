"""Ten thousand generated elections: the tally, the verifier and an outside library agree.

Two seeds are fixed; `make bench` tries others.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plebiscite.tally import Method, Ruleset, TieRule, count
from tests.plebiscite import generated, outside

NUMBER = 10_000


def check_agreement(number: int, seed: int) -> Counter[Method]:
    """Counts `number` elections in three ways; gives how many the outside library could judge,
    by method.
    """
    chance = random.Random(seed)
    judged: Counter[Method] = Counter()
    for _election in range(number):
        rules, options, ballots, lots = generated.election(chance)
        ours = generated.ours(rules, options, ballots, lots)
        theirs = generated.theirs(rules, options, ballots, lots)
        told = (rules, ballots, lots)
        for name, value in theirs.items():
            assert ours[name] == value, (name, told)
        verdict = outside.winners(rules, options, ballots)
        if verdict is not None:
            judged[rules.method] += 1
            assert set(ours["winners"]) == verdict, told
        ranked = outside.condorcet(rules, options, ballots)
        if ranked is not None:
            assert ours["condorcet"] == ranked, told
    return judged


def test_three_counters_agree():
    judged = check_agreement(NUMBER, seed=2019)
    assert all(judged[method] > NUMBER // 10 for method in Method), judged


# --- What must not matter -------------------------------------------------------------------------

at_leisure = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
seeds = st.integers(0, 2**32)
LABELS: Callable[[str], str] = {
    "M1": "Z9", "M2": "A", "M3": "K4", "M4": "B", "M5": "Q", "M6": "C",
}.__getitem__  # fmt: skip


@at_leisure
@given(seeds)
def test_the_order_of_ballots_and_options_does_not_matter(seed):
    chance = random.Random(seed)
    rules, options, ballots, lots = generated.election(chance)
    before = generated.ours(rules, options, ballots, lots)
    items, codes = list(ballots.items()), list(options)
    chance.shuffle(items)
    chance.shuffle(codes)
    assert generated.ours(rules, tuple(codes), Counter(dict(items)), lots) == before


@at_leisure
@given(seeds)
def test_labels_do_not_matter(seed):
    chance = random.Random(seed)
    rules, options, ballots, lots = generated.election(chance)
    before = generated.ours(rules, options, ballots, lots)
    renamed = Ruleset.from_dict(
        {**rules.as_dict(), "drop_together": [LABELS(code) for code in rules.drop_together]}
    )
    after = count(
        {_renamed(one): number for one, number in ballots.items()},
        tuple(LABELS(code) for code in options),
        renamed,
        tuple(LABELS(code) for code in lots),
    )
    assert {LABELS(code): total for code, total in before["totals"].items()} == after.totals
    assert {LABELS(code) for code in before["winners"]} == set(after.winners)
    assert {LABELS(code) for code in before["tied"]} == set(after.tied)
    assert (LABELS(before["condorcet"]) if before["condorcet"] else "") == after.condorcet
    assert len(before["rounds"]) == len(after.rounds)


@at_leisure
@given(seeds, st.integers(2, 9))
def test_every_ballot_several_times_gives_the_same_result(seed, times):
    rules, options, ballots, lots = generated.election(random.Random(seed))
    before = generated.ours(rules, options, ballots, lots)
    many = Counter({one: times * number for one, number in ballots.items()})
    after = generated.ours(rules, options, many, lots)
    for name in ("winners", "tied", "condorcet", "schulze"):
        assert after[name] == before[name]
    assert after["totals"] == {code: times * total for code, total in before["totals"].items()}
    steps = zip(before["rounds"], after["rounds"], strict=True)
    assert all(one["eliminated"] == other["eliminated"] for one, other in steps)


@at_leisure
@given(seeds)
def test_the_numbers_of_each_round_add_up(seed):
    rules, options, ballots, lots = generated.election(random.Random(seed))
    result = generated.ours(rules, options, ballots, lots)
    assert result["cast"] == sum(ballots.values())
    assert result["cast"] == result["valid"] + sum(result["invalid"].values())
    if rules.method == Method.RANKED:
        for step in result["rounds"]:
            assert sum(step["totals"].values()) + step["exhausted"] == result["cast"]
    if rules.tie == TieRule.LOT:
        assert not result["tied"]


@pytest.mark.parametrize("method", list(Method))
def test_each_method_is_among_the_generated(method):
    chance = random.Random(1)
    assert method in {generated.election(chance)[0].method for _ in range(50)}


def _renamed(ballot: Any) -> Any:
    if ballot and ballot[0] and isinstance(ballot[0][-1], int):
        return tuple((LABELS(code), points) for code, points in ballot)
    return tuple(tuple(LABELS(code) for code in rank) for rank in ballot)
