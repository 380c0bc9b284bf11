"""What a person has booked, in their own calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services_catalog.bookings import states
from services_catalog.bookings.models import Booking
from services_catalog.timetable.feeds import CANCELLED, CONFIRMED, TENTATIVE, Mine

#: Nothing was ever promised in these.
LEFT_OUT = (*states.UNPROVEN, states.EXPIRED)
SURE = (states.CONFIRMED, states.ATTENDED, states.NO_SHOW)


def booked_slots(user: Any, since: datetime) -> Iterable[Mine]:
    """A person's bookings, with the identifier that the files in their mail have."""
    bookings = (
        Booking.objects.of_person(user)
        .exclude(state__in=LEFT_OUT)
        .filter(slot__ends_at__gt=since)
        .select_related("slot__service__locale", "slot__room")
    )
    for booking in bookings:
        if booking.state in SURE:
            status = CONFIRMED
        else:
            status = TENTATIVE if booking.state in states.LIVE else CANCELLED
        yield Mine(
            slot=booking.slot,
            status=status,
            uid=f"booking-{booking.pk}@hajnowka-odnowa",
            note=f"{booking.number}: {booking.state_label}",
            sequence=1 if status == CANCELLED else 0,
        )
