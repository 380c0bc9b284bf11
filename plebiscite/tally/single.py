"""One mark on each ballot: the option with the most votes wins."""

from __future__ import annotations

from plebiscite.tally.model import Ballot, Result, Round, Ruleset, TieRule

OVERVOTE = "overvote"


def count_single(
    ballots: dict[Ballot, int],
    options: tuple[str, ...],
    ruleset: Ruleset,
    lot_order: tuple[str, ...],
) -> Result:
    """Counts one mark per ballot, in one round."""
    totals = dict.fromkeys(options, 0)
    blank = overvoted = 0
    for ballot, number in ballots.items():
        marks = {code for rank in ballot for code in rank}
        if not marks:
            blank += number
        elif len(marks) > 1:
            overvoted += number
        else:
            totals[marks.pop()] += number
    cast = sum(ballots.values())
    winners, tied = elect(totals, ruleset, lot_order)
    return Result(
        totals=totals,
        winners=winners,
        tied=tied,
        cast=cast,
        valid=cast - overvoted,
        blank=blank,
        invalid={OVERVOTE: overvoted} if overvoted else {},
        quorum=ruleset.quorum,
        rounds=(Round(1, totals, winners, tied),),
    )


def elect(
    totals: dict[str, int], ruleset: Ruleset, lot_order: tuple[str, ...] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who wins by these totals, and who shares the last place without winning.

    An option without a single vote wins nothing. Both are in the order of votes, then of codes:
    the order of the codes decides nothing, it only makes the text the same every time.
    """
    standing = sorted((code for code in totals if totals[code]), key=lambda c: (-totals[c], c))
    if len(standing) <= ruleset.winners:
        return tuple(standing), ()
    last = totals[standing[ruleset.winners - 1]]
    if last > totals[standing[ruleset.winners]]:
        return tuple(standing[: ruleset.winners]), ()
    ahead = tuple(code for code in standing if totals[code] > last)
    sharing = tuple(code for code in standing if totals[code] == last)
    if ruleset.tie == TieRule.JOINT:
        return ahead + sharing, ()
    if ruleset.tie == TieRule.LOT:
        drawn = sorted(sharing, key=lot_order.index)
        return ahead + tuple(drawn[: ruleset.winners - len(ahead)]), ()
    return ahead, sharing
