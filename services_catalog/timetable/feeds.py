"""Calendars that other programs subscribe to (RFC 5545): of a service, a room, a person.

Times are in UTC, so that no reader needs to know our rules of summer time. A slot keeps its UID for
ever, and SEQUENCE rises with every change that shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from icalendar import Calendar, Event
from icalendar.prop import vDuration

from core.clock import ClockTimestamp, database_now
from core.ports import Registry
from core.references import reference
from core.tokens import TokenRefused, issue, peek, revoke
from core.tokens.access import Reason
from core.tokens.models import AccessToken
from services_catalog.selectors.services import service_url, translations
from services_catalog.timetable import permissions
from services_catalog.timetable.models import Slot

PERSON = "timetable.calendar"
#: How much of the past a calendar still shows.
BACK = timedelta(days=30)
LIFETIME = timedelta(days=3650)
CONFIRMED, TENTATIVE, CANCELLED = "CONFIRMED", "TENTATIVE", "CANCELLED"


@dataclass(frozen=True, kw_only=True)
class Mine:
    """A slot in one person's calendar: which, why, and how sure it is.

    `uid` is for what is not the slot itself but the person's part in it.
    """

    slot: Slot
    status: str = CONFIRMED
    uid: str = ""
    note: str = ""
    sequence: int = 0


#: What belongs into a person's calendar: gives what they have since a moment.
person_sources: Registry[Callable[[Any, datetime], Iterable[Mine]]] = Registry()


def calendar_of(name: str, entries: Iterable[Mine], language: str) -> bytes:
    """The calendar as a file."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Hajnówka OdNowa//Harmonogram//PL")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    # How often to look again: the name of RFC 7986, and the older one that more programs know.
    calendar.add("refresh-interval", vDuration(timedelta(hours=1)), {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    texts = translations(language)
    for entry in entries:
        slot = entry.slot
        text = texts.get(slot.service.translation_key, slot.service)
        event = Event()
        event.add("uid", entry.uid or f"slot-{slot.uuid}@hajnowka-odnowa")
        event.add("dtstamp", _utc(slot.changed_at))
        event.add("last-modified", _utc(slot.changed_at))
        event.add("sequence", slot.sequence + entry.sequence)
        event.add("dtstart", _utc(slot.starts_at))
        event.add("dtend", _utc(slot.ends_at))
        event.add("summary", text.name)
        if slot.room is not None:
            event.add("location", slot.room.name)
        words = [entry.note, slot.note, slot.cancel_reason]
        if description := "\n".join(word for word in words if word):
            event.add("description", description)
        event.add(
            "url", f"{settings.WAGTAILADMIN_BASE_URL}{service_url(slot.service.slug, language)}"
        )
        event.add("status", CANCELLED if slot.is_cancelled else entry.status)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def public_entries(**where: Any) -> list[Mine]:
    """The public slots of a service or a room, cancelled ones too, from a month ago on."""
    since = database_now() - BACK
    slots = (
        Slot.objects.public()
        .filter(ends_at__gt=since, **where)
        .select_related("service__locale", "room")
        .order_by("starts_at", "pk")
    )
    return [Mine(slot=slot) for slot in slots]


def entries_of_person(user: Any) -> list[Mine]:
    """Everything that features have for a person, in order of time."""
    since = database_now() - BACK
    found = [entry for source in person_sources for entry in source(user, since)]
    return sorted(found, key=lambda entry: (entry.slot.starts_at, entry.slot.pk))


def slots_of_own_organisation(user: Any, since: datetime) -> Iterable[Mine]:
    """What the organisations run in whose name somebody works, drafts left out."""
    if not permissions.is_provider(user):
        return
    slots = Slot.objects.public().filter(
        provider__in=permissions.own_organisations(user), ends_at__gt=since
    )
    for slot in slots.select_related("service__locale", "room"):
        yield Mine(slot=slot)


def new_link(user: Any) -> str:
    """A new secret for a person's calendar; those given before are void."""
    revoke(user, purpose=PERSON)
    return issue(PERSON, user, lifetime=LIFETIME, max_uses=None)


def revoke_link(user: Any) -> bool:
    """Void the person's link; tells whether there was one."""
    return revoke(user, purpose=PERSON) > 0


def has_link(user: Any) -> bool:
    """Whether somebody has the link of this person's calendar."""
    target = reference(user)
    return AccessToken.objects.filter(
        object_type=target.type,
        object_id=target.id,
        purpose=PERSON,
        revoked_at=None,
        expires_at__gt=ClockTimestamp(),
    ).exists()


def holder_of(token: str) -> int:
    """The id of the person whose calendar a link opens. Raises TokenRefused."""
    found = peek(token, PERSON)
    if not found.object_id.isdigit():
        raise TokenRefused(Reason.UNKNOWN)
    return int(found.object_id)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
