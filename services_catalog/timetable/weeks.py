"""The week and the day as readers of one language see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.clock import database_now
from core.i18n.dates import in_town
from core.i18n.sorting import sort_key
from core.ports import Registry
from core.worktime import holidays
from directory.models import ClosedDay, Room, TargetGroup
from services_catalog.models.service import ServiceMode
from services_catalog.selectors.services import service_url, translations
from services_catalog.timetable import selectors
from services_catalog.timetable.models import Slot
from services_catalog.timetable.recurrence import day_bounds, town_day

#: Whoever keeps bookings: gives the places of each slot that newcomers can have at a moment.
free_places: Registry[Callable[[list[Slot], datetime], dict[int, int]]] = Registry()

DAY, ROOM, GROUP = "dzien", "sala", "dla"
#: How far ahead and back the addresses of weeks lead; beyond there is nothing to see.
WEEKS_BACK, WEEKS_AHEAD = 5, 60


@dataclass(frozen=True)
class Entry:
    """One slot in words."""

    slot: Slot
    title: str
    language: str
    url: str
    starts_at: datetime
    ends_at: datetime
    places: str
    free: int
    is_bookable: bool
    is_over: bool

    @property
    def is_cancelled(self) -> bool:
        return self.slot.is_cancelled

    @property
    def room(self) -> str:
        return self.slot.room.name if self.slot.room else ""

    @property
    def book_url(self) -> str:
        """Where places on it are booked or waited for; empty where nobody can."""
        return reverse("services:book", args=[self.slot.uuid]) if self.is_bookable else ""

    @property
    def status(self) -> str:
        """`eventStatus` of schema.org."""
        return f"https://schema.org/Event{'Cancelled' if self.is_cancelled else 'Scheduled'}"


@dataclass(frozen=True)
class Day:
    """One day of a week."""

    day: date
    entries: list[Entry]
    closed: list[str] = field(default_factory=list)
    is_today: bool = False


@dataclass(frozen=True)
class Link:
    """A choice that is a link."""

    label: str
    url: str
    is_selected: bool = False


def entries_of(slots: Iterable[Slot], language: str, now: datetime) -> list[Entry]:
    """The slots in words; a query for the translations, one for their bookings."""
    slots = list(slots)
    texts = translations(language)
    free = {slot.pk: slot.capacity for slot in slots}
    for source in free_places:
        free.update(source(slots, now))
    found = []
    for slot in slots:
        text = texts.get(slot.service.translation_key, slot.service)
        found.append(
            Entry(
                slot=slot,
                title=text.name,
                language=text.text_language,
                url=service_url(slot.service.slug, language),
                starts_at=timezone.localtime(slot.starts_at),
                ends_at=timezone.localtime(slot.ends_at),
                places=places(slot, now, free=free[slot.pk]),
                free=free[slot.pk],
                is_bookable=slot.is_bookable(now) and slot.service.mode == ServiceMode.SLOTS,
                is_over=slot.ends_at <= now,
            )
        )
    return found


def places(slot: Slot, now: datetime, *, free: int) -> str:
    """How one gets in, in a few words."""
    if slot.is_cancelled:
        return _("cancelled")
    if slot.ends_at <= now:
        return _("over")
    if slot.service.mode == ServiceMode.WALK_IN:
        return _("just come")
    if slot.service.mode != ServiceMode.SLOTS:
        return ""
    if not slot.is_bookable(now):
        return _("no more bookings") if slot.book_until <= now else _("no bookings yet")
    if free <= 0:
        return _("no free places")
    return ngettext("%(number)s free place", "%(number)s free places", free) % {"number": free}


def chosen_monday(text: str, today: date) -> date:
    """The Monday of the week that an address names; of this week for whatever makes no sense."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    this = selectors.monday_of(today)
    monday = selectors.monday_of(day) if date.min < day < date(9000, 1, 1) else this
    first, last = this - timedelta(weeks=WEEKS_BACK), this + timedelta(weeks=WEEKS_AHEAD)
    return min(max(monday, first), last)


def default_monday(now: datetime, *, service: Any = None) -> date:
    """The Monday of the week shown first: the coming one, once this week has nothing left."""
    monday = selectors.monday_of(town_day(now))
    rows = selectors.slots_of_week(monday, service=service).filter(ends_at__gt=now)
    return monday if rows.exists() else monday + timedelta(weeks=1)


def week(
    params: Mapping[str, str], *, language: str, base_url: str, service: Any = None
) -> dict[str, Any]:
    """What a page with a week shows: the days, and links to other weeks, rooms and groups.

    The number of queries does not depend on how much there is.
    """
    now = database_now()
    today = town_day(now)
    default = default_monday(now, service=service)
    monday = chosen_monday(params[DAY], today) if params.get(DAY) else default
    rooms = [] if service else list(Room.objects.order_by("number"))
    groups = [] if service else list(TargetGroup.objects.all())
    room = next((one for one in rooms if one.slug == params.get(ROOM, "")), None)
    group = next((one for one in groups if one.slug == params.get(GROUP, "")), None)
    slots = selectors.slots_of_week(monday, service=service, room=room, group=group)
    entries = entries_of(slots, language, now)
    links = _Links(base_url, monday, default, room, group)
    return {
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "days": _days(monday, today, entries, room),
        "is_this_week": monday == selectors.monday_of(today),
        "is_empty": not entries,
        "previous_url": links.week(monday - timedelta(weeks=1)),
        "next_url": links.week(monday + timedelta(weeks=1)),
        "this_url": links.week(selectors.monday_of(today)),
        "rooms": links.rooms(rooms),
        "groups": links.groups(groups),
        "room": room,
        "group": group,
    }


def _days(monday: date, today: date, entries: list[Entry], room: Any) -> list[Day]:
    closed = list(ClosedDay.objects.between(monday, monday + timedelta(days=6)))
    found = []
    for number in range(7):
        day = monday + timedelta(days=number)
        start, end = day_bounds(day)
        reasons = [
            row.name
            for row in closed
            if row.starts_on <= day <= row.ends_on
            and row.room_id in {None, room.pk if room else None}
        ]
        if day in holidays(day.year):
            reasons.append(_("public holiday"))
        today_s = [one for one in entries if one.starts_at < end and one.ends_at > start]
        # What began the day before stands on its first day alone, but for the first of the week.
        today_s = [one for one in today_s if in_town(one.starts_at) >= start or number == 0]
        found.append(Day(day, today_s, reasons, day == today))
    return found


class _Links:
    """Addresses of the timetable with one thing changed."""

    def __init__(self, base_url: str, monday: date, this: date, room: Any, group: Any) -> None:
        self.base_url, self.this = base_url, this
        self.chosen = {
            DAY: "" if monday == this else monday.isoformat(),
            ROOM: room.slug if room else "",
            GROUP: group.slug if group else "",
        }

    def week(self, monday: date) -> str:
        return self._url({DAY: "" if monday == self.this else monday.isoformat()})

    def rooms(self, rooms: list[Room]) -> list[Link]:
        names = [(room.slug, f"{room.number}. {room.name}") for room in rooms]
        return self._choices(ROOM, _("all rooms"), names)

    def groups(self, groups: list[TargetGroup]) -> list[Link]:
        names = sorted(((one.slug, one.name) for one in groups), key=lambda pair: sort_key(pair[1]))
        return self._choices(GROUP, _("for everybody"), names)

    def _choices(self, key: str, everything: str, names: list[tuple[str, str]]) -> list[Link]:
        return [
            Link(label, self._url({key: value}), self.chosen[key] == value)
            for value, label in [("", everything), *names]
        ]

    def _url(self, changed: dict[str, str]) -> str:
        params = {name: value for name, value in {**self.chosen, **changed}.items() if value}
        return f"{self.base_url}?{urlencode(params)}" if params else self.base_url


def board(*, language: str) -> dict[str, Any]:
    """What the screen in the hall shows: what is on, what comes today, else the next day."""
    now = database_now()
    today = town_day(now)
    slots = list(selectors.slots_of_day(today))
    entries = [one for one in entries_of(slots, language, now) if not one.is_over]
    day = today
    if not entries:
        following = (
            Slot.objects.public()
            .filter(starts_at__gt=now)
            .exclude(state="cancelled")
            .order_by("starts_at")
            .values_list("starts_at", flat=True)
            .first()
        )
        if following is not None:
            day = town_day(following)
            entries = entries_of(selectors.slots_of_day(day), language, now)
    closed = ClosedDay.objects.between(today, today).filter(room=None)
    return {
        "now": timezone.localtime(now),
        "day": day,
        "is_today": day == today,
        "entries": entries,
        "closed": [row.name for row in closed],
        "running": {one.slot.pk for one in entries if one.starts_at <= now},
    }
