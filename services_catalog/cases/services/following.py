"""Ways back to a case: number and PIN, a new link; and who of the staff has looked."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from core.actors import Actor
from core.audit import record
from core.clock import database_now
from core.numbers import BadNumber
from core.outbox import queue_mail
from services_catalog import pins
from services_catalog.cases import notices, states
from services_catalog.cases.models import PersonalDataView, RequestContact, ServiceRequest
from services_catalog.cases.services.moving import move
from services_catalog.cases.services.opening import NUMBERS


def renew_pin(case: ServiceRequest, *, actor: Any) -> str:
    """A new PIN for somebody who has lost theirs or tried too often; gives it, once."""
    pin = pins.draw_pin()
    move(case, "new_pin", actor=actor, pin_hash=make_password(pin))
    return pin


def find_by_pin(*, number: str, pin: str) -> ServiceRequest | None:
    """The case of a number and its PIN. Wrong tries are counted; five lock the PIN."""
    try:
        number = NUMBERS.normalise(number)
    except BadNumber:
        number = ""
    contacts = RequestContact.objects.select_related("case").filter(case__number=number)
    contact = pins.find_by_pin(contacts, pin)
    return contact.case if contact else None


def send_new_link(*, number: str, email: str) -> None:
    """Mails a new link if number and address belong together; the caller learns nothing."""
    try:
        number = NUMBERS.normalise(number)
    except BadNumber:
        return
    case = (
        ServiceRequest.objects.filter(number=number, contact__email=email.lower())
        .exclude(state=states.EXPIRED)
        .first()
    )
    if case is None:
        return
    with transaction.atomic():
        is_confirmed = case.state != states.UNCONFIRMED
        record(case, "send_link", actor=Actor(kind="visitor"))
        queue_mail(
            "services/link" if is_confirmed else "services/confirm",
            case.contact.email,
            {
                "case": case,
                "link": notices.follow_path(case) if is_confirmed else notices.confirm_path(case),
                "due": case.due_at,
            },
            dedupe_key=f"case:{case.pk}:link:{database_now().timestamp()}",
            language=case.language,
            order_key=notices.order_key(case),
            is_secret=True,
        )


def note_view(case: ServiceRequest, *, actor: Any, what: str) -> None:
    """Writes down that somebody of the staff has seen personal data."""
    PersonalDataView.objects.create(case=case, user=actor, what=what)
