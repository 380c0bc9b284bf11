"""Reads that the home page, the project and the board need."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core import ports
from core.i18n.dates import hour, short_day
from core.ports import Activity, ActivitySource, Platform
from directory.models import Organisation, OrganisationKind, Room
from home.models.building import BuildingPage
from home.models.events import EventPage
from home.models.landing import HomePage
from home.models.news import NewsPage
from home.models.project import ModelPage, ProjectPage

BOARD_LINES = 6
SIGNPOSTS = (Platform.SERVICES, Platform.PLEBISCITE, Platform.INCUBATOR)
#: How round the left end of the building is, in units of the plan.
ROUND_END = 80
PLATFORM_NAMES = {
    Platform.SERVICES: gettext_lazy("Services"),
    Platform.PLEBISCITE: gettext_lazy("Plebiscite"),
    Platform.INCUBATOR: gettext_lazy("Incubator"),
    Platform.EVENTS: gettext_lazy("Events"),
}


@dataclass(frozen=True)
class BoardRow:
    """A line of the board, in words."""

    day_label: str
    hour_prefix: str
    hour: str
    title: str
    url: str
    summary: str
    platform_number: int
    platform_label: str
    places_label: str
    action_label: str
    is_express: bool
    is_example: bool
    language: str
    places_language: str
    moment: datetime.datetime | None


def board_rows(
    *, language: str, now: datetime.datetime, limit: int = BOARD_LINES
) -> list[BoardRow]:
    """What is open, the soonest first; one line without a date keeps its place at the end."""
    activities = [
        activity
        for source in ports.activity
        for activity in source.open_now(language=language, now=now)
    ]
    dated = sorted((item for item in activities if item.moment), key=_moment)
    undated = sorted((item for item in activities if not item.moment), key=lambda item: item.title)
    lines = _varied(dated, limit - 1 if undated else limit) + undated[:1]
    return [_row(item, now) for item in lines]


def _varied(dated: list[Activity], limit: int) -> list[Activity]:
    """The soonest of each platform first get a line, then whatever is soonest."""
    first = {item.platform: item for item in reversed(dated)}
    chosen = list(first.values())[:limit]
    for item in dated:
        if len(chosen) >= limit:
            break
        if item not in chosen:
            chosen.append(item)
    return sorted(chosen, key=_moment)


def _moment(item: Activity) -> datetime.datetime:
    assert item.moment is not None
    return item.moment


def _row(item: Activity, now: datetime.datetime) -> BoardRow:
    moment = timezone.localtime(item.moment) if item.moment else None
    return BoardRow(
        day_label=_day_label(moment, now) if moment else item.availability,
        hour_prefix=(
            pgettext("hour on the board", "from")
            if item.starts_at
            else (pgettext("hour on the board", "until") if moment else "")
        ),
        hour=hour(moment) if moment else "",
        title=item.title,
        url=item.url,
        summary=item.summary,
        platform_number=int(item.platform),
        platform_label=str(PLATFORM_NAMES[item.platform]),
        places_label=item.capacity,
        action_label=item.action,
        is_express=item.is_urgent,
        is_example=item.is_example,
        language=item.language,
        places_language=item.capacity_language,
        moment=moment,
    )


def _day_label(moment: datetime.datetime, now: datetime.datetime) -> str:
    days = (moment.date() - timezone.localtime(now).date()).days
    label = short_day(moment)
    if days == 0:
        return _("today, %(day)s") % {"day": label}
    if days == 1:
        return _("tomorrow, %(day)s") % {"day": label}
    return label


def urgent_platform(rows: list[BoardRow]) -> int:
    """Which signpost is the red one: that of the first express line of the board, else of the
    first line that has a signpost at all, else the services.
    """
    with_signpost = [row for row in rows if row.platform_number in SIGNPOSTS]
    express = [row for row in with_signpost if row.is_express]
    first = next(iter([*express, *with_signpost]), None)
    return first.platform_number if first else int(Platform.SERVICES)


def _other(event: EventPage, language: str) -> str:
    """The language of an event's words where it is not `language`."""
    return event.text_language if event.text_language != language else ""


class EventActivity(ActivitySource):
    """Events on the board."""

    def open_now(self, *, language: str, now: datetime.datetime) -> Iterable[Activity]:
        events = (
            EventPage.objects.live()
            .filter(locale__language_code=language, is_cancelled=False)
            .upcoming(now)
            .select_related("room", "locale", "alias_of__locale")[: BOARD_LINES * 2]
        )
        coming = [event for event in events if event.nearest.starts_at > now]
        for event in sorted(coming, key=lambda one: one.nearest.starts_at)[:BOARD_LINES]:
            yield Activity(
                platform=Platform.EVENTS,
                title=event.title,
                url=event.get_url() or "",
                summary=event.lead,
                starts_at=event.nearest.starts_at,
                capacity=event.cost or _("free entry"),
                action=_("See"),
                is_example=event.is_example,
                language=_other(event, language),
                capacity_language=_other(event, language) if event.cost else "",
            )


@dataclass(frozen=True)
class CalendarDay:
    """One day of the month with what is on; days of other months are empty and not `inside`."""

    date: datetime.date
    inside: bool
    is_today: bool
    entries: list[tuple[datetime.datetime, EventPage]]


def month_of_events(
    events: Iterable[EventPage], *, first: datetime.date, today: datetime.date, base: str
) -> dict[str, Any]:
    """The month that begins on `first`, in whole weeks from Monday on, with ways to others."""
    after = _next_month(first)
    entries: dict[datetime.date, list[tuple[datetime.datetime, EventPage]]] = {}
    for event in events:
        for one in event.occurrences():
            moment = timezone.localtime(one.starts_at)
            if first <= moment.date() < after:
                entries.setdefault(moment.date(), []).append((moment, event))
    start = first - datetime.timedelta(days=first.weekday())
    length = (after - start).days
    days = [start + datetime.timedelta(days=n) for n in range(length + -length % 7)]
    before = (first - datetime.timedelta(days=1)).replace(day=1)
    return {
        "first": first,
        "days": [
            CalendarDay(
                day, first <= day < after, day == today,
                sorted(entries.get(day, []), key=lambda pair: (pair[0], pair[1].pk)),
            )
            for day in days
        ],
        "is_empty": not entries,
        "before": before,
        "after": after,
        "before_url": f"{base}{before.year}/{before.month}/",
        "after_url": f"{base}{after.year}/{after.month}/",
    }  # fmt: skip


def _next_month(first: datetime.date) -> datetime.date:
    return (first + datetime.timedelta(days=32)).replace(day=1)


def home_sections(page: HomePage) -> dict[str, Any]:
    """Everything the home page shows, in a bounded number of queries."""
    now = timezone.now()
    language = page.locale.language_code
    rows = board_rows(language=language, now=now)
    rooms = list(Room.objects.all())
    project = ProjectPage.objects.child_of(page).live().first()
    return {
        "board_rows": rows,
        "urgent_platform": urgent_platform(rows),
        "board_time": timezone.localtime(now),
        "news": (
            NewsPage.objects.live()
            .filter(locale=page.locale)
            .select_related("locale")
            .order_by("-date", "-pk")[:3]
        ),
        "building": BuildingPage.objects.child_of(page).live().first(),
        "rooms": rooms,
        "floors": floors(rooms),
        "project": project,
        "timeline": project.timeline.all() if project else [],
        "models": ModelPage.objects.child_of(project).live() if project else [],
    }


@dataclass(frozen=True)
class PlanRoom:
    """A room as the plan draws it: its outline and where its number stands."""

    number: int
    name: str
    outline: str
    middle_x: int
    middle_y: int


@dataclass(frozen=True)
class Floor:
    """One floor with its rooms; 0 is the ground floor."""

    level: int
    rooms: list[PlanRoom]


def floors(rooms: Iterable[Room]) -> list[Floor]:
    """The plan of the building, the ground floor first. Its left end is round."""
    by_level: dict[int, list[Room]] = {}
    for room in rooms:
        by_level.setdefault(room.floor, []).append(room)
    return [
        Floor(
            level,
            [
                PlanRoom(
                    room.number,
                    room.name,
                    _outline(room, is_end=room.plan_x == min(one.plan_x for one in found)),
                    room.plan_x + room.plan_width // 2,
                    room.plan_y + room.plan_height // 2,
                )
                for room in found
            ],
        )
        for level, found in sorted(by_level.items(), key=lambda pair: (pair[0] < 0, abs(pair[0])))
    ]


def _outline(room: Room, *, is_end: bool) -> str:
    """The outline as an SVG path, clockwise from the top."""
    left, top = room.plan_x, room.plan_y
    right, bottom = left + room.plan_width, top + room.plan_height
    bow = min(ROUND_END, room.plan_height // 2, room.plan_width) if is_end else 0
    if not bow:
        return f"M{left} {top}H{right}V{bottom}H{left}Z"
    return (
        f"M{left + bow} {top}H{right}V{bottom}H{left + bow}"
        f"A{bow} {bow} 0 0 1 {left} {bottom - bow}V{top + bow}"
        f"A{bow} {bow} 0 0 1 {left + bow} {top}Z"
    )


def money_rows(project: ProjectPage) -> list[tuple[str, Decimal]]:
    """Where the money came from, as a table that adds up."""
    return [
        (_("European Union"), project.value_eu),
        (_("State budget"), project.value_state),
        (_("Funding together"), project.value_funding),
        (_("Partners’ own contribution"), project.value_own),
        (_("Value of the project"), project.value_total),
    ]


PARTNER_ORDER = [
    OrganisationKind.LEADER,
    OrganisationKind.CITY,
    OrganisationKind.PARTNER,
    OrganisationKind.SCIENCE,
    OrganisationKind.MEMBER,
    OrganisationKind.OTHER,
]


def organisation_groups() -> list[tuple[str, list[Organisation]]]:
    """Organisations by the part they play, the leader first."""
    rows = list(Organisation.objects.select_related("logo"))
    groups = ((kind, [row for row in rows if row.kind == kind]) for kind in PARTNER_ORDER)
    return [(str(kind.label), found) for kind, found in groups if found]
