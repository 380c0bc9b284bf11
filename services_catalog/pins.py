"""Number and PIN on paper, for whoever has no e-mail address. Only the hash of a PIN is kept."""

from __future__ import annotations

import secrets
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from services_catalog.models.contact import Contact

PIN_TRIES = 5
_NO_PIN = make_password("")

Found = TypeVar("Found", bound=Contact)


def draw_pin() -> str:
    """Eight digits for the paper slip."""
    return f"{secrets.randbelow(10**8):08d}"


def pin_of(key: UUID) -> str:
    """Eight digits for a request with this key: sent twice, it shows the same ones.

    They follow from the key and the site's secret, so nobody reads them from the database.
    """
    digest = salted_hmac("services.pin", str(key), algorithm="sha256").hexdigest()
    return f"{int(digest, 16) % 10**8:08d}"


def find_by_pin(contacts: QuerySet[Found], pin: str) -> Found | None:
    """The one contact of `contacts` if the PIN is its own. Wrong tries are counted; five lock it.

    Unknown numbers, which give no contact, cost as much time as known ones.
    """
    pin = "".join(sign for sign in pin if sign.isdigit())
    with transaction.atomic():
        contact = contacts.select_for_update(of=("self",)).first()
        kept = contact.pin_hash if contact and contact.pin_tries < PIN_TRIES else ""
        fits = check_password(pin, kept or _NO_PIN)
        if contact is None or not kept:
            return None
        contact.pin_tries = 0 if fits else contact.pin_tries + 1
        contact.save(update_fields=["pin_tries"])
        return contact if fits else None
