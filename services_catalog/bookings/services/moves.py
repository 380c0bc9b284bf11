"""Moves of bookings, and what they mean for the others who want the date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core import pagecache
from core.clock import database_now
from core.locks import advisory_lock
from core.transitions import transition as change_state
from services_catalog.bookings import notices, seats, states
from services_catalog.bookings.models import Booking

#: Moves into and out of the queue. The counters of the date may stay as they are; the number of
#: free places that readers see does not.
QUEUE_MOVES = frozenset({"queue", "leave", "cancel_for"})


def move(booking: Booking, verb: str, *, actor: Any, **context: Any) -> Booking:
    """One move of the table, and what it means for the others who want the date.

    Raises what `core.transitions.transition` raises, and `seats.Busy`.
    """
    return _move_all([booking], verb, actor=actor, **context)[0]


def confirm(booking: Booking, *, actor: Any) -> Booking:
    """The address is right: the held places are booked, or the place in the queue is taken.

    For a package all of its bookings.
    """
    if booking.state == states.UNCONFIRMED:
        return move(booking, "queue", actor=actor)
    held = list(notices.together_with(booking).filter(state=states.HELD))
    others = [one for one in held if one.pk != booking.pk]
    return _move_all([*others, booking], "confirm", actor=actor)[-1]


def cancel_bundle(booking: Booking, *, actor: Any) -> None:
    """Gives up every booking of a package that still can be cancelled, all or none."""
    rows = notices.together_with(booking).filter(state__in=(states.HELD, states.CONFIRMED))
    _move_all(list(rows), "cancel", actor=actor)


def give_up(booking: Booking, *, actor: Any) -> Booking:
    """Cancels, leaves the queue or declines, whichever the state allows by now."""
    with seats.short_transaction():
        seats.lock_slots([booking.slot_id])
        state = Booking.objects.values_list("state", flat=True).get(pk=booking.pk)
        verb = {
            states.UNCONFIRMED: "leave", states.WAITING: "leave", states.OFFERED: "decline",
        }.get(state, "cancel")  # fmt: skip
        return move(booking, verb, actor=actor)


def _move_all(
    bookings: Sequence[Booking], verb: str, *, actor: Any, **context: Any
) -> list[Booking]:
    with seats.short_transaction():
        if verb in {"confirm", "confirm_for", "accept", "accept_for"}:
            # Only one at a time of a person's dates becomes booked, so that no two overlap.
            for key in sorted({booking.person_key for booking in bookings} - {""}):
                advisory_lock("services.bookings.person", key)
        slots = seats.lock_slots(booking.slot_id for booking in bookings)
        moved = [change_state(booking, verb, actor=actor, **context) for booking in bookings]
        if verb in QUEUE_MOVES:
            pagecache.changed()
        now = database_now()
        for number in sorted(slots):
            seats.settle(slots[number], now)
    return moved
