"""The days of a rule, and what an hour on the clock of the town means on a day.

Rules are a subset of RFC 5545 as HSDS uses it: WEEKLY or MONTHLY, an interval, and days such as
“MO,TH” or “2MO,-1FR”. Days are plain dates and hours are hours on the wall, so that nine o'clock
stays nine o'clock when the clocks change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from babel import Locale
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.i18n.dates import TOWN_TIME
from core.i18n.languages import resolve

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PART = re.compile(r"(-1|[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_ORDINALS = {
    1: pgettext_lazy("which one of a month", "first"),
    2: pgettext_lazy("which one of a month", "second"),
    3: pgettext_lazy("which one of a month", "third"),
    4: pgettext_lazy("which one of a month", "fourth"),
    5: pgettext_lazy("which one of a month", "fifth"),
    -1: pgettext_lazy("which one of a month", "last"),
}
_FEMININE = {
    1: pgettext_lazy("which one of a month, Wednesday, Saturday, Sunday", "first"),
    2: pgettext_lazy("which one of a month, Wednesday, Saturday, Sunday", "second"),
    3: pgettext_lazy("which one of a month, Wednesday, Saturday, Sunday", "third"),
    4: pgettext_lazy("which one of a month, Wednesday, Saturday, Sunday", "fourth"),
    5: pgettext_lazy("which one of a month, Wednesday, Saturday, Sunday", "fifth"),
    -1: pgettext_lazy("which one of a month, Wednesday, Saturday, Sunday", "last"),
}
_FEMININE_DAYS = (2, 5, 6)


class Frequency(models.TextChoices):
    WEEKLY = "WEEKLY", gettext_lazy("weekly")
    MONTHLY = "MONTHLY", gettext_lazy("monthly")


def parse_byday(text: str, freq: str) -> list[tuple[int | None, int]]:
    """Pairs of (which one of the month, day of the week); the first is None in weekly rules.

    Raises ValidationError for what the rule cannot mean.
    """
    found: list[tuple[int | None, int]] = []
    for part in text.replace(" ", "").upper().split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValidationError(_("“%(part)s” is no day of a rule.") % {"part": part})
        number = int(match[1]) if match[1] else None
        if (number is None) == (freq == Frequency.MONTHLY):
            raise ValidationError(
                _("A monthly rule says which one of the month: 2MO is the second Monday.")
                if freq == Frequency.MONTHLY
                else _("A weekly rule names days alone: MO is every Monday.")
            )
        pair = (number, DAYS.index(match[2]))
        if pair not in found:
            found.append(pair)
    return found


def days_of(rule: Any, *, start: date, end: date) -> Iterator[date]:
    """The days of a rule from `start` to `end`, both included, in order."""
    first, last = max(start, rule.valid_from), min(end, rule.valid_to)
    pairs = parse_byday(rule.byday, rule.freq)
    if rule.freq == Frequency.WEEKLY:
        yield from _weekly(rule, {day for _number, day in pairs}, first, last)
    else:
        yield from _monthly(rule, pairs, first, last)


def _weekly(rule: Any, wanted: set[int], first: date, last: date) -> Iterator[date]:
    # Weeks are counted from the Monday of the rule's first week, as RFC 5545 does.
    zero = rule.valid_from - timedelta(days=rule.valid_from.weekday())
    day = first
    while day <= last:
        if day.weekday() in wanted and (day - zero).days // 7 % rule.interval == 0:
            yield day
        day += timedelta(days=1)


def _monthly(
    rule: Any, pairs: list[tuple[int | None, int]], first: date, last: date
) -> Iterator[date]:
    month = first.replace(day=1)
    zero = rule.valid_from.year * 12 + rule.valid_from.month
    while month <= last:
        if (month.year * 12 + month.month - zero) % rule.interval == 0:
            found = {_nth(month, number or 1, weekday) for number, weekday in pairs}
            yield from sorted(day for day in found if day is not None and first <= day <= last)
        month = (month + timedelta(days=32)).replace(day=1)


def _nth(month: date, number: int, weekday: int) -> date | None:
    """The n-th such day of the month, the last for -1; None where there is no fifth."""
    following = (month + timedelta(days=32)).replace(day=1)
    if number < 0:
        last = following - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    day = month + timedelta(days=(weekday - month.weekday()) % 7 + 7 * (number - 1))
    return day if day < following else None


def in_words(pairs: list[tuple[int | None, int]]) -> str:
    """Days in words, in the active language: “Monday, Thursday”, “second Monday, last Friday”.

    Polish days have a gender, so the ordinals do: “drugi poniedziałek”, “druga środa”.
    """
    names = Locale(resolve(None)).days["stand-alone"]["wide"]
    words = [
        f"{(_FEMININE if day in _FEMININE_DAYS else _ORDINALS)[number]} {names[day]}"
        if number
        else names[day]
        for number, day in pairs
    ]
    return ", ".join(words)


def day_names(rule: Any) -> str:
    """The days of a rule in words, with its interval."""
    text = in_words(parse_byday(rule.byday, rule.freq))
    if rule.interval == 1:
        return text
    if rule.freq == Frequency.WEEKLY:
        return _("%(days)s, every %(number)s weeks") % {"days": text, "number": rule.interval}
    return _("%(days)s, every %(number)s months") % {"days": text, "number": rule.interval}


def town_day(moment: datetime) -> date:
    """The day that the clock in the town shows at a moment."""
    return moment.astimezone(TOWN_TIME).date()


def at(day: date, hour: time) -> datetime:
    """The moment of an hour on the wall, in UTC.

    An hour that the change to summer time leaves out is as long after midnight as on any other
    day (2:30 is shown as 3:30); of an hour that happens twice, the first is meant. So says
    RFC 5545.
    """
    return datetime.combine(day, hour, tzinfo=TOWN_TIME).astimezone(UTC)


def is_left_out(day: date, hour: time) -> bool:
    """Whether the change to summer time leaves this hour out on that day."""
    return at(day, hour).astimezone(TOWN_TIME).time() != hour


def times_of(rule: Any, day: date) -> tuple[datetime, datetime]:
    """When the slot of a day begins and ends.

    Both by the clock on the wall. Where the change of time leaves nothing between them, the slot
    is as long as on any other day.
    """
    start, end = at(day, rule.opens_at), at(day, rule.closes_at)
    if end <= start:
        nominal = datetime.combine(day, rule.closes_at) - datetime.combine(day, rule.opens_at)
        end = start + nominal
    return start, end


def day_bounds(day: date, days: int = 1) -> tuple[datetime, datetime]:
    """From midnight to midnight in the town: 23, 24 or 25 hours."""
    return at(day, time()), at(day + timedelta(days=days), time())
