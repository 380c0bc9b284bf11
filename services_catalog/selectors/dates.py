"""The next date of a service that can be booked, as whoever keeps bookings tells it.

The catalogue and the board show it without knowing of bookings, which lie above them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.ports import Registry


@dataclass(frozen=True)
class NextDate:
    """When it is, and how it stands in words."""

    starts_at: datetime
    label: str
    is_full: bool


#: Gives the next date of each of the canonical services, by the service's number.
sources: Registry[Callable[[Iterable[Any], datetime], dict[int, NextDate]]] = Registry()


#: Gives the days of the week on which each of the canonical services takes place, 0 for Monday.
day_sources: Registry[Callable[[Iterable[Any], datetime], dict[int, set[int]]]] = Registry()


def weekdays(services: Iterable[Any], now: datetime) -> dict[int, set[int]]:
    """The days of the week of the dates ahead, by the service's number; constant in queries."""
    services = list(services)
    found: dict[int, set[int]] = {}
    for source in day_sources:
        for number, days in source(services, now).items():
            found.setdefault(number, set()).update(days)
    return found


def next_dates(services: Iterable[Any], now: datetime) -> dict[int, NextDate]:
    """The next date of each of the canonical services that has one; constant in queries."""
    services = list(services)
    found: dict[int, NextDate] = {}
    for source in sources:
        found |= source(services, now)
    return found
