"""Holidays, working days and the clock that stands outside working hours."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.worktime import (
    TOWN_TIME,
    after_working_days,
    after_working_time,
    easter,
    holidays,
    is_working_day,
    working_time_between,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOWN_TIME)


@pytest.mark.parametrize(
    ("year", "day"),
    [(1981, "04-19"), (2000, "04-23"), (2024, "03-31"), (2026, "04-05"), (2038, "04-25")],
)
def test_easter(year, day):
    assert easter(year) == date.fromisoformat(f"{year}-{day}")


@pytest.mark.parametrize(
    "day",
    ["2026-01-06", "2026-04-06", "2026-05-24", "2026-06-04", "2026-11-11", "2026-12-24"],
)
def test_days_off(day):
    day = date.fromisoformat(day)
    assert day in holidays(day.year)
    assert not is_working_day(day)


def test_christmas_eve_was_a_working_day_until_2024():
    assert is_working_day(date(2024, 12, 24))
    assert not is_working_day(date(2025, 12, 24))


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-11-18 10:00", 4, "2026-11-18 14:00"),
        ("2026-11-18 10:00", 6, "2026-11-18 16:00"),
        ("2026-11-18 15:00", 2, "2026-11-19 09:00"),
        ("2026-11-20 15:00", 2, "2026-11-23 09:00"),  # over a weekend
        ("2026-11-10 15:00", 2, "2026-11-12 09:00"),  # over Independence Day
        ("2026-11-21 12:00", 8, "2026-11-23 16:00"),  # sent on a Saturday
        ("2026-11-18 23:30", 1, "2026-11-19 09:00"),  # sent at night
        ("2026-03-27 12:00", 8, "2026-03-30 12:00"),  # over the change to summer time
        ("2026-12-23 14:00", 4, "2026-12-28 10:00"),  # over Christmas and a weekend
    ],
)
def test_working_hours_run_only_while_we_work(start, hours, expected):
    end = after_working_time(at(start), timedelta(hours=hours))
    assert end.replace(tzinfo=TOWN_TIME) == at(expected)


def test_the_second_working_day_ends_when_the_office_closes():
    assert after_working_days(at("2026-11-19 09:00"), 2) == at("2026-11-23 16:00")


@given(
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1)),
    st.integers(min_value=1, max_value=200),
)
def test_the_clock_and_its_reverse_agree(start, hours):
    begin = start.replace(tzinfo=TOWN_TIME)
    amount = timedelta(hours=hours)
    assert working_time_between(begin, after_working_time(begin, amount)) == amount
