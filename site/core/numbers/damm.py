"""The check digit: Damm's algorithm.

It finds every single wrong digit and every swap of two neighbours, the check digit included, with
one digit and no letter. The table is a totally anti-symmetric quasigroup of order 10 with zeros on
the diagonal (H. Michael Damm, "Total anti-symmetrische Quasigruppen", 2004); a test proves the
properties for this table rather than trusting it.
"""

from __future__ import annotations

TABLE = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> str:
    """The digit to put behind `digits` (ASCII digits only)."""
    interim = 0
    for digit in digits:
        interim = TABLE[interim][int(digit)]
    return str(interim)


def fits(digits: str) -> bool:
    """Whether the last of `digits` is the check digit of the others."""
    return check_digit(digits) == "0"
