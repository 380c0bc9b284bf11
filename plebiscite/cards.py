"""How a clerk types what a paper card says, and what becomes of it. Pure.

    one choice       3              the third option
    several          1 4
    points           1=3 4=2        three for the first, two for the fourth
    ranking          4 1 2          best first; 4 1+2 for two on one rank, 4 - 2 for an empty one
    any              0              blank
                     n o p z w      void, by the letters of `VOID_KEYS`

Too many marks make a card void by themselves. What is kept is a ballot in its canonical form, as
`plebiscite.ballots` reads it, or the reason why there is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from plebiscite.tally import Method, Ruleset

#: What is typed for a void card, and the value of `VoidReason` it stands for.
VOID_KEYS = {
    "n": "unclear",
    "o": "not_ours",
    "p": "damaged",
    "z": "signed",
    "w": "overvote",
}
BLANK = "0"
_POINTS = re.compile(r"(\d+)[=:](\d+)")


class BadCard(ValueError):
    """What was typed cannot be read; `reason` is one of the class's constants."""

    NOT_UNDERSTOOD = "not_understood"
    NO_SUCH_OPTION = "no_such_option"
    TWICE = "twice"
    TOO_MANY_RANKS = "too_many_ranks"

    def __init__(self, reason: str, part: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.part = part


@dataclass(frozen=True)
class Reading:
    """What a card says: a ballot, or why it counts for nobody."""

    payload: str = ""
    void_reason: str = ""


def read_card(rules: Ruleset, typed: str, codes: Mapping[int, str]) -> Reading:
    """What was typed, by the rules; `codes` are those of the options by their number on the card.

    Raises BadCard.
    """
    text = " ".join(typed.lower().replace(",", " ").split())
    if text in VOID_KEYS:
        return Reading(void_reason=VOID_KEYS[text])
    if text == BLANK:
        return Reading(payload=f"{rules.method.value}:")
    parts = text.split()
    if not parts:
        raise BadCard(BadCard.NOT_UNDERSTOOD)
    if rules.method == Method.POINTS:
        return _points(rules, parts, codes)
    if rules.method == Method.RANKED:
        return _ranks(rules, parts, codes)
    return _picks(rules, parts, codes)


def shown(reading: Reading, codes: Mapping[int, str]) -> str:
    """A reading as it would be typed: the reverse of `read_card` for a form that is corrected."""
    if reading.void_reason:
        return next(key for key, value in VOID_KEYS.items() if value == reading.void_reason)
    method, _colon, body = reading.payload.partition(":")
    if not body:
        return BLANK
    numbers = {code: str(number) for number, code in codes.items()}
    if method == Method.POINTS:
        pairs = (part.split("=") for part in body.split(","))
        return " ".join(f"{numbers[code]}={points}" for code, points in pairs)
    if method == Method.RANKED:
        ranks = (rank.split("=") if rank else [] for rank in body.split(">"))
        return " ".join("+".join(numbers[code] for code in rank) or "-" for rank in ranks)
    return " ".join(numbers[code] for code in body.split(","))


def _picks(rules: Ruleset, parts: list[str], codes: Mapping[int, str]) -> Reading:
    chosen = _different([_code(part, codes) for part in parts])
    most = 1 if rules.method == Method.SINGLE else rules.max_picks
    if len(chosen) > most:
        return Reading(void_reason=VOID_KEYS["w"])
    return Reading(payload=f"{rules.method.value}:{','.join(sorted(chosen))}")


def _points(rules: Ruleset, parts: list[str], codes: Mapping[int, str]) -> Reading:
    given = []
    for part in parts:
        found = _POINTS.fullmatch(part)
        if found is None:
            raise BadCard(BadCard.NOT_UNDERSTOOD, part)
        given.append((_code(found[1], codes), int(found[2])))
    _different([code for code, _number in given])
    numbers = [number for _code_, number in given]
    if sum(numbers) > rules.points_total or max(numbers) > rules.points_cap:
        return Reading(void_reason=VOID_KEYS["w"])
    body = ",".join(f"{code}={number}" for code, number in sorted(given) if number)
    return Reading(payload=f"{rules.method.value}:{body}")


def _ranks(rules: Ruleset, parts: list[str], codes: Mapping[int, str]) -> Reading:
    if len(parts) > rules.max_ranks:
        raise BadCard(BadCard.TOO_MANY_RANKS)
    ranks = []
    for part in parts:
        names = [] if part == "-" else [_code(name, codes) for name in part.split("+")]
        ranks.append("=".join(sorted(_different(names))))
    # One option on two ranks is for the rules of the count; empty ranks at the end say nothing.
    body = ">".join(ranks).rstrip(">")
    return Reading(payload=f"{rules.method.value}:{body}")


def _different(names: list[str]) -> list[str]:
    if len(set(names)) != len(names):
        raise BadCard(BadCard.TWICE)
    return names


def _code(text: str, codes: Mapping[int, str]) -> str:
    if not (text.isascii() and text.isdigit()):
        raise BadCard(BadCard.NOT_UNDERSTOOD, text)
    if int(text) not in codes:
        raise BadCard(BadCard.NO_SUCH_OPTION, text)
    return codes[int(text)]
