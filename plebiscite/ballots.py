"""The one way to write a ballot down, and what a voter's commitment to it is.

The same bytes are made in the browser (`static/js/plebiscite-ballot.js`), here, and by anybody who
recounts the vote, so the format is plain ASCII text and every line of it is stated in
docs/plebiscite.md. A change of it is a new version in the domain.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection, Sequence

COMMITMENT_DOMAIN = "hajnowka-odnowa/plebiscite/commitment/1"
#: Bytes of a nonce, of a commitment.
NONCE_SIZE = 16
COMMITMENT_SIZE = 32
#: How an option is named on ballots: short, frozen with the ballot paper.
CODE = re.compile(r"[A-Z0-9]{1,8}")

_HEX = re.compile(r"[0-9a-f]+")
# Crockford's base 32: no I, L, O, U, so that a code survives being read out and written down.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHORT_BITS = 60


class BadBallot(ValueError):
    """What was sent is not a ballot of this vote; `reason` is one of the class's constants."""

    TOO_MANY = "too_many"
    UNKNOWN_OPTION = "unknown_option"
    MALFORMED = "malformed"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def write_single(picks: Sequence[str], codes: Collection[str]) -> str:
    """A ballot of the method `single`: `single:M4`, or `single:` when it is blank.

    `picks` are the codes that were chosen, `codes` those on the ballot paper. Raises BadBallot.
    """
    chosen = list(dict.fromkeys(picks))
    if any(pick not in codes for pick in chosen):
        raise BadBallot(BadBallot.UNKNOWN_OPTION)
    if len(chosen) > 1:
        raise BadBallot(BadBallot.TOO_MANY)
    return f"single:{''.join(chosen)}"


def read_single(text: str, codes: Collection[str]) -> tuple[str, ...]:
    """The codes on a ballot written by `write_single`: one, or none. Raises BadBallot."""
    method, separator, body = text.partition(":")
    if method != "single" or not separator:
        raise BadBallot(BadBallot.MALFORMED)
    picks = (body,) if body else ()
    if write_single(picks, codes) != text:
        raise BadBallot(BadBallot.MALFORMED)
    return picks


def longest_single(codes: Collection[str]) -> int:
    """The number of bytes of the longest ballot that can be written."""
    return len("single:") + max((len(code) for code in codes), default=0)


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
