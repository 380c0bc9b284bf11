"""Turnout by age and district: the groups, and what is too small to be told."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

#: Fewer people than this are never told apart from others.
LEAST = 10
#: The first age of each group, and its last one.
AGES = ((0, 17), (18, 29), (30, 44), (45, 59), (60, 74), (75, 0))
#: What joined groups are called in the data.
OTHERS = "*"


def years_old(birth_date: datetime.date, day: datetime.date) -> int:
    """Whole years on a day."""
    is_ahead = (day.month, day.day) < (birth_date.month, birth_date.day)
    return day.year - birth_date.year - is_ahead


def age_group(birth_date: datetime.date, day: datetime.date) -> str:
    """The group of somebody's age on a day, as "30-44" or "75-"."""
    age = years_old(birth_date, day)
    first, last = next((first, last) for first, last in AGES if not last or age <= last)
    return f"{first}-{last or ''}"


def joined(numbers: Mapping[str, int]) -> dict[str, int]:
    """The groups as they may be told: small ones together, so that none follows from the rest.

    Those below `LEAST` become one, `OTHERS`; while that one is still too small, or is a single
    group whose number would follow from the total, the next smallest joins it. With fewer people
    than `LEAST` in all there is nothing to tell.
    """
    rest = sorted((number, group) for group, number in numbers.items() if number)
    together: list[int] = []
    while rest and (
        rest[0][0] < LEAST or (together and (sum(together) < LEAST or len(together) < 2))
    ):
        together.append(rest.pop(0)[0])
    if sum(together) < LEAST:
        together = []
    found = {group: number for number, group in rest}
    if together:
        found[OTHERS] = sum(together)
    return found
