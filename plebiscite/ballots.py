"""The one way to write a ballot down, and what a voter's commitment to it is.

The same bytes are made in the browser (`static/js/plebiscite-ballot.js`), here, and by anybody who
recounts the vote, so the format is plain ASCII text and every line of it is stated in
docs/plebiscite.md. A change of it is a new version in the domain.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection, Mapping
from typing import Any

from plebiscite.tally import Ballot, Method, PointsBallot, Ruleset

COMMITMENT_DOMAIN = "hajnowka-odnowa/plebiscite/commitment/1"
#: Bytes of a nonce, of a commitment.
NONCE_SIZE = 16
COMMITMENT_SIZE = 32
#: How an option is named on ballots: short, frozen with the ballot paper.
CODE = re.compile(r"[A-Z0-9]{1,8}")

#: For one option where the rules set no limit.
MOST_POINTS = 100
_POINTS = re.compile(r"[1-9][0-9]{0,3}")
_HEX = re.compile(r"[0-9a-f]+")
# Crockford's base 32: no I, L, O, U, so that a code survives being read out and written down.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHORT_BITS = 60


class BadBallot(ValueError):
    """What was sent is not a ballot of this vote; `reason` is one of the class's constants."""

    TOO_MANY = "too_many"
    UNKNOWN_OPTION = "unknown_option"
    MALFORMED = "malformed"
    #: Points: more in all than a voter has, more for one option than it may get, no number.
    TOO_MANY_POINTS = "too_many_points"
    ABOVE_CAP = "above_cap"
    NO_NUMBER = "no_number"
    #: Ranks: two options share one, one is left out, one that is not on the paper.
    RANK_TWICE = "rank_twice"
    RANK_SKIPPED = "rank_skipped"
    NO_RANK = "no_rank"
    #: In the form: nothing was marked, or the blank ballot and something else.
    NOTHING = "nothing"
    BLANK_AND_MARKS = "blank_and_marks"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def write_ballot(rules: Ruleset, marks: Mapping[str, int], codes: Collection[str]) -> str:
    """The ballot of somebody who gave `marks`, by the code of each option: 1 for a pick, or the
    points, or the rank; nothing is a blank ballot. Raises BadBallot.

        single:M4    approval:M1,M4    points:M1=3,M4=2    ranked:M4>M1>M3

    Picks and points stand in the order of the codes, ranks best first.
    """
    if not set(marks) <= set(codes):
        raise BadBallot(BadBallot.UNKNOWN_OPTION)
    given = {code: number for code, number in marks.items() if number}
    if any(number < 0 for number in given.values()):
        raise BadBallot(BadBallot.NO_NUMBER)
    if rules.method == Method.POINTS:
        _check_points(rules, given)
        return _text(rules, tuple(sorted(given.items())))
    if rules.method == Method.RANKED:
        _check_ranks(rules, given)
        return _text(rules, tuple((code,) for code in sorted(given, key=lambda code: given[code])))
    if set(given.values()) - {1}:
        raise BadBallot(BadBallot.MALFORMED)
    if len(given) > (most_picks(rules) or len(given)):
        raise BadBallot(BadBallot.TOO_MANY)
    return _text(rules, (tuple(sorted(given)),) if given else ())


def read_ballot(rules: Ruleset, text: str, codes: Collection[str]) -> Ballot | PointsBallot:
    """What a ballot says, as it is counted. Raises BadBallot.

    Paper may hold what no booth takes: too many marks, several options on a rank (`M1=M3`), a
    rank left empty (`M4>>M2`). What the rules make of that is the count's business; here a
    ballot has to name options of this vote, and to be written in the one way.
    """
    method, separator, body = text.partition(":")
    if method != rules.method or not separator:
        raise BadBallot(BadBallot.MALFORMED)
    found: Any
    if not body:
        found = ()
    elif rules.method == Method.POINTS:
        found = tuple(_points(part) for part in body.split(","))
        named = [code for code, _number in found]
    elif rules.method == Method.RANKED:
        found = tuple(tuple(rank.split("=")) if rank else () for rank in body.split(">"))
        named = [code for rank in found for code in rank]
    else:
        found = (tuple(body.split(",")),)
        named = list(found[0])
    if body and not set(named) <= set(codes):
        raise BadBallot(BadBallot.UNKNOWN_OPTION)
    if _text(rules, found) != text or not _is_canonical(rules, found):
        raise BadBallot(BadBallot.MALFORMED)
    return found


def read_marks(rules: Ruleset, text: str, codes: Collection[str]) -> dict[str, int]:
    """The marks of a ballot that keeps the rules of a booth: the reverse of `write_ballot`.

    Raises BadBallot.
    """
    found: Any = read_ballot(rules, text, codes)
    if rules.method == Method.POINTS:
        marks = dict(found)
    elif rules.method == Method.RANKED:
        marks = {code: place for place, rank in enumerate(found, start=1) for code in rank}
    else:
        marks = {code: 1 for rank in found for code in rank}
    if write_ballot(rules, marks, codes) != text:
        raise BadBallot(BadBallot.MALFORMED)
    return marks


def most_picks(rules: Ruleset) -> int:
    """How many options one ballot may pick or rank; 0 for as many as there are."""
    match rules.method:
        case Method.SINGLE:
            return 1
        case Method.APPROVAL:
            return rules.max_picks
        case Method.RANKED:
            return rules.max_ranks
    return rules.points_total


def longest_ballot(rules: Ruleset, codes: Collection[str]) -> int:
    """At least the number of bytes of the longest ballot that can be written."""
    number = min(most_picks(rules) or len(codes), len(codes))
    longest = max((len(code) for code in codes), default=0)
    extra = 0
    if rules.method == Method.POINTS:
        extra = 1 + len(str(rules.points_cap or rules.points_total or MOST_POINTS))
    return len(f"{rules.method}:") + number * (longest + 1 + extra)


def _check_points(rules: Ruleset, given: Mapping[str, int]) -> None:
    cap = rules.points_cap or rules.points_total or MOST_POINTS
    if any(number > cap for number in given.values()):
        raise BadBallot(BadBallot.ABOVE_CAP)
    if rules.points_total and sum(given.values()) > rules.points_total:
        raise BadBallot(BadBallot.TOO_MANY_POINTS)


def _check_ranks(rules: Ruleset, given: Mapping[str, int]) -> None:
    places = sorted(given.values())
    if rules.max_ranks and places and places[-1] > rules.max_ranks:
        raise BadBallot(BadBallot.NO_RANK)
    if len(set(places)) < len(places):
        raise BadBallot(BadBallot.RANK_TWICE)
    if places != list(range(1, len(places) + 1)):
        raise BadBallot(BadBallot.RANK_SKIPPED)


def _points(part: str) -> tuple[str, int]:
    code, separator, number = part.partition("=")
    if not separator or not _POINTS.fullmatch(number):
        raise BadBallot(BadBallot.MALFORMED)
    return code, int(number)


def _text(rules: Ruleset, found: Any) -> str:
    match rules.method:
        case Method.POINTS:
            body = ",".join(f"{code}={number}" for code, number in found)
        case Method.RANKED:
            body = ">".join("=".join(rank) for rank in found)
        case _:
            body = ",".join(found[0]) if found else ""
    return f"{rules.method}:{body}"


def _is_canonical(rules: Ruleset, found: Any) -> bool:
    """Sorted, nothing named twice where that says nothing, no empty ranks at the end."""
    if rules.method == Method.POINTS:
        named = [code for code, _number in found]
        return named == sorted(set(named))
    ranks = [list(rank) for rank in found]
    return all(rank == sorted(set(rank)) for rank in ranks) and not (ranks and not ranks[-1])


def new_nonce() -> bytes:
    """128 random bits: without them, everybody could try out which ballot a commitment hides."""
    return secrets.token_bytes(NONCE_SIZE)


def commitment(*, plebiscite: str, manifest_hash: bytes, ballot: str, nonce: bytes) -> bytes:
    """SHA-256 over five lines: domain, plebiscite, hash of the manifest, ballot, nonce.

    `plebiscite` is its id as text; hash and nonce are written as small hexadecimal digits. No part
    can hold a line break, so no two different inputs give the same bytes.
    """
    if len(nonce) != NONCE_SIZE or len(manifest_hash) != COMMITMENT_SIZE:
        raise ValueError("a commitment needs a nonce of 16 bytes and a hash of 32")
    lines = (COMMITMENT_DOMAIN, plebiscite, manifest_hash.hex(), ballot, nonce.hex())
    if any("\n" in line for line in lines):
        raise ValueError("no part of a commitment holds a line break")
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode("ascii")).digest()


def read_hex(text: str, size: int) -> bytes:
    """`size` bytes from small hexadecimal digits. Raises BadBallot."""
    if len(text) != 2 * size or not _HEX.fullmatch(text):
        raise BadBallot(BadBallot.MALFORMED)
    return bytes.fromhex(text)


def short_code(value: bytes) -> str:
    """The first 60 bits of a commitment as people copy them: `H7KM-2QXD-94TR`."""
    number = int.from_bytes(value[:8]) >> (64 - _SHORT_BITS)
    digits = [_LETTERS[(number >> shift) & 31] for shift in range(_SHORT_BITS - 5, -1, -5)]
    text = "".join(digits)
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
