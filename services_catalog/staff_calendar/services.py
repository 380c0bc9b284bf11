"""Acts that concern a slot and everybody who has booked it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from core.clock import database_now
from services_catalog.bookings.models import Booking
from services_catalog.bookings.services import cancel_slots
from services_catalog.timetable import generating, services, states
from services_catalog.timetable.generating import Outcome
from services_catalog.timetable.models import ScheduleRule, Slot
from services_catalog.timetable.recurrence import town_day


def coming_slots(rule: ScheduleRule, since: date) -> list[Slot]:
    """The slots of a rule that would be called off with it."""
    rows = Slot.objects.live().filter(series=rule, occurs_on__gte=since, ends_at__gt=database_now())
    return list(rows.order_by("pk"))


@transaction.atomic
def cancel_series(
    rule: ScheduleRule, *, since: date, reason: str, actor: Any
) -> tuple[int, list[Booking]]:
    """Call off a rule's slots from a day on and let it make no more; one mail for each person.

    Gives how many slots were called off, and the bookings of those who have to be called because
    no mail reaches them. All or nothing.
    """
    today = town_day(database_now())
    if since <= today:
        if rule.state == states.RUNNING:
            rule = services.move_rule(rule, "stop", actor=actor)
    elif rule.valid_from < since <= rule.valid_to:
        rule = services.change_rule(rule, actor=actor, valid_to=since - timedelta(days=1))
    elif rule.state == states.RUNNING and since <= rule.valid_from:
        rule = services.move_rule(rule, "stop", actor=actor)
    slots = coming_slots(rule, since)
    without: list[Booking] = []
    if slots:
        _done, without = cancel_slots(slots, actor, reason)
    return len(slots), without


def start_rule(rule: ScheduleRule, *, actor: Any) -> Outcome:
    """Start a rule and make its slots at once."""
    rule = services.move_rule(rule, "start", actor=actor)
    return generating.make_slots(rule.pk)


def change_rule(rule: ScheduleRule, *, actor: Any, **values: Any) -> Outcome:
    """Change a rule; while it runs, its slots follow at once."""
    rule = services.change_rule(rule, actor=actor, **values)
    return generating.make_slots(rule.pk)
