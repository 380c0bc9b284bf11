"""Slots as they are asked for. Each takes a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models.functions import ExtractIsoWeekDay

from core.clock import database_now
from core.i18n.dates import TOWN_TIME
from services_catalog.timetable import states
from services_catalog.timetable.models import Slot, SlotQuerySet
from services_catalog.timetable.recurrence import day_bounds

WITH = ("service__locale", "room", "provider")


def open_slots(service: Any, *, until: datetime | None = None) -> SlotQuerySet:
    """What can be booked of a service now, full or not, the soonest first.

    `service` is the canonical row.
    """
    now = database_now()
    rows = Slot.objects.bookable(now).filter(service=service, starts_at__gte=now)
    if until is not None:
        rows = rows.filter(starts_at__lt=until)
    return rows.select_related(*WITH)


def slots_of_day(day: date) -> SlotQuerySet:
    """Everything public that touches a day of the town."""
    return Slot.objects.public().between(*day_bounds(day)).select_related(*WITH)


def slots_of_week(
    monday: date, *, service: Any = None, room: Any = None, group: Any = None
) -> SlotQuerySet:
    """Everything public in the seven days from `monday`."""
    rows = Slot.objects.public().between(*day_bounds(monday, 7)).select_related(*WITH)
    if service is not None:
        rows = rows.filter(service=service)
    if room is not None:
        rows = rows.filter(room=room)
    if group is not None:
        rows = rows.filter(service__target_groups=group)
    return rows


def slots_of_room(room: Any, start: datetime, end: datetime) -> SlotQuerySet:
    """What stands in a room, drafts included: for staff."""
    return (
        Slot.objects.exclude(state="cancelled")
        .filter(room=room)
        .between(start, end)
        .select_related(*WITH)
    )


def has_slots(service: Any) -> bool:
    """Whether a service is in the timetable: lately, now, or ahead."""
    since = database_now() - timedelta(days=35)
    return Slot.objects.public().filter(service=service, starts_at__gte=since).exists()


def weekdays_of(services: Iterable[Any], now: datetime) -> dict[int, set[int]]:
    """The days of the week (0 for Monday) of each service's open slots ahead; one query."""
    rows = (
        Slot.objects.public()
        .filter(
            service__in=[service.pk for service in services],
            state=states.OPEN,
            starts_at__gt=now,
        )
        .annotate(day=ExtractIsoWeekDay("starts_at", tzinfo=TOWN_TIME))
        .order_by()
        .values_list("service_id", "day")
        .distinct()
    )
    found: dict[int, set[int]] = {}
    for number, day in rows:
        found.setdefault(number, set()).add(day - 1)
    return found


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())
