"""Mail about bookings that no move of the table writes, and who has to be called instead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core.audit import record
from core.outbox import queue_mail
from core.transitions import NotAllowed, Refused
from services_catalog.bookings import notices, rules, seats, states
from services_catalog.bookings.calendars import calendar_text
from services_catalog.bookings.models import Booking
from services_catalog.cases.permissions import may_work
from services_catalog.timetable.models import Slot


def order_key(booking: Booking) -> str:
    """Mail of one booking leaves in the order it was written; as `transition` names it."""
    return f"services_catalog.booking/{booking.pk}"


def remind(booking: Booking, now: datetime) -> Booking:
    """Tells the owner of the address what there is already; at most once a minute."""
    verb = {states.HELD: "hold", states.UNCONFIRMED: "ask"}.get(booking.state)
    values = notices.about(booking)
    if verb is None or booking.hold_until is None:
        template = "bookings/already"
        values["link"] = notices.follow_path(booking)
        values["give_up"] = notices.give_up_path(booking)
    else:
        template = "bookings/confirm" if verb == "hold" else "bookings/confirm_queue"
        values["confirm"] = notices.confirm_path(booking, booking.hold_until - now)
        values["until"] = booking.hold_until
    queue_mail(
        template,
        booking.contact.email,
        values,
        dedupe_key=f"booking:{booking.pk}:again:{now:%Y%m%d%H%M}",
        language=booking.language,
        order_key=order_key(booking),
        is_secret=True,
    )
    return booking


def tell_changed(slot: Slot, started: datetime) -> list[Booking]:
    """Writes to those who have an address; gives those who have none."""
    without = []
    rows = slot.bookings.filter(state__in=(states.CONFIRMED, states.WAITING, states.OFFERED))
    for booking in rows.select_related("contact").order_by("number"):
        if not booking.contact.email:
            without.append(booking)
            continue
        booking.slot = slot
        values = notices.about(booking)
        is_booked = booking.state == states.CONFIRMED
        queue_mail(
            "bookings/moved",
            booking.contact.email,
            {
                **values,
                "before": started,
                "link": notices.follow_path(booking),
                "give_up": notices.give_up_path(booking),
                "calendar": calendar_text([booking], booking.language) if is_booked else "",
            },
            dedupe_key=f"booking:{booking.pk}:moved:{slot.sequence}",
            language=booking.language,
            order_key=order_key(booking),
            is_secret=True,
        )
    return without


def tell_called_off(email: str, language: str, bookings: list[Booking], reason: str) -> None:
    """One mail about every date that an address had, in one language."""
    for booking in bookings:
        booking.title = notices.service_name(booking.slot.service, language)  # type: ignore[attr-defined]
    first = bookings[0]
    queue_mail(
        "bookings/called_off",
        email,
        {
            "contact": first.contact,
            "bookings": sorted(bookings, key=lambda one: one.slot.starts_at),
            "reason": reason,
            "calendar": calendar_text(bookings, language, is_cancelled=True),
        },
        dedupe_key=f"booking:{first.pk}:called_off",
        language=language,
        order_key=order_key(first),
        is_secret=True,
    )


def message_everybody(
    slot: Slot, *, actor: Any, states_told: Iterable[str], text: str, message_key: UUID
) -> tuple[int, list[Booking]]:
    """Mails those who wait (or come): gives how many were written to, and who has no address.

    The same `message_key` writes once to each.
    """
    if not rules.host(actor, Booking(slot=slot)) and not may_work(actor):
        raise NotAllowed
    if not text.strip():
        raise Refused(_("Write the message first."), field="text")
    number, without = 0, []
    with seats.short_transaction():
        seats.lock_slots([slot.pk])
        rows = slot.bookings.filter(state__in=list(states_told)).select_related("contact")
        for booking in rows.order_by("queue_no", "number"):
            contact = getattr(booking, "contact", None)
            if contact is None or not contact.email:
                without.append(booking)
                continue
            queue_mail(
                "bookings/message",
                contact.email,
                {
                    **notices.about(booking),
                    "text": text.strip(),
                    "link": notices.follow_path(booking),
                    "give_up": notices.give_up_path(booking),
                },
                dedupe_key=f"booking:{booking.pk}:message:{message_key}",
                language=booking.language,
                order_key=order_key(booking),
                is_secret=True,
            )
            number += 1
        record(slot, "message", actor=actor)
    return number, without
