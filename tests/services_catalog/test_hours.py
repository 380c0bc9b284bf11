"""Weekly hours on the wall clock, across both changes of time."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from services_catalog.models import ServiceHours

WARSAW = ZoneInfo("Europe/Warsaw")
SUNDAY = 6


def hours(weekday: int, opens: int) -> ServiceHours:
    return ServiceHours(weekday=weekday, opens_at=time(opens), closes_at=time(opens + 1))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 18, 8, 59, tzinfo=WARSAW), datetime(2026, 11, 18, 9)),
        (datetime(2026, 11, 18, 9, 0, tzinfo=WARSAW), datetime(2026, 11, 18, 9)),
        (datetime(2026, 11, 18, 9, 1, tzinfo=WARSAW), datetime(2026, 11, 25, 9)),
        (datetime(2026, 11, 19, 0, 0, tzinfo=WARSAW), datetime(2026, 11, 25, 9)),
    ],
)
def test_the_next_wednesday_at_nine(now, expected):
    assert hours(2, 9).next_start(now).replace(tzinfo=None) == expected


def test_nine_stays_nine_across_the_change_to_winter_time():
    before = datetime(2026, 10, 18, 12, tzinfo=WARSAW)
    start = hours(SUNDAY, 9).next_start(before)
    assert start == datetime(2026, 10, 25, 9, tzinfo=WARSAW)
    assert start.utcoffset().total_seconds() == 3600
