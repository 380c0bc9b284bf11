"""The order in which works stand before any of them is voted for.

The rule, which everybody can check: there are n works; the day has a number (1 is 1 January of
the year 1). Days go in rounds of n. In each round the works are sorted by SHA-256 of
“contest id, number of the round, number of the work”, and each day of it the order begins one
work later. So in n days in a row each work stands first once, and neighbours change from round
to round. All visitors of a day see the same order, which is why pages can be kept by caches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date


def fair_order(numbers: Sequence[int], *, contest: str, day: date) -> list[int]:
    """The numbers of works in the order of a day."""
    if not numbers:
        return []
    turn, first = divmod(day.toordinal(), len(numbers))

    def key(number: int) -> bytes:
        return hashlib.sha256(f"{contest} {turn} {number}".encode()).digest()

    drawn = sorted(numbers, key=key)
    return drawn[first:] + drawn[:first]
