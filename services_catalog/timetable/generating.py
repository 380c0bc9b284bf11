"""Making slots of rules, some weeks ahead, again and again.

It can run at any moment and any number of times: a day of a rule has one slot at most, what people
have changed or booked is left alone, and what a closed day took away comes back when the day opens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from core.actors import SYSTEM
from core.clock import database_now
from core.transitions import Refused
from core.worktime import holidays
from directory.models import ClosedDay, RoomUse
from services_catalog.models.service import ServicePlace
from services_catalog.timetable import rooms, services, states
from services_catalog.timetable.models import ScheduleRule, Slot
from services_catalog.timetable.recurrence import at, days_of, times_of, town_day
from services_catalog.timetable.rooms import RoomConflict

FINISHED_AT_ONCE = 500


@dataclass
class Outcome:
    """What one run has done with a rule."""

    made: int = 0
    changed: int = 0
    cancelled: int = 0
    #: Days without a slot because something else has the room, each with the sentence.
    conflicts: list[tuple[date, str]] = field(default_factory=list)
    #: Slots that no longer fit the rule and stay, for people have booked or changed them.
    kept: list[Slot] = field(default_factory=list)


class Closures:
    """Why nothing takes place on a day: a closed day, or a public holiday."""

    def __init__(self, first: date, last: date) -> None:
        self.rows = list(ClosedDay.objects.between(first, last))

    def closed(self, one: Any, day: date) -> str:
        """The name of the closed day that a rule or slot falls on, in the active language."""
        in_building = one.room_id is not None or one.service.place == ServicePlace.AT_STATION
        for row in self.rows:
            if row.covers(day, one.room_id) and (in_building or row.room_id is not None):
                return row.name
        return ""

    def reason(self, rule: Any, day: date) -> str:
        """The public reason, in the active language; empty when the day is open."""
        if closed := self.closed(rule, day):
            return closed
        if not rule.runs_on_holidays and day in holidays(day.year):
            return _("public holiday")
        return ""


def closed_reason(slot: Slot) -> str:
    """Why a slot put on its day by hand may meet a locked door; empty when the day is open."""
    day = town_day(slot.starts_at)
    if closed := Closures(day, day).closed(slot, day):
        return closed
    is_meant = slot.series is not None and slot.series.runs_on_holidays
    return _("public holiday") if day in holidays(day.year) and not is_meant else ""


def tick() -> int:
    """The worker's job: what is over is over, and every running rule has its slots."""
    finished = finish_over()
    running = ScheduleRule.objects.filter(state=states.RUNNING).values_list("pk", flat=True)
    # Reasons are public and written once, in the language of the town.
    with translation.override("pl"):
        made = sum(make_slots(rule).made for rule in list(running))
    return finished + made


def finish_over() -> int:
    """Slots whose time has passed; gives their number."""
    rows = Slot.objects.filter(
        state__in=(states.OPEN, states.CLOSED), ends_at__lte=database_now()
    ).order_by("ends_at")[:FINISHED_AT_ONCE]
    number = 0
    for slot in rows:
        with transaction.atomic():
            fresh = Slot.objects.select_for_update(skip_locked=True).filter(pk=slot.pk).first()
            if fresh is not None and fresh.state in (states.OPEN, states.CLOSED):
                services.move_slot(fresh, "finish", actor=SYSTEM)
                number += 1
    return number


@transaction.atomic
def make_slots(rule_id: int) -> Outcome:
    """Bring the coming slots of a rule in line with it."""
    outcome = Outcome()
    rule = (
        ScheduleRule.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("service", "room", "provider")
        .filter(pk=rule_id, state=states.RUNNING)
        .first()
    )
    if rule is None:
        return outcome
    now = database_now()
    today = town_day(now)
    rows = Slot.objects.filter(series=rule, occurs_on__gte=today).order_by("occurs_on")
    standing = {slot.occurs_on: slot for slot in rows.select_related("service", "room", "provider")}
    horizon = today + timedelta(weeks=rule.weeks_ahead)
    last = max([horizon, *(day for day in standing if day is not None)])
    closures = Closures(today, last)
    days = {day: closures.reason(rule, day) for day in days_of(rule, start=today, end=last)}
    for day, slot in standing.items():
        if day is not None and slot.ends_at > now:
            _align(rule, slot, day, days, outcome)
    for day, closed in days.items():
        if day not in standing and day <= horizon and not closed:
            _make(rule, day, now, outcome)
    return outcome


def values_of(rule: ScheduleRule, day: date) -> dict[str, Any]:
    """What a rule wants of the slot of a day."""
    start, end = times_of(rule, day)
    return {
        "starts_at": start,
        "ends_at": end,
        "room": rule.room,
        "shares_room": rule.shares_room,
        "provider": rule.provider,
        "waitlist_max": rule.waitlist_max,
        "book_from": (
            None
            if rule.book_from_days is None
            else min(
                at(day - timedelta(days=rule.book_from_days), rule.opens_at),
                start - timedelta(hours=rule.book_until_hours, minutes=1),
            )
        ),
        "book_until": start - timedelta(hours=rule.book_until_hours),
        "cancel_until": start - timedelta(hours=rule.cancel_until_hours),
        "note": rule.note,
    }


def _make(rule: ScheduleRule, day: date, now: datetime, outcome: Outcome) -> None:
    values = values_of(rule, day)
    if values["starts_at"] <= now:
        return
    try:
        services.create_slot(
            rule.service, actor=SYSTEM, series=rule, occurs_on=day, capacity=rule.capacity,
            is_example=rule.is_example, **values,
        )  # fmt: skip
    except RoomConflict as conflict:
        outcome.conflicts.append((day, conflict.messages[0]))
    else:
        outcome.made += 1


def _align(
    rule: ScheduleRule, slot: Slot, day: date, days: dict[date, str], outcome: Outcome
) -> None:
    closed = days.get(day, _("the timetable has changed"))
    if slot.state == states.CANCELLED:
        if slot.is_by_rule and not closed:
            _renew(rule, slot, day, outcome)
        return
    values = values_of(rule, day)
    differs = {name: value for name, value in values.items() if getattr(slot, name) != value}
    if not closed and not differs and slot.capacity == rule.capacity:
        return
    if slot.is_edited and not closed:
        return
    try:
        if closed:
            services.move_slot(slot, "cancel", actor=SYSTEM, reason=closed, is_by_rule=True)
            outcome.cancelled += 1
            return
        if differs:
            slot = services.edit_slot(slot, actor=SYSTEM, is_by_rule=True, **differs)
        if slot.capacity != rule.capacity:
            services.move_slot(
                slot, "set_capacity", actor=SYSTEM, capacity=rule.capacity, is_by_rule=True
            )
        outcome.changed += 1
    except Refused:
        outcome.kept.append(slot)
    except RoomConflict as conflict:
        outcome.conflicts.append((day, conflict.messages[0]))


def _renew(rule: ScheduleRule, slot: Slot, day: date, outcome: Outcome) -> None:
    try:
        # A savepoint: the hours may have changed meanwhile, and only both together make sense.
        with transaction.atomic():
            fresh = services.move_slot(slot, "renew", actor=SYSTEM, values=values_of(rule, day))
            if fresh.capacity != rule.capacity:
                services.move_slot(
                    fresh, "set_capacity", actor=SYSTEM, capacity=rule.capacity, is_by_rule=True
                )
    except RoomConflict as conflict:
        outcome.conflicts.append((day, conflict.messages[0]))
    else:
        outcome.changed += 1


def days_to_look_at(rules: Iterable[ScheduleRule], *, now: datetime) -> dict[int, list[date]]:
    """The coming days of running rules that need a person, by the rule's number.

    A slot that no longer fits its rule and stays, or no slot because something else has the room.
    The same number of queries for any number of rules.
    """
    running = [rule for rule in rules if rule.state == states.RUNNING]
    today = town_day(now)
    rows = Slot.objects.filter(series__in=running, occurs_on__gte=today)
    people = set(
        apps.get_model("services_catalog", "Booking")
        .objects.live()
        .filter(slot__in=rows)
        .values_list("slot_id", flat=True)
    )
    standing: dict[int, dict[date, Slot]] = defaultdict(dict)
    last = max([today, *(today + timedelta(weeks=rule.weeks_ahead) for rule in running)])
    for slot in rows.select_related("room", "provider"):
        if slot.series_id is not None and slot.occurs_on is not None:
            standing[slot.series_id][slot.occurs_on] = slot
            last = max(last, slot.occurs_on)
    closures = Closures(today, last)
    uses: dict[int | None, list[RoomUse]] = defaultdict(list)
    taken = RoomUse.objects.standing().filter(room__in={rule.room_id for rule in running} - {None})
    for use in taken.between(now, at(last + timedelta(days=2), time())):
        uses[use.room_id].append(use)
    found = {}
    for rule in running:
        slots = standing[rule.pk]
        horizon = today + timedelta(weeks=rule.weeks_ahead)
        until = max([horizon, *slots])
        days = {day: closures.reason(rule, day) for day in days_of(rule, start=today, end=until)}
        kept = {
            day
            for day, slot in slots.items()
            if slot.ends_at > now
            and _is_kept(rule, slot, day, days.get(day, "no day of the rule"), people)
        }
        # What the rule itself has cancelled comes back, unless the room is gone meanwhile.
        there = {day for day, slot in slots.items() if not (slot.is_cancelled and slot.is_by_rule)}
        missing = {day for day, closed in days.items() if not closed and day <= horizon} - there
        blocked = {day for day in missing if _is_blocked(rule, day, uses[rule.room_id], now)}
        found[rule.pk] = sorted(kept | blocked)
    return found


def _is_kept(rule: ScheduleRule, slot: Slot, day: date, closed: str, people: set[int]) -> bool:
    """Whether a slot stands that its rule wants elsewhere, otherwise or not at all."""
    if slot.state not in states.LIVE:
        return False
    if closed:
        return bool(slot.is_edited or slot.booked or slot.held or slot.pk in people)
    wanted = values_of(rule, day)
    return not slot.is_edited and (
        slot.capacity != rule.capacity
        or any(getattr(slot, name) != value for name, value in wanted.items())
    )


def _is_blocked(rule: ScheduleRule, day: date, uses: list[RoomUse], now: datetime) -> bool:
    """Whether something else has the room of a day without a slot."""
    start, end = times_of(rule, day)
    return start > now and any(
        use.period.lower < end and use.period.upper > start
        for use in uses
        if not (rule.shares_room and use.is_shared)
    )


@dataclass(frozen=True)
class Planned:
    """One coming day of a rule as staff see it before and while it runs."""

    day: date
    starts_at: datetime
    ends_at: datetime
    closed: str = ""
    slot: Slot | None = None
    conflict: str = ""


def preview(rule: ScheduleRule, *, now: datetime, limit: int = 60) -> list[Planned]:
    """The coming days with what stands in the way of each. A constant number of queries."""
    today = town_day(now)
    last = min(today + timedelta(weeks=rule.weeks_ahead), rule.valid_to)
    closures = Closures(today, last)
    standing = {
        slot.occurs_on: slot
        for slot in Slot.objects.filter(series=rule, occurs_on__gte=today).select_related("service")
    }
    uses: list[RoomUse] = []
    if rule.room is not None:
        start, end = at(today, rule.opens_at), at(last + timedelta(days=2), rule.closes_at)
        found = RoomUse.objects.standing().filter(room=rule.room).between(start, end)
        uses = list(found.filter(is_shared=False) if rule.shares_room else found)
    rows: list[Planned] = []
    for day in days_of(rule, start=today, end=last):
        start, end = times_of(rule, day)
        slot = standing.get(day)
        if start <= now or len(rows) == limit:
            continue
        closed, conflict = closures.reason(rule, day), ""
        if not closed and slot is None and rule.room is not None:
            holders = [one for one in uses if one.period.lower < end and one.period.upper > start]
            conflict = rooms.explain(rule.room, holders) if holders else ""
        rows.append(Planned(day, start, end, closed, slot, conflict))
    return rows
