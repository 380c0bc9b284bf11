"""The days of a rule, compared with another implementation, and hours when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from dateutil import rrule
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as some

from services_catalog.timetable.recurrence import (
    DAYS,
    at,
    day_bounds,
    day_names,
    days_of,
    parse_byday,
    times_of,
)

SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)
FREQ = {"WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY}
days = some.dates(date(2026, 1, 1), date(2030, 12, 31))


def rule(byday="MO", freq="WEEKLY", **fields):
    values = {
        "interval": 1,
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2027, 12, 31),
        "opens_at": time(9),
        "closes_at": time(11),
    }
    return SimpleNamespace(byday=byday, freq=freq, **{**values, **fields})


@some.composite
def rules(draw):
    freq = draw(some.sampled_from(["WEEKLY", "MONTHLY"]))
    numbers = some.just("") if freq == "WEEKLY" else some.sampled_from(["-1", *"12345"])
    parts = draw(some.lists(some.tuples(numbers, some.sampled_from(DAYS)), min_size=1, max_size=4))
    first = draw(days)
    return rule(
        ",".join(number + day for number, day in parts),
        freq,
        interval=draw(some.integers(1, 4)),
        valid_from=first,
        valid_to=first + timedelta(days=draw(some.integers(0, 500))),
    )


@settings(max_examples=150)
@given(rules(), days, some.integers(0, 200))
def test_the_days_are_those_of_another_implementation(one, start, length):
    end = start + timedelta(days=length)
    weekdays = [
        rrule.weekday(day) if number is None else rrule.weekday(day, number)
        for number, day in parse_byday(one.byday, one.freq)
    ]
    expected = rrule.rrule(
        FREQ[one.freq],
        interval=one.interval,
        byweekday=weekdays,
        wkst=rrule.MO,
        dtstart=datetime.combine(one.valid_from, time()),
        until=datetime.combine(min(one.valid_to, end), time()),
    )
    assert list(days_of(one, start=start, end=end)) == [
        moment.date() for moment in expected if moment.date() >= start
    ]


@given(days, some.times(), some.times())
def test_a_slot_always_has_a_length_and_begins_on_its_day(day, opens_at, closes_at):
    if closes_at <= opens_at:
        return
    start, end = times_of(rule(opens_at=opens_at, closes_at=closes_at), day)
    assert start < end
    first, last = day_bounds(day)
    assert first <= start < last


def test_nine_stays_nine_when_the_clocks_change():
    for change in (SPRING, AUTUMN):
        starts = [at(change + timedelta(days=days), time(9)) for days in (-1, 0)]
        assert starts[1] - starts[0] == timedelta(hours=23 if change == SPRING else 25)
    assert [end - start for start, end in map(day_bounds, (SPRING, AUTUMN))] == [
        timedelta(hours=23), timedelta(hours=25),
    ]  # fmt: skip


def test_an_hour_that_does_not_exist_is_as_long_after_midnight_as_ever():
    start, end = times_of(rule(opens_at=time(2, 30), closes_at=time(3, 15)), SPRING)
    assert start == datetime(2027, 3, 28, 1, 30, tzinfo=UTC), "3:30 summer time"
    assert end - start == timedelta(minutes=45)
    _start, end = times_of(rule(opens_at=time(1), closes_at=time(4)), SPRING)
    assert end == datetime(2027, 3, 28, 2, tzinfo=UTC), "four o’clock on the wall"


def test_of_an_hour_that_happens_twice_the_first_is_meant():
    start, end = times_of(rule(opens_at=time(2, 30), closes_at=time(3, 30)), AUTUMN)
    assert start == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert end == datetime(2026, 10, 25, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("byday", "freq"),
    [("", "WEEKLY"), ("XX", "WEEKLY"), ("2MO", "WEEKLY"), ("MO", "MONTHLY"), ("6MO", "MONTHLY"),
     ("MO,", "WEEKLY"), ("-2FR", "MONTHLY")],
)  # fmt: skip
def test_what_a_rule_cannot_mean_is_refused(byday, freq):
    with pytest.raises(ValidationError):
        parse_byday(byday, freq)


def test_days_in_words():
    with translation.override("pl"):
        assert day_names(rule("MO,TH")) == "poniedziałek, czwartek"
        assert day_names(rule("2MO,-1FR", "MONTHLY")) == "drugi poniedziałek, ostatni piątek"
        assert day_names(rule("MO", interval=2)) == "poniedziałek, co 2 tygodnie"
