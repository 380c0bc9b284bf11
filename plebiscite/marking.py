"""A ballot while it is being filled in: the fields of the form, and the marks they stand for.

Whatever was typed stays as it was typed until it is a ballot of the vote; pages that refuse it
show it again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.http import QueryDict
from django.views.decorators.debug import sensitive_variables

from plebiscite.ballots import BadBallot, Picks, most_picks, write_ballot
from plebiscite.tally import Method, Ruleset

#: The choice of a blank ballot in the form, as often as a code has letters: all are of one length.
BLANK = "-"
#: Methods with a field beside every work; the others have a square to mark.
WITH_NUMBERS = frozenset({Method.POINTS, Method.RANKED})
PICK, NUMBER = "pick", "m-"
#: Longer than any number that can be meant.
_LONGEST = 6


@dataclass(frozen=True)
class Sheet:
    """What stands in the form: what was typed beside each code, and the mark for a blank one."""

    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_blank: bool = field(default=False, repr=False)


@sensitive_variables()
def read_sheet(rules: Ruleset, data: QueryDict) -> Sheet:
    """The sheet that a browser has sent."""
    picks = [pick for pick in data.getlist(PICK) if pick]
    is_blank = any(not pick.strip(BLANK) for pick in picks)
    if rules.method in WITH_NUMBERS:
        typed = {
            name.removeprefix(NUMBER): str(value).strip()[:_LONGEST]
            for name, value in data.dict().items()
            if name.startswith(NUMBER) and str(value).strip()
        }
    else:
        typed = {pick: "1" for pick in picks if pick.strip(BLANK)}
    return Sheet(typed, is_blank)


@sensitive_variables()
def picks_on(rules: Ruleset, sheet: Sheet, codes: Collection[str]) -> Picks:
    """What was picked on a sheet that keeps the rules of the vote; nothing is a blank ballot.

    Raises BadBallot.
    """
    marks = {}
    for code, text in sheet.typed.items():
        if not (text.isascii() and text.isdigit()):
            raise BadBallot(BadBallot.NO_NUMBER)
        if int(text):
            marks[code] = int(text)
    if sheet.is_blank and marks:
        raise BadBallot(BadBallot.BLANK_AND_MARKS)
    if not sheet.is_blank and not marks:
        raise BadBallot(BadBallot.NOTHING)
    if not set(marks) <= set(codes):
        raise BadBallot(BadBallot.UNKNOWN_OPTION)
    if rules.method == Method.POINTS:
        _check_points(rules, marks)
    elif rules.method == Method.RANKED:
        _check_ranks(most_picks(rules, codes), sorted(marks.values()))
    picks = marks if rules.method == Method.POINTS else sorted(marks, key=lambda one: marks[one])
    write_ballot(rules, picks, codes)
    return picks


def _check_points(rules: Ruleset, marks: Mapping[str, int]) -> None:
    if rules.points_cap and max(marks.values(), default=0) > rules.points_cap:
        raise BadBallot(BadBallot.ABOVE_CAP)
    if rules.points_total and sum(marks.values()) > rules.points_total:
        raise BadBallot(BadBallot.TOO_MANY_POINTS)


def _check_ranks(most: int, places: list[int]) -> None:
    if places and places[-1] > most:
        raise BadBallot(BadBallot.NO_RANK)
    if len(set(places)) < len(places):
        raise BadBallot(BadBallot.RANK_TWICE)
    if places != list(range(1, len(places) + 1)):
        raise BadBallot(BadBallot.RANK_SKIPPED)


@sensitive_variables()
def fields_of(rules: Ruleset, sheet: Sheet, codes: Collection[str]) -> list[tuple[str, str]]:
    """The sheet as fields to be sent once more."""
    blank = blank_of(codes)
    if rules.method in WITH_NUMBERS:
        fields = [(f"{NUMBER}{code}", sheet.typed.get(code, "0")) for code in codes]
        return [*fields, (PICK, blank)] if sheet.is_blank else fields
    return [(PICK, code) for code in (sheet.typed or ([blank] if sheet.is_blank else []))]


def numbers_of(picks: Picks) -> dict[str, int]:
    """The number of each code that was picked: its points, or its place."""
    if isinstance(picks, Mapping):
        return dict(picks)
    return {code: place for place, code in enumerate(picks, start=1)}


def blank_of(codes: Collection[str]) -> str:
    """What stands for a blank ballot in the form."""
    return BLANK * max((len(code) for code in codes), default=1)
