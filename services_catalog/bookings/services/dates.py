"""Changes of a date that concern those who have booked it: places, time, calling off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from core import pagecache
from core.clock import database_now
from core.transitions import Refused
from core.transitions import transition as change_state
from services_catalog.bookings import seats, states
from services_catalog.bookings.models import Booking
from services_catalog.bookings.services.telling import tell_called_off, tell_changed
from services_catalog.timetable import services as timetable
from services_catalog.timetable.models import Slot


def change_capacity(slot: Slot, capacity: int, actor: Any) -> Slot:
    """Sets the number of places of a date; those in the queue get what has come free.

    Never below what is booked and held: Refused says how many that is.
    """
    with seats.short_transaction():
        locked = seats.lock_slots([slot.pk])[slot.pk]
        now = database_now()
        seats.settle(locked, now)
        changed = timetable.move_slot(locked, "set_capacity", actor=actor, capacity=capacity)
        seats.settle(changed, now)
    return changed


def reopen_slot(slot: Slot, actor: Any) -> Slot:
    """The date takes bookings again, those in the queue first."""
    with seats.short_transaction():
        seats.lock_slots([slot.pk])
        changed = timetable.move_slot(slot, "reopen", actor=actor)
        seats.settle(changed, database_now())
    return changed


def edit_slot(slot: Slot, actor: Any, **values: Any) -> tuple[Slot, list[Booking]]:
    """Changes time, place or terms of a date and tells everybody who comes or waits.

    Gives the date, and those who have to be called because no mail reaches them.
    """
    without: list[Booking] = []
    with seats.short_transaction():
        before = seats.lock_slots([slot.pk])[slot.pk]
        old = (before.starts_at, before.ends_at, before.room_id)
        changed = timetable.edit_slot(before, actor=actor, **values)
        if changed.starts_at < old[0]:
            _end_by_its_beginning(changed)
        if (changed.starts_at, changed.ends_at, changed.room_id) != old:
            without = tell_changed(changed, old[0])
        seats.settle(changed, database_now())
    return changed, without


def _end_by_its_beginning(slot: Slot) -> None:
    """Of a date that now begins sooner: nobody answers for a place after that."""
    ends = 0
    for state, name in ((states.OFFERED, "offer_until"), (states.UNCONFIRMED, "hold_until")):
        rows = slot.bookings.filter(state=state, **{f"{name}__gt": slot.starts_at})
        ends += rows.update(**{name: slot.starts_at})
    if ends:
        pagecache.changed(at=slot.starts_at)


def cancel_slots(
    slots: Sequence[Slot], actor: Any, reason: str
) -> tuple[list[Slot], list[Booking]]:
    """Calls off dates with all their bookings; each address gets one mail about all of them.

    Gives the dates, and the bookings of people who have to be called because no mail reaches them.
    """
    told: dict[str, list[Booking]] = {}
    without = []
    with seats.short_transaction():
        locked = seats.lock_slots(slot.pk for slot in slots)
        done = []
        for number in sorted(locked):
            slot = locked[number]
            rows = slot.bookings.live().select_related("contact").order_by("number")
            for booking in rows:
                called_off = change_state(booking, "call_off", actor=actor)
                if not called_off.contact.email:
                    without.append(called_off)
                elif booking.state not in states.UNPROVEN:
                    told.setdefault(called_off.contact.email, []).append(called_off)
            found = seats.count(slot)
            if found.booked:
                # Places of people marked as having come: the date has taken place.
                raise Refused(_("Somebody has been marked as present. Take the marks back first."))
            Slot.objects.filter(pk=slot.pk).update(booked=0, held=0)
            done.append(timetable.move_slot(slot, "cancel", actor=actor, reason=reason))
        for email, bookings in told.items():
            # In the language that the person used last.
            language = max(bookings, key=lambda one: one.created_at).language
            tell_called_off(email, language, bookings, reason)
    return done, without
