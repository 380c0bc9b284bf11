"""The one way to write a ballot down, and what a voter's commitment to it is.

The same bytes are made in the browser (`static/js/plebiscite-ballot.js`), here, and by anybody who
recounts the vote, so the format is plain ASCII text and every line of it is stated in
docs/plebiscite.md. A change of it is a new version in the domain.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from plebiscite.tally.model import Ballot as TallyBallot
from plebiscite.tally.model import Method, PointsBallot, Ruleset

#: What a voter marked: codes, or points by code.
Picks = Sequence[str] | Mapping[str, int]

COMMITMENT_DOMAIN = "hajnowka-odnowa/plebiscite/commitment/1"
#: Bytes of a nonce, of a commitment.
NONCE_SIZE = 16
COMMITMENT_SIZE = 32
#: How an option is named on ballots: short, frozen with the ballot paper.
CODE = re.compile(r"[A-Z0-9]{1,8}")

_NUMBER = re.compile(r"[1-9][0-9]{0,4}")
# A card with more marks than this would not fit a line of the box; no paper has room for them.
_MOST_MARKS = 200
_HEX = re.compile(r"[0-9a-f]+")
# Crockford's base 32: no I, L, O, U, so that a code survives being read out and written down.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHORT_BITS = 60


class BadBallot(ValueError):
    """What was sent is not a ballot of this vote; `reason` is one of the class's constants."""

    TOO_MANY = "too_many"
    UNKNOWN_OPTION = "unknown_option"
    MALFORMED = "malformed"
    #: In a form alone, where each gets a sentence of its own (`plebiscite.marking`).
    TOO_MANY_POINTS = "too_many_points"
    ABOVE_CAP = "above_cap"
    NO_NUMBER = "no_number"
    RANK_TWICE = "rank_twice"
    RANK_SKIPPED = "rank_skipped"
    NO_RANK = "no_rank"
    NOTHING = "nothing"
    BLANK_AND_MARKS = "blank_and_marks"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def write_ballot(rules: Ruleset, picks: Picks, codes: Collection[str]) -> str:
    """A ballot as it is committed to, sealed and published:

        single:M4   approval:M1,M4   points:M1=3,M4=2   ranked:M4>M1>M2

    Nothing behind the colon is a blank one. Options of approval and points stand in the order of
    their codes. `picks` are codes, for a ranking the best first; for points, points by code. Raises
    BadBallot: on the screen nobody can mark more than the rules allow.
    """
    chosen = {c: n for c, n in picks.items() if n} if isinstance(picks, Mapping) else None
    order = list(dict.fromkeys(picks)) if chosen is None else sorted(chosen)
    if any(pick not in codes for pick in order):
        raise BadBallot(BadBallot.UNKNOWN_OPTION)
    if (chosen is not None) != (rules.method == Method.POINTS):
        raise BadBallot(BadBallot.MALFORMED)
    if chosen is not None:
        _check_points(rules, chosen)
        return f"points:{','.join(f'{code}={chosen[code]}' for code in order)}"
    if len(order) > most_picks(rules, codes):
        raise BadBallot(BadBallot.TOO_MANY)
    if rules.method == Method.RANKED:
        return f"ranked:{'>'.join(order)}"
    return f"{rules.method.value}:{','.join(sorted(order))}"


def read_ballot(text: str, rules: Ruleset, codes: Collection[str]) -> TallyBallot | PointsBallot:
    """What is counted of a ballot. Raises BadBallot for everything but a canonical ballot.

    A ranking from paper may have skipped ranks (`M1>>M2`) and several options on one
    (`M1=M2>M3`): what becomes of those is said by the rules of the count. Who reads many uses
    `ballot_reader`.
    """
    return ballot_reader(rules, codes)(text)


def ballot_reader(
    rules: Ruleset, codes: Collection[str]
) -> Callable[[str], TallyBallot | PointsBallot]:
    """`read_ballot` for the ballots of one vote: what is the same for all is worked out once."""
    longest, known = longest_ballot(rules, codes), frozenset(codes)

    def read(text: str) -> TallyBallot | PointsBallot:
        if len(text) > longest:
            raise BadBallot(BadBallot.MALFORMED)
        return _read(text, rules, known)

    return read


def _read(text: str, rules: Ruleset, codes: frozenset[str]) -> TallyBallot | PointsBallot:
    method, separator, body = text.partition(":")
    if method != rules.method.value or not separator:
        raise BadBallot(BadBallot.MALFORMED)
    if rules.method == Method.POINTS:
        points = tuple(_read_points(body)) if body else ()
        if write_ballot(rules, dict(points), codes) != text:
            raise BadBallot(BadBallot.MALFORMED)
        return points
    if rules.method == Method.RANKED:
        return _read_ranks(body, rules, codes)
    picks = tuple(body.split(",")) if body else ()
    if write_ballot(rules, picks, codes) != text:
        raise BadBallot(BadBallot.MALFORMED)
    return tuple((code,) for code in picks)


def most_picks(rules: Ruleset, codes: Collection[str]) -> int:
    """How many options one ballot may name."""
    limits = {
        Method.SINGLE: 1,
        Method.APPROVAL: rules.max_picks,
        Method.POINTS: rules.points_total,
        Method.RANKED: rules.max_ranks,
    }
    return min(limits[rules.method] or len(codes), len(codes))


def longest_ballot(rules: Ruleset, codes: Collection[str]) -> int:
    """No ballot has more bytes: what is sealed is padded to fit it."""
    width = max((len(code) for code in codes), default=0)
    each = width + 1
    if rules.method == Method.POINTS:
        each += 1 + len(str(rules.points_total or 0))
    marks = most_picks(rules, codes)
    if rules.method == Method.RANKED:
        # On paper each option can be written on each rank.
        marks = max(marks, min(marks * len(codes), _MOST_MARKS))
    return len(f"{rules.method.value}:") + max(marks * each - 1, 0)


def _check_points(rules: Ruleset, chosen: Mapping[str, int]) -> None:
    if any(number < 0 for number in chosen.values()):
        raise BadBallot(BadBallot.MALFORMED)
    if rules.points_total and sum(chosen.values()) > rules.points_total:
        raise BadBallot(BadBallot.TOO_MANY)
    if rules.points_cap and max(chosen.values(), default=0) > rules.points_cap:
        raise BadBallot(BadBallot.TOO_MANY)


def _read_points(body: str) -> Iterator[tuple[str, int]]:
    for part in body.split(","):
        code, _sign, number = part.partition("=")
        if not _NUMBER.fullmatch(number):
            raise BadBallot(BadBallot.MALFORMED)
        yield code, int(number)


def _read_ranks(body: str, rules: Ruleset, codes: frozenset[str]) -> TallyBallot:
    if not body:
        return ()
    ranks = tuple(tuple(rank.split("=")) if rank else () for rank in body.split(">"))
    if len(ranks) > (rules.max_ranks or len(codes)) or not ranks[-1]:
        raise BadBallot(BadBallot.MALFORMED)
    for rank in ranks:
        if not codes.issuperset(rank):
            raise BadBallot(BadBallot.UNKNOWN_OPTION)
        if len(rank) > 1 and list(rank) != sorted(set(rank)):
            raise BadBallot(BadBallot.MALFORMED)
    return ranks


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
