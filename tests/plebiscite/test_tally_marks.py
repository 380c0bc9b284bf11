"""Counting one choice: known answers, every edge of the rules, and what must not matter."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plebiscite.tally import BadRuleset, Method, Result, Ruleset, TieRule, count
from tests.databases import ROOT

ABC = ("A", "B", "C")


def counted(votes: dict[str, int], *, rules: Ruleset | None = None, **others) -> Result:
    ballots = {((code,),) if code else (): number for code, number in votes.items()}
    return count(ballots, ABC, rules or Ruleset(), **others)


def test_the_most_votes_win():
    result = counted({"A": 3, "B": 5, "C": 1, "": 2})
    assert result.winners == ("B",)
    assert result.totals == {"A": 3, "B": 5, "C": 1}
    assert (result.cast, result.valid, result.blank, result.invalid) == (11, 11, 2, {})
    assert result.is_binding


def test_a_real_town_vote():
    totals = [709, 664, 639, 581, 384, 361, 214, 190]
    codes = tuple(f"M{number}" for number in range(1, 9))
    ballots = {((code,),): total for code, total in zip(codes, totals, strict=True)}
    result = count(ballots, codes, Ruleset())
    assert list(result.totals.values()) == totals
    assert result.winners == ("M1",)


def test_a_tie_is_published_as_a_tie():
    result = counted({"A": 4, "B": 4, "C": 1})
    assert result.winners == ()
    assert result.tied == ("A", "B")


def test_a_tie_for_the_last_of_several_places():
    result = counted({"A": 9, "B": 4, "C": 4}, rules=Ruleset(winners=2))
    assert (result.winners, result.tied) == (("A",), ("B", "C"))


def test_a_tie_that_decides_nothing_is_none():
    result = counted({"A": 4, "B": 4, "C": 1}, rules=Ruleset(winners=2))
    assert (set(result.winners), result.tied) == ({"A", "B"}, ())


def test_joint_winners():
    result = counted({"A": 4, "B": 4, "C": 4}, rules=Ruleset(tie=TieRule.JOINT))
    assert (result.winners, result.tied) == (ABC, ())


def test_lots():
    rules = Ruleset(tie=TieRule.LOT)
    result = counted({"A": 4, "B": 4, "C": 4}, rules=rules, lot_order=("C", "A", "B"))
    assert (result.winners, result.tied) == (("C",), ())
    for order in ((), ("A", "B"), ("A", "B", "B"), ("A", "B", "C", "C")):
        with pytest.raises(BadRuleset):
            counted({"A": 1}, rules=rules, lot_order=order)
    with pytest.raises(BadRuleset):
        counted({"A": 1}, lot_order=ABC)


def test_nobody_wins_without_a_vote():
    for votes in ({}, {"": 7}, {"A": 0}):
        result = counted(votes, rules=Ruleset(winners=2, tie=TieRule.JOINT))
        assert (result.winners, result.tied) == ((), ())
    assert counted({"A": 1}, rules=Ruleset(winners=3)).winners == ("A",)


def test_a_quorum_counts_cast_ballots_blank_ones_too():
    assert counted({"A": 1, "": 1}, rules=Ruleset(quorum=2)).is_binding
    assert not counted({"A": 1, "": 1}, rules=Ruleset(quorum=3)).is_binding


def test_two_marks_are_invalid_and_counted_as_cast():
    result = count({(("A", "B"),): 2, (("A",),): 1}, ABC, Ruleset(quorum=3))
    assert result.invalid == {"overvote": 2}
    assert (result.cast, result.valid, result.totals["A"]) == (3, 1, 1)
    assert result.is_binding


def test_a_vote_for_nothing_on_the_paper_is_an_error():
    with pytest.raises(ValueError, match="not on the ballot paper"):
        count({(("X",),): 1}, ABC, Ruleset())
    with pytest.raises(ValueError, match="negative"):
        count({(("A",),): -1}, ABC, Ruleset())


def test_the_trace_has_what_decided():
    trace = counted({"A": 4, "B": 4, "C": 1}).as_dict()["rounds"]
    assert trace == [
        {
            "number": 1,
            "place": 1,
            "totals": {"A": 4, "B": 4, "C": 1},
            "exhausted": 0,
            "elected": [],
            "eliminated": [],
            "tied": ["A", "B"],
            "by_lot": [],
            "transfers": {},
        }
    ]


# How long a machine takes says nothing about the tally.
at_leisure = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
votes = st.dictionaries(st.sampled_from([*ABC, ""]), st.integers(0, 9))
rulesets = st.builds(
    Ruleset,
    winners=st.integers(1, 4),
    tie=st.sampled_from([TieRule.OPEN, TieRule.JOINT]),
    quorum=st.integers(0, 20),
)


@at_leisure
@given(votes, rulesets, st.randoms(use_true_random=False))
def test_the_order_of_ballots_and_options_does_not_matter(given_votes, rules, chance):
    ballots = [(((code,),) if code else (), number) for code, number in given_votes.items()]
    options = list(ABC)
    first = count(dict(ballots), tuple(options), rules)
    chance.shuffle(ballots)
    chance.shuffle(options)
    assert count(dict(ballots), tuple(options), rules).as_dict() == first.as_dict()


@at_leisure
@given(votes, rulesets)
def test_new_names_give_the_same_result_under_new_names(given_votes, rules):
    names = {"A": "Z9", "B": "K", "C": "B2"}
    before = counted(given_votes, rules=rules)
    ballots = {((names[code],),) if code else (): number for code, number in given_votes.items()}
    after = count(ballots, tuple(names.values()), rules)
    assert {names[code]: total for code, total in before.totals.items()} == after.totals
    assert {names[code] for code in before.winners} == set(after.winners)
    assert {names[code] for code in before.tied} == set(after.tied)


@at_leisure
@given(votes, rulesets, st.integers(1, 7))
def test_every_ballot_several_times_gives_the_same_winners(given_votes, rules, times):
    before = counted(given_votes, rules=rules)
    after = counted({code: times * number for code, number in given_votes.items()}, rules=rules)
    assert (after.winners, after.tied) == (before.winners, before.tied)
    assert after.totals == {code: times * total for code, total in before.totals.items()}


@at_leisure
@given(votes, rulesets)
def test_the_numbers_add_up(given_votes, rules):
    result = counted(given_votes, rules=rules)
    assert result.cast == sum(given_votes.values())
    assert result.valid == result.blank + sum(result.totals.values())
    assert result.cast == result.valid + sum(result.invalid.values())
    assert len(result.winners) <= len(ABC)


@pytest.mark.parametrize(
    "change",
    [
        {"method": "guess"},
        {"winners": 0},
        {"winners": "x"},
        {"tie": "coin"},
        {"quorum": -1},
        {"extra": 1},
    ],
)
def test_rules_that_make_no_sense_are_refused(change):
    with pytest.raises(BadRuleset):
        Ruleset.from_dict({**Ruleset().as_dict(), **change})


def test_rules_are_read_as_they_were_written():
    rules = Ruleset(Method.SINGLE, winners=2, tie=TieRule.JOINT, quorum=5)
    assert Ruleset.from_dict(rules.as_dict()) == rules


def test_it_needs_nothing_but_the_standard_library():
    code = (
        "import sys; import plebiscite.tally; "
        "foreign = {'django', 'nacl', 'wagtail', 'core'} & {n.split('.')[0] for n in sys.modules}; "
        "sys.exit(repr(foreign) if foreign else 0)"
    )
    subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, check=True)


def test_a_million_ballots_are_a_handful_of_kinds():
    chance = random.Random(1)
    total = {code: chance.randrange(400_000) for code in ABC}
    assert counted(total).totals == total
