"""Dates in words, in four languages, in the town's time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import formats, translation

from core.i18n import dates
from core.i18n.languages import CODES, resolve

N = "\u00a0"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("pl", f"30{N}czerwca 2021{N}r."),
        ("be", f"30{N}чэрвеня 2021{N}г."),
        ("en", f"30{N}June 2021"),
        ("it", f"30{N}giugno 2021"),
    ],
)
def test_long_date(language, expected):
    assert dates.long_date(date(2021, 6, 30), language) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("pl", f"czw. 19{N}listopada"),
        ("be", f"чц, 19{N}лістапада"),
        ("en", f"Thu 19{N}November"),
        ("it", f"gio 19{N}novembre"),
    ],
)
def test_short_day(language, expected):
    assert dates.short_day(date(2026, 11, 19), language) == expected


def test_belarusian_months_are_in_the_official_spelling():
    months = [dates.day_and_month(date(2026, month, 2), "be").split(N)[1] for month in (3, 9, 12)]
    assert months == ["сакавіка", "верасня", "снежня"]


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "0:30"),  # still winter time
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "1:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "3:00"),  # 2:00 does not exist
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2:30"),  # the second 2:30
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "3:00"),
        (time(9, 5), "9:05"),
        (datetime(2026, 1, 1, 14, 30), "14:30"),
    ],
)
def test_hour_is_the_towns(moment, shown):
    assert dates.hour(moment) == shown


def test_a_moment_belongs_to_the_towns_day():
    late = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    assert dates.long_date(late, "pl") == f"1{N}stycznia 2026{N}r."
    assert dates.short_day(late, "pl") == f"czw. 1{N}stycznia"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2025, 11, 3), None, f"3{N}listopada 2025{N}r."),
        (date(2025, 11, 3), date(2025, 11, 3), f"3{N}listopada 2025{N}r."),
        (date(2025, 11, 3), date(2025, 11, 7), f"3–7{N}listopada 2025{N}r."),
        (date(2025, 11, 30), date(2025, 12, 2), f"30{N}listopada{N}– 2{N}grudnia 2025{N}r."),
        (
            date(2025, 12, 30),
            date(2026, 1, 2),
            f"30{N}grudnia 2025{N}r.{N}– 2{N}stycznia 2026{N}r.",
        ),
        (date(2024, 2, 29), date(2024, 3, 1), f"29{N}lutego{N}– 1{N}marca 2024{N}r."),
        (date(2025, 11, 7), date(2025, 11, 3), f"7{N}listopada 2025{N}r."),
        (
            datetime(2025, 11, 19, 9, 0),
            datetime(2025, 11, 19, 11, 0),
            f"19{N}listopada 2025{N}r., 9:00–11:00",
        ),
        (
            datetime(2025, 11, 19, 20, 0),
            datetime(2025, 11, 20, 2, 0),
            f"19{N}listopada 2025{N}r., 20:00{N}– 20{N}listopada 2025{N}r., 2:00",
        ),
        (datetime(2025, 11, 19, 20, 0), None, f"19{N}listopada 2025{N}r., 20:00"),
        (datetime(2025, 11, 19, 20, 0), date(2025, 11, 21), f"19–21{N}listopada 2025{N}r."),
    ],
)
def test_date_range_repeats_nothing(start, end, expected):
    assert dates.date_range(start, end, "pl") == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("be", f"30{N}лістапада{N}– 2{N}снежня 2025{N}г."),
        ("en", f"30{N}November{N}– 2{N}December 2025"),
        ("it", f"30{N}novembre{N}– 2{N}dicembre 2025"),
    ],
)
def test_date_range_in_other_languages(language, expected):
    assert dates.date_range(date(2025, 11, 30), date(2025, 12, 2), language) == expected


def test_date_range_across_the_summer_time_change_shows_both_clocks():
    start = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)  # 1:30 summer time
    assert dates.date_range(start, start + timedelta(hours=2), "en") == (
        f"25{N}October 2026, 1:30–2:30"
    )


@pytest.mark.parametrize("language", CODES)
def test_djangos_date_filter_says_the_same(language):
    with translation.override(language):
        for month in range(1, 13):
            day = date(2026, month, 21)
            assert formats.date_format(day, "DATE_FORMAT") == dates.long_date(day)
            assert formats.date_format(day, "MONTH_DAY_FORMAT") == dates.day_and_month(day)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("pl", "pl"), ("PL", "pl"), ("en-gb", "en"), ("be_BY", "be"), ("de", "pl"), ("it", "it")],
)
def test_resolve_gives_one_of_the_four(given, expected):
    assert resolve(given) == expected


def test_resolve_takes_the_active_language():
    with translation.override("it"):
        assert resolve() == "it"
    with translation.override(None):
        assert resolve() == "pl"
