"""Events that come again: which days, in the town's own time, and as a calendar rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from core.i18n.dates import TOWN_TIME

#: More occurrences than a weekly event has in two years; a slip in a year stops there.
MOST = 106
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Every(StrEnum):
    """How often."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"


@dataclass(frozen=True)
class Occurrence:
    """One time that an event takes place."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Rule:
    """From the first time, every so often, until a day; some days are left out."""

    every: Every
    until: date
    skipped: frozenset[date] = frozenset()

    def days(self, first: date) -> Iterator[date]:
        """Every day of the rule, the skipped ones left out."""
        for number in range(MOST):
            day = self._day(first, number)
            if day is None:
                continue
            if day > self.until:
                return
            if day not in self.skipped:
                yield day

    def _day(self, first: date, number: int) -> date | None:
        if self.every is Every.MONTH:
            return _same_weekday(first, number)
        return first + timedelta(weeks=number * (2 if self.every is Every.FORTNIGHT else 1))

    def as_calendar_rule(self, first: datetime) -> dict[str, Any]:
        """The rule as RFC 5545 writes it."""
        start = first.astimezone(TOWN_TIME)
        # Not beyond what pages show: a slip in a year stops there in calendars too.
        last = max(self.days(start.date()), default=self.until)
        until = datetime.combine(last, time(23, 59, 59), TOWN_TIME).astimezone(UTC)
        if self.every is Every.MONTH:
            which = f"{(start.day - 1) // 7 + 1}{WEEKDAYS[start.weekday()]}"
            return {"freq": "monthly", "byday": which, "until": until}
        return {
            "freq": "weekly",
            "interval": 2 if self.every is Every.FORTNIGHT else 1,
            "until": until,
        }


def _same_weekday(first: date, months: int) -> date | None:
    """The same weekday of the same week so many months later; not every month has a fifth one."""
    year, month = divmod(first.month - 1 + months, 12)
    start = date(first.year + year, month + 1, 1)
    week = (first.day - 1) // 7
    day = start + timedelta(days=(first.weekday() - start.weekday()) % 7 + 7 * week)
    return day if day.month == start.month else None


def occurrences(starts_at: datetime, ends_at: datetime, rule: Rule | None) -> list[Occurrence]:
    """Every time, the first one first; the hour on the clock stays when summer time begins."""
    if rule is None:
        return [Occurrence(starts_at, ends_at)]
    start, end = starts_at.astimezone(TOWN_TIME), ends_at.astimezone(TOWN_TIME)
    over = end.date() - start.date()
    return [
        _occurrence(
            datetime.combine(day, start.time(), TOWN_TIME).astimezone(UTC),
            datetime.combine(day + over, end.time(), TOWN_TIME).astimezone(UTC),
            ends_at - starts_at,
        )
        for day in rule.days(start.date())
    ]


def _occurrence(starts_at: datetime, ends_at: datetime, lasts: timedelta) -> Occurrence:
    """A time by the clock; in the night without an hour from two to three it lasts as long."""
    return Occurrence(starts_at, ends_at if ends_at > starts_at else starts_at + lasts)
