"""A week as a table: a row for each room or provider, a column for each day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from core.clock import database_now
from directory.models import ClosedDay, Organisation, Room, RoomUse
from services_catalog.bookings.models import Booking
from services_catalog.timetable import permissions
from services_catalog.timetable.models import Slot
from services_catalog.timetable.recurrence import day_bounds, town_day
from services_catalog.timetable.selectors import monday_of
from services_catalog.timetable.weeks import chosen_monday

BY_ROOM, BY_PROVIDER = "sala", "organizacja"


@dataclass(frozen=True)
class Item:
    """One slot in a cell, or something else that has the room."""

    starts_at: datetime
    ends_at: datetime
    title: str
    slot: Slot | None = None
    waiting: int = 0

    @property
    def is_cancelled(self) -> bool:
        return self.slot is not None and self.slot.is_cancelled


@dataclass
class Cell:
    day: date
    items: list[Item] = field(default_factory=list)


@dataclass
class Row:
    """A room or a provider; `key` presets the form of a new slot, None where that has none."""

    label: str
    key: int | None
    cells: list[Cell]


def calendar(user: Any, params: Mapping[str, str]) -> dict[str, Any]:
    """The week that somebody asked for, of what they may see; a constant number of queries."""
    now = database_now()
    today = town_day(now)
    if params.get("dzien"):
        monday = chosen_monday(params["dzien"], today)
    else:
        monday = default_monday(user, now)
    by = BY_PROVIDER if params.get("wedlug") == BY_PROVIDER else BY_ROOM
    start, end = day_bounds(monday, 7)
    slots = list(
        Slot.objects.visible_to(user)
        .between(start, end)
        .select_related("service", "room", "provider")
    )
    waiting = waiting_of(slots)
    days = [monday + timedelta(days=number) for number in range(7)]
    cells: dict[tuple[int | None, date], list[Item]] = defaultdict(list)
    for slot in slots:
        key = slot.room_id if by == BY_ROOM else slot.provider_id
        begins = timezone.localtime(slot.starts_at)
        cells[key, max(begins.date(), monday)].append(
            Item(
                begins,
                timezone.localtime(slot.ends_at),
                slot.service.name,
                slot,
                waiting.get(slot.pk, 0),
            )
        )
    if by == BY_ROOM:
        for use in _other_uses(slots, start, end):
            begins = timezone.localtime(use.period.lower)
            title = f"{use.purpose} ({use.party})" if use.party else use.purpose
            cells[use.room_id, max(begins.date(), monday)].append(
                Item(begins, timezone.localtime(use.period.upper), title)
            )
    return {
        "monday": monday,
        "sunday": days[-1],
        "days": days,
        "today": today,
        "this": monday_of(today),
        "rows": [
            Row(label, key, [Cell(day, _sorted(cells[key, day])) for day in days])
            for key, label in _rows(user, by, {key for key, _day in cells})
        ],
        "by": by,
        "closed": list(ClosedDay.objects.between(monday, days[-1]).select_related("room")),
        "previous": monday - timedelta(weeks=1),
        "next": monday + timedelta(weeks=1),
    }


def default_monday(user: Any, now: datetime) -> date:
    """The Monday of the week shown first: the coming one, once this week has nothing left and
    the coming one has something.
    """
    this = monday_of(town_day(now))
    left = Slot.objects.visible_to(user).filter(ends_at__gt=now)
    start, end = day_bounds(this, 7)
    if left.between(start, end).exists():
        return this
    coming = this + timedelta(weeks=1)
    return coming if left.between(*day_bounds(coming, 7)).exists() else this


def waiting_of(slots: list[Slot]) -> dict[int, int]:
    """How many people wait for each slot."""
    rows = (
        Booking.objects.filter(slot__in=[slot.pk for slot in slots], state="waiting")
        .order_by()
        .values("slot")
        .annotate(people=Sum("party_size"))
    )
    return {row["slot"]: row["people"] for row in rows}


def _sorted(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (item.starts_at, item.title))


def _other_uses(slots: list[Slot], start: datetime, end: datetime) -> list[RoomUse]:
    """What has a room besides the slots that somebody sees anyway."""
    seen = [slot.room_use_id for slot in slots if slot.room_use_id]
    return list(RoomUse.objects.standing().between(start, end).exclude(pk__in=seen))


def _rows(user: Any, by: str, keys: set[int | None]) -> list[tuple[int | None, str]]:
    rows: list[tuple[int | None, str]]
    if by == BY_ROOM:
        rows = [(room.pk, f"{room.number}. {room.name}") for room in Room.objects.all()]
        return [*rows, (None, _("without a room"))] if None in keys else rows
    shown = Q(pk__in=[key for key in keys if key is not None])
    if not permissions.may_read_all(user):
        shown |= Q(pk__in=permissions.own_organisations(user))
    organisations = Organisation.objects.filter(shown).distinct()
    rows = [(one.pk, one.name) for one in organisations]
    return [*rows, (None, _("without a provider"))] if None in keys else rows


def bookings_of(slot: Slot) -> dict[str, int]:
    """People by state, for one slot: figures, no names."""
    rows = Booking.objects.filter(slot=slot).order_by().values("state")
    found = rows.annotate(groups=Count("pk"), people=Sum("party_size"))
    return {row["state"]: row["people"] for row in found}
