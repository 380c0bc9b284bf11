"""Dates and times in words, as each language writes them, in the town's time.

Names of months and days come from CLDR (through Babel): Django's own are capitalised in Polish
and Italian and not in the official spelling in Belarusian.
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale

from core.i18n.languages import resolve

NBSP = "\u00a0"
EN_DASH = "\u2013"
TOWN_TIME = ZoneInfo("Europe/Warsaw")

# What follows the year: "2021 r." (roku), "2021 г." (года).
_YEAR_MARK = {"pl": f"{NBSP}r.", "be": f"{NBSP}г.", "en": "", "it": ""}
# Belarusian abbreviates days without a full stop and sets them off with a comma.
_AFTER_WEEKDAY = {"pl": " ", "be": ", ", "en": " ", "it": " "}


@cache
def _months(language: str) -> dict[int, str]:
    return dict(Locale(language).months["format"]["wide"])


@cache
def _weekdays(language: str) -> dict[int, str]:
    return dict(Locale(language).days["format"]["abbreviated"])


def in_town(value: date) -> date:
    """An aware moment as the clock in Hajnówka shows it; a plain date or naive moment as it is."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(TOWN_TIME)
    return value


def day_and_month(value: date, language: str | None = None) -> str:
    """The day with its month: "19 listopada"."""
    language = resolve(language)
    value = in_town(value)
    return f"{value.day}{NBSP}{_months(language)[value.month]}"


def long_date(value: date, language: str | None = None) -> str:
    """The date in full, "30 czerwca 2021 r."; it does not break after the day or before "r."."""
    language = resolve(language)
    value = in_town(value)
    return f"{day_and_month(value, language)} {value.year}{_YEAR_MARK[language]}"


def short_day(value: date, language: str | None = None) -> str:
    """For boards and timetables, where the year is clear: "czw. 19 listopada"."""
    language = resolve(language)
    value = in_town(value)
    weekday = _weekdays(language)[value.weekday()]
    return f"{weekday}{_AFTER_WEEKDAY[language]}{day_and_month(value, language)}"


def hour(value: datetime | time) -> str:
    """The 24-hour clock without a leading zero ("9:00"), alike in all four languages."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(TOWN_TIME)
    return f"{value.hour}:{value.minute:02d}"


def _with_hour(value: date, language: str) -> str:
    text = long_date(value, language)
    return f"{text}, {hour(value)}" if isinstance(value, datetime) else text


def date_range(start: date, end: date | None = None, language: str | None = None) -> str:
    """A period without repeating what both ends share.

    Dates: "3–7 listopada 2025 r.", "30 listopada – 2 grudnia 2025 r.". Moments add hours:
    "19 listopada 2025 r., 9:00–11:00". Without an end, or with one before the start, the start
    alone is given.
    """
    language = resolve(language)
    start = in_town(start)
    if end is not None:
        end = in_town(end)
        if isinstance(end, datetime) != isinstance(start, datetime):
            start, end = _day(start), _day(end)
    if end is None or end <= start:
        return _with_hour(start, language)
    apart = f"{NBSP}{EN_DASH} "
    if isinstance(start, datetime) and isinstance(end, datetime):
        if start.date() == end.date():
            return f"{_with_hour(start, language)}{EN_DASH}{hour(end)}"
        return f"{_with_hour(start, language)}{apart}{_with_hour(end, language)}"
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}{EN_DASH}{long_date(end, language)}"
    if start.year == end.year:
        return f"{day_and_month(start, language)}{apart}{long_date(end, language)}"
    return f"{long_date(start, language)}{apart}{long_date(end, language)}"


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def month_and_year(value: date, language: str | None = None) -> str:
    """A month by itself, as a heading: "listopad 2026"."""
    language = resolve(language)
    return f"{Locale(language).months['stand-alone']['wide'][value.month]} {value.year}"
