"""Instant-runoff with every edge, the table of pairs, and methods of several marks."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from plebiscite.tally import (
    OVERVOTED,
    BadRuleset,
    Duplicates,
    Elimination,
    Method,
    Overvote,
    Ruleset,
    Skipped,
    TieRule,
    count,
    lot_order,
)
from plebiscite.tally.reading import read_file
from tests.databases import ROOT
from tests.plebiscite import generated

ELECTIONS = ROOT / "tests" / "data" / "elections"
A, B, C, D, E = (("A",), ("B",), ("C",), ("D",), ("E",))
NONE: tuple[str, ...] = ()


def both(ballots, options, rules, lots=()):
    """The result, once the verifier has counted the same ballots and agrees."""
    options, lots = tuple(options), tuple(lots)
    ours = generated.ours(rules, options, Counter(ballots), lots)
    theirs = generated.theirs(rules, options, Counter(ballots), lots)
    assert {"totals", "winners", "tied", "rounds"} <= set(theirs)
    assert {name: ours[name] for name in theirs} == theirs
    return count(ballots, options, rules, lots)


def ranked(ballots, options="ABCD", lots=(), **rules):
    rules = Ruleset(Method.RANKED, max_ranks=0, **rules)
    # Only files of others have over-votes that do not say which they are; a bundle has none.
    if any(OVERVOTED in ballot for ballot in ballots):
        return count(ballots, tuple(options), rules, tuple(lots))
    return both(ballots, options, rules, lots)


def test_the_capital_of_tennessee():
    election = read_file(ELECTIONS / "tennessee.soc")
    rules = Ruleset(Method.RANKED)
    result = both(election.ballots, election.options, rules)
    assert result.winners == ("Knoxville",)
    assert result.condorcet == "Nashville"
    assert result.schulze == (("Nashville",), ("Chattanooga",), ("Knoxville",), ("Memphis",))
    assert result.pairwise["Nashville"] == {"Memphis": 58, "Chattanooga": 68, "Knoxville": 68}
    assert [step.eliminated for step in result.rounds] == [("Chattanooga",), ("Nashville",), ()]
    assert result.rounds[1].transfers == {"Knoxville": 26}


def test_a_cycle_has_no_winner_without_lots():
    election = read_file(ELECTIONS / "cycle.soc")
    result = both(election.ballots, election.options, Ruleset(Method.RANKED))
    assert (result.winners, result.tied, result.condorcet) == ((), ("a", "b", "c"), "")
    assert result.schulze == (("a", "b", "c"),)
    assert result.pairwise == {
        "a": {"b": 2, "c": 1}, "b": {"a": 1, "c": 2}, "c": {"a": 2, "b": 1},
    }  # fmt: skip
    joint = both(election.ballots, election.options, Ruleset(Method.RANKED, tie=TieRule.JOINT))
    assert joint.winners == ("a", "b", "c")
    # Who stands last in the order of lots leaves first; then the pairs decide.
    for lots, winner in (("abc", "a"), ("bca", "b"), ("cab", "c")):
        by_lot = both(
            election.ballots, election.options, Ruleset(Method.RANKED, tie=TieRule.LOT), tuple(lots)
        )
        assert by_lot.winners == (winner,)
        assert by_lot.rounds[0].by_lot == ("a", "b", "c")


def test_a_real_town_vote():
    vote = json.loads((ELECTIONS / "hajnowka-2023.json").read_text())
    codes = tuple(f"M{number}" for number in range(1, 9))
    marks = [code for code, total in zip(codes, vote["totals"], strict=True) for _ in range(total)]
    assert len(marks) == 3742
    # Dealt out card by card: two or three marks on each, and never one work twice.
    dealt = (marks[place :: vote["valid"]] for place in range(vote["valid"]))
    cards = Counter(tuple((code,) for code in picks) for picks in dealt)
    assert sum(cards.values()) == 1556
    assert {len(set(card)) for card in cards} == {len(card) for card in cards} == {2, 3}
    rules = Ruleset(Method.APPROVAL, max_picks=3)
    valid = both(cards, codes, rules)
    cards[tuple((code,) for code in codes[:4])] = vote["invalid"]
    result = count(cards, codes, rules)
    assert (result.cast, result.valid, result.invalid) == (1641, 1556, {"overvote": 85})
    for one in (valid, result):
        assert [one.totals[code] for code in codes] == vote["totals"]
        assert one.winners == ("M1",)


@pytest.mark.parametrize(
    ("rule", "totals", "exhausted"),
    [(Overvote.EXHAUST, {"A": 0, "C": 2, "D": 3}, 6), (Overvote.SKIP, {"C": 2, "D": 9}, 0)],
)
def test_two_names_on_one_rank(rule, totals, exhausted):
    result = ranked({(("A", "B"), D): 4, (OVERVOTED, D): 2, (C,): 2, (D,): 3}, overvote=rule)
    first = result.rounds[0]
    assert {code: first.totals[code] for code in totals} == totals
    assert first.exhausted == exhausted


def test_empty_ranks():
    ballots = {(A, NONE, NONE, B): 2, (B,): 3, (C, NONE, D): 1, (NONE, NONE, D): 5, (D,): 1}
    kept = ranked(ballots)
    assert kept.rounds[0].totals == {"A": 2, "B": 3, "C": 1, "D": 6}
    ended = ranked(ballots, skipped=Skipped.EXHAUST_AFTER_2)
    assert ended.rounds[0].totals == {"A": 2, "B": 3, "C": 1, "D": 1}
    assert ended.rounds[0].exhausted == 5
    # A single empty rank is passed over under both rules.
    assert ended.rounds[-1].totals["B"] == 3
    assert ended.blank == 0


def test_a_name_that_comes_again():
    ballots = {(A, A, B): 2, (B,): 3, (C,): 4}
    assert ranked(ballots, "ABC").winners == ("B",)
    exhausted = ranked(ballots, "ABC", duplicates=Duplicates.EXHAUST)
    assert (exhausted.winners, exhausted.rounds[-1].exhausted) == (("C",), 2)


def test_batches_leave_together():
    ballots = {(A,): 40, (B,): 30, (C, B): 10, (D, B): 5, (E, A): 4}
    one = ranked(ballots, "ABCDE")
    assert [step.eliminated for step in one.rounds] == [("E",), ("D",), ("C",), ()]
    batch = ranked(ballots, "ABCDE", elimination=Elimination.BATCH)
    assert [step.eliminated for step in batch.rounds] == [("C", "D", "E"), ()]
    assert batch.winners == one.winners == ("B",)


def test_a_batch_never_takes_who_could_still_win():
    ballots = {(A,): 40, (B,): 20, (C, B): 12, (D, C): 8}
    batch = ranked(ballots, elimination=Elimination.BATCH)
    assert batch.rounds[0].eliminated == ("D",)


def test_a_group_leaves_together():
    ballots = {(A,): 40, (B,): 35, (C, B): 20, (D,): 5, (E,): 6}
    result = ranked(ballots, "ABCDE", drop_together=("C", "D"))
    assert result.rounds[0].eliminated == ("C", "D")
    assert result.rounds[1].totals == {"A": 40, "B": 55, "E": 6}
    with pytest.raises(BadRuleset):
        ranked(ballots, "ABCDE", drop_together=("C", "X"))


def test_a_tie_among_the_weakest_that_cannot_matter_is_none():
    result = ranked({(A,): 10, (B,): 9, (C, B): 2, (D, B): 2})
    assert result.rounds[0].eliminated == ("C", "D")
    assert result.winners == ("B",)


def test_a_tie_among_the_weakest_that_matters_is_published():
    ballots = {(A,): 4, (B, C): 3, (C, B): 3}
    result = ranked(ballots, "ABC")
    assert (result.winners, result.tied) == ((), ("B", "C"))
    assert ranked(ballots, "ABC", lots="BCA", tie=TieRule.LOT).winners == ("B",)
    assert ranked(ballots, "ABC", lots="CAB", tie=TieRule.LOT).winners == ("C",)
    assert ranked(ballots, "ABC", tie=TieRule.JOINT).winners == ("A",)


def test_several_places_are_filled_one_after_another():
    result = ranked({(A, B): 6, (B, A): 3, (C,): 4}, "ABC", winners=2)
    assert result.winners == ("A", "B")
    assert [(step.place, step.elected) for step in result.rounds if step.elected] == [
        (1, ("A",)),
        (2, ("B",)),
    ]


def test_only_as_many_ranks_as_the_paper_has():
    rules = Ruleset(Method.RANKED, max_ranks=1)
    result = count({(A, B): 2, (B,): 1, (C, B): 2}, ("A", "B", "C"), rules)
    assert result.rounds[0].totals == {"A": 2, "B": 1, "C": 2}
    assert result.tied == ("A", "C")


def test_nobody_votes():
    for ballots in ({}, {(): 4}, {(OVERVOTED,): 4}):
        result = ranked(ballots)
        assert (result.winners, result.tied) == ((), ())


def test_the_pairs_read_ballots_as_they_were_filled_in():
    result = ranked({(("A", "B"), C): 3, (C, A, A): 2}, "ABC")
    assert result.pairwise == {
        "A": {"B": 2, "C": 3}, "B": {"A": 0, "C": 3}, "C": {"A": 2, "B": 2},
    }  # fmt: skip


def test_schulze_known_answer():
    # Forty-five voters and five options, the usual textbook example: E > A > C > B > D.
    orders = {
        "ACBED": 5, "ADECB": 5, "BEDAC": 8, "CABED": 3, "CAEBD": 7, "CBADE": 2, "DCEBA": 7,
        "EBADC": 8,
    }  # fmt: skip
    ballots = {tuple((code,) for code in order): number for order, number in orders.items()}
    result = ranked(ballots, "ABCDE")
    assert result.schulze == (("E",), ("A",), ("C",), ("B",), ("D",))
    assert result.condorcet == ""


def test_approval_and_its_limit():
    rules = Ruleset(Method.APPROVAL, max_picks=2, winners=2)
    result = count({(A, B): 3, (("B", "C"),): 2, (A, B, C): 1, (): 4}, ("A", "B", "C"), rules)
    assert result.totals == {"A": 3, "B": 5, "C": 2}
    assert (result.winners, result.invalid, result.blank) == (("B", "A"), {"overvote": 1}, 4)


def test_points_and_their_limits():
    rules = Ruleset(Method.POINTS, points_total=5, points_cap=3)
    ballots = {
        (("A", 3), ("B", 2)): 2,
        (("A", 1),): 1,
        (("B", 4),): 1,
        (("A", 3), ("B", 3)): 2,
        (): 1,
    }
    result = count(ballots, ("A", "B"), rules)
    assert result.totals == {"A": 7, "B": 4}
    assert result.invalid == {"over_cap": 1, "too_many_points": 2}
    assert (result.cast, result.valid, result.blank) == (7, 4, 1)
    for wrong in ((("A", 1), ("A", 1)), (("A", -1),), (("X", 1),)):
        with pytest.raises(ValueError, match="option"):
            count({wrong: 1}, ("A", "B"), rules)


def test_the_order_of_lots_is_a_hash_of_what_was_published():
    given = {"beacon": "17 4 22", "log_root": bytes(32), "manifest_hash": bytes(32)}
    order = lot_order(["M1", "M2", "M3"], **given)
    assert sorted(order) == ["M1", "M2", "M3"]
    assert lot_order(["M3", "M2", "M1"], **given) == order
    others = {lot_order(["M1", "M2", "M3"], **{**given, "beacon": str(n)}) for n in range(40)}
    assert len(others) == 6
    with pytest.raises(ValueError, match="one line"):
        lot_order(["M1"], **{**given, "beacon": "1\n2"})
