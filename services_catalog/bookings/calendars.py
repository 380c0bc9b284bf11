"""Bookings as calendar files (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from django.conf import settings
from icalendar import Calendar, Event


def calendar_text(bookings: Iterable[Any], language: str, *, is_cancelled: bool = False) -> str:
    """One calendar file. Times in UTC; the identifier of a booking never changes, and what
    cancels it has a higher SEQUENCE than what announced it.
    """
    from core.clock import database_now
    from services_catalog.bookings.notices import service_name

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Hajnówka OdNowa//Rezerwacje//PL")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if is_cancelled else "PUBLISH")
    now = database_now()
    for booking in bookings:
        slot = booking.slot
        event = Event()
        event.add("uid", f"booking-{booking.pk}@hajnowka-odnowa")
        event.add("dtstamp", now.astimezone(UTC))
        event.add("sequence", slot.sequence + (1 if is_cancelled else 0))
        event.add("dtstart", slot.starts_at.astimezone(UTC))
        event.add("dtend", slot.ends_at.astimezone(UTC))
        event.add("summary", service_name(slot.service, language))
        if slot.room is not None:
            event.add("location", f"{settings.WAGTAIL_SITE_NAME}, {slot.room.name}")
        event.add("description", booking.number)
        event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
        calendar.add_component(event)
    return str(calendar.to_ical().decode())
