"""Which sealed votes leave the inbox together: a pool mix.

A vote that leaves alone would tell when it was cast. So nothing leaves before twice `k` are
waiting; then a random `k` of them do, and at least `k` stay behind for the next one to hide among,
until the vote is over and all leave at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TypeVar

Row = TypeVar("Row")

_random = secrets.SystemRandom()


def pick(waiting: Sequence[Row], *, k: int) -> list[Row]:
    """`k` of the waiting rows at random, none when fewer than twice `k` wait."""
    if k < 1:
        raise ValueError("a mix needs at least one vote")
    if len(waiting) < 2 * k:
        return []
    return _random.sample(waiting, k)
