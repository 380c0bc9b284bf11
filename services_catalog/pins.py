"""Number and PIN on paper, for whoever has no e-mail address. Only the hash of a PIN is kept."""

from __future__ import annotations

import secrets
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.crypto import salted_hmac

PIN_TRIES = 5
_NO_PIN = make_password("")

Contact = TypeVar("Contact", bound=Model)


def draw_pin() -> str:
    """Eight digits for the paper slip."""
    return f"{secrets.randbelow(10**8):08d}"


def pin_of(key: UUID) -> str:
    """Eight digits for a request with this key: sent twice, it shows the same ones.

    They follow from the key and the site's secret, so nobody reads them from the database.
    """
    digest = salted_hmac("services.pin", str(key), algorithm="sha256").hexdigest()
    return f"{int(digest, 16) % 10**8:08d}"


def find_by_pin(contacts: QuerySet[Contact], pin: str) -> Contact | None:
    """The one contact of `contacts` if the PIN is its own. Wrong tries are counted; five lock it.

    Unknown numbers, which give no contact, cost as much time as known ones.
    """
    pin = "".join(sign for sign in pin if sign.isdigit())
    with transaction.atomic():
        contact = contacts.select_for_update(of=("self",)).first()
        kept: str = getattr(contact, "pin_hash", "")
        known = contact is not None and bool(kept) and contact.pin_tries < PIN_TRIES  # type: ignore[attr-defined]
        fits = check_password(pin, kept if known else _NO_PIN) and known
        if contact is None or not known:
            return None
        contact.pin_tries = 0 if fits else contact.pin_tries + 1  # type: ignore[attr-defined]
        contact.save(update_fields=["pin_tries"])
        return contact if fits else None
