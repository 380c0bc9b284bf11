"""Working time in Poland: holidays, working days, and deadlines that run only while we work.

Sources: the Act of 18 January 1951 on non-working days (with 24 December added from 2025), and
the hours of the town office.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from core.i18n.dates import TOWN_TIME

OPENS, CLOSES = time(8), time(16)
HOURS_A_DAY = 8
_FIXED = [(1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 25), (12, 26)]
_CHRISTMAS_EVE_SINCE = 2025


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the method of Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """Non-working days by law, but for ordinary Sundays."""
    sunday = easter(year)
    movable = {sunday, sunday + timedelta(1), sunday + timedelta(49), sunday + timedelta(60)}
    fixed = {date(year, month, day) for month, day in _FIXED}
    if year >= _CHRISTMAS_EVE_SINCE:
        fixed.add(date(year, 12, 24))
    return frozenset(movable | fixed)


def is_working_day(day: date) -> bool:
    """Monday to Friday, holidays left out."""
    return day.weekday() < 5 and day not in holidays(day.year)


def working_days_from(day: date) -> Iterator[date]:
    """Working days on and after `day`, without end."""
    while True:
        if is_working_day(day):
            yield day
        day += timedelta(1)


def after_working_days(start: datetime, days: int) -> datetime:
    """The close of work on the `days`-th working day after the day of `start`."""
    day = start.astimezone(TOWN_TIME).date()
    following = working_days_from(day + timedelta(1))
    for _ in range(days - 1):
        next(following)
    return datetime.combine(next(following), CLOSES, tzinfo=TOWN_TIME)


def after_working_time(start: datetime, amount: timedelta) -> datetime:
    """When `amount` of working time has passed since `start`.

    The clock stands outside working hours; a day of work is eight hours by the clock on the wall,
    so both changes of time (at night) leave it alone.
    """
    local = start.astimezone(TOWN_TIME)
    left = amount
    for day in working_days_from(local.date()):
        opens = datetime.combine(day, OPENS, tzinfo=TOWN_TIME)
        closes = datetime.combine(day, CLOSES, tzinfo=TOWN_TIME)
        begins = max(opens, local)
        if begins >= closes:
            continue
        if left <= closes - begins:
            return begins + left
        left -= closes - begins
    raise AssertionError("working days have no end")


def working_time_between(start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two moments; zero when they are the other way round."""
    first, last = start.astimezone(TOWN_TIME), end.astimezone(TOWN_TIME)
    total = timedelta()
    if last <= first:
        return total
    for day in working_days_from(first.date()):
        if day > last.date():
            return total
        opens = datetime.combine(day, OPENS, tzinfo=TOWN_TIME)
        closes = datetime.combine(day, CLOSES, tzinfo=TOWN_TIME)
        total += max(timedelta(), min(closes, last) - max(opens, first))
    raise AssertionError("working days have no end")
