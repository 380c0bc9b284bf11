"""For whoever has no e-mail address, or has lost the link: PIN and number."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from core.actors import VISITOR
from core.audit import record
from core.clock import database_now
from services_catalog import pins
from services_catalog.bookings import states
from services_catalog.bookings.models import Booking, BookingContact
from services_catalog.bookings.services.moves import move
from services_catalog.bookings.services.numbers import normal_number
from services_catalog.bookings.services.telling import remind


def renew_pin(booking: Booking, *, actor: Any) -> str:
    """A new PIN for somebody who has lost theirs or tried too often; gives it, once."""
    pin = pins.draw_pin()
    move(booking, "new_pin", actor=actor, pin_hash=make_password(pin))
    return pin


def find_by_pin(*, number: str, pin: str) -> Booking | None:
    """The booking of a number and its PIN. Wrong tries are counted; five lock the PIN."""
    contacts = BookingContact.objects.select_related("booking__slot__service")
    contact = pins.find_by_pin(contacts.filter(booking__number=normal_number(number)), pin)
    return contact.booking if contact else None


def send_new_link(*, number: str, email: str) -> None:
    """Mails a new link if number and address belong together; the caller learns nothing."""
    booking = (
        Booking.objects.filter(number=normal_number(number), contact__email=email.lower())
        .exclude(state=states.EXPIRED)
        .select_related("slot__service", "contact")
        .first()
    )
    if booking is not None:
        with transaction.atomic():
            record(booking, "send_link", actor=VISITOR)
            remind(booking, database_now())
