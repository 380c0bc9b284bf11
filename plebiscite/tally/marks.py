"""Methods that add up marks or points in one round: single choice, approval, points."""

from __future__ import annotations

from collections.abc import Mapping

from plebiscite.tally.model import (
    Ballot,
    Method,
    PointsBallot,
    Result,
    Round,
    Ruleset,
    TieRule,
)

#: Reasons why a ballot is invalid.
OVERVOTE = "overvote"
TOO_MANY_POINTS = "too_many_points"
OVER_CAP = "over_cap"


def count_marks(
    ballots: Mapping[Ballot, int],
    options: tuple[str, ...],
    ruleset: Ruleset,
    lot_order: tuple[str, ...],
) -> Result:
    """One mark per ballot, or as many as approval allows; an option is marked once or not."""
    limit = 1 if ruleset.method == Method.SINGLE else ruleset.max_picks
    totals = dict.fromkeys(options, 0)
    blank = overvoted = 0
    for ballot, number in ballots.items():
        marks = {code for rank in ballot for code in rank}
        if not marks:
            blank += number
        elif "" in marks or (limit and len(marks) > limit):
            overvoted += number
        else:
            for code in marks:
                totals[code] += number
    invalid = {OVERVOTE: overvoted} if overvoted else {}
    return _result(totals, ballots, blank, invalid, ruleset, lot_order)


def count_points(
    ballots: Mapping[PointsBallot, int],
    options: tuple[str, ...],
    ruleset: Ruleset,
    lot_order: tuple[str, ...],
) -> Result:
    """Points spread over options; what a voter keeps back is nobody's."""
    totals = dict.fromkeys(options, 0)
    invalid: dict[str, int] = {}
    blank = 0
    for ballot, number in ballots.items():
        given = [points for _code, points in ballot]
        if not any(given):
            blank += number
        elif ruleset.points_cap and max(given) > ruleset.points_cap:
            invalid[OVER_CAP] = invalid.get(OVER_CAP, 0) + number
        elif ruleset.points_total and sum(given) > ruleset.points_total:
            invalid[TOO_MANY_POINTS] = invalid.get(TOO_MANY_POINTS, 0) + number
        else:
            for code, points in ballot:
                totals[code] += points * number
    invalid = {reason: number for reason, number in invalid.items() if number}
    return _result(totals, ballots, blank, invalid, ruleset, lot_order)


def elect(
    totals: dict[str, int], ruleset: Ruleset, lot_order: tuple[str, ...] = ()
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Who wins by these totals, who shares the last place without winning, who drew lots.

    An option without a single vote wins nothing. All are in the order of votes, then of codes:
    the order of the codes decides nothing, it only makes the text the same every time.
    """
    standing = sorted((code for code in totals if totals[code]), key=lambda c: (-totals[c], c))
    if len(standing) <= ruleset.winners:
        return tuple(standing), (), ()
    last = totals[standing[ruleset.winners - 1]]
    if last > totals[standing[ruleset.winners]]:
        return tuple(standing[: ruleset.winners]), (), ()
    ahead = tuple(code for code in standing if totals[code] > last)
    sharing = tuple(code for code in standing if totals[code] == last)
    if ruleset.tie == TieRule.JOINT:
        return ahead + sharing, (), ()
    if ruleset.tie == TieRule.LOT:
        drawn = sorted(sharing, key=lot_order.index)
        return ahead + tuple(drawn[: ruleset.winners - len(ahead)]), (), sharing
    return ahead, sharing, ()


def _result(
    totals: dict[str, int],
    ballots: Mapping[Ballot, int] | Mapping[PointsBallot, int],
    blank: int,
    invalid: dict[str, int],
    ruleset: Ruleset,
    lot_order: tuple[str, ...],
) -> Result:
    cast = sum(ballots.values())
    winners, tied, by_lot = elect(totals, ruleset, lot_order)
    return Result(
        totals=totals,
        winners=winners,
        tied=tied,
        cast=cast,
        valid=cast - sum(invalid.values()),
        blank=blank,
        invalid=invalid,
        quorum=ruleset.quorum,
        rounds=(Round(1, totals, winners, tied, by_lot=by_lot),),
        method=ruleset.method,
    )
