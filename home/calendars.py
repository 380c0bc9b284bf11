"""Events as calendar files (RFC 5545)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from icalendar import Calendar, Event

from core.i18n.dates import TOWN_TIME
from home.models.events import EventPage


def calendar_of(events: Iterable[EventPage]) -> Calendar:
    """One calendar; times in UTC, identifiers that stay when an event is edited."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Hajnówka OdNowa//Wydarzenia//PL")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", "Hajnówka OdNowa")
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    for page in events:
        event = Event()
        event.add("uid", f"event-{page.translation_key}@hajnowka-odnowa")
        event.add("dtstamp", _utc(page.last_published_at or timezone.now()))
        event.add("last-modified", _utc(page.last_published_at or timezone.now()))
        _add_times(event, page)
        event.add("summary", page.title)
        event.add("description", page.lead)
        event.add("location", page.where)
        event.add("url", page.full_url)
        event.add("status", "CANCELLED" if page.is_cancelled else "CONFIRMED")
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar


def _add_times(event: Event, page: EventPage) -> None:
    rule = page.rule
    if rule is None:
        event.add("dtstart", _utc(page.starts_at))
        event.add("dtend", _utc(page.ends_at))
        return
    # What comes again keeps its hour when summer time begins: its times are the town's.
    start = page.occurrences()[0]
    event.add("dtstart", start.starts_at.astimezone(TOWN_TIME))
    event.add("dtend", start.ends_at.astimezone(TOWN_TIME))
    event.add("rrule", rule.as_calendar_rule(page.starts_at))
    hour = start.starts_at.astimezone(TOWN_TIME).timetz()
    for day in sorted(rule.skipped):
        event.add("exdate", datetime.datetime.combine(day, hour))


def calendar_response(events: Iterable[EventPage], name: str) -> HttpResponse:
    """The calendar as a download named `name`.ics."""
    response = HttpResponse(
        calendar_of(events).to_ical(), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


def _utc(moment: datetime.datetime) -> datetime.datetime:
    return moment.astimezone(datetime.UTC)
