"""Everything that changes a case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.actors import SYSTEM, Actor
from core.audit import record
from core.clock import database_now
from core.numbers import BadNumber, Scheme, take_number
from core.outbox import queue_mail
from core.transitions import Refused, transition
from services_catalog.cases import rules, states
from services_catalog.cases.models import Channel, RequestContact, ServiceRequest
from services_catalog.models.service import Service

NUMBERS = Scheme("HAJ", "-", (4, 6))


def open_case(
    service: Service,
    *,
    actor: Any,
    name: str,
    text: str,
    email: str = "",
    phone: str = "",
    language: str,
    channel: str = Channel.WEB,
    submission_key: UUID,
    is_example: bool = False,
) -> ServiceRequest:
    """A new case with its number; the same `submission_key` gives the same case again.

    A visitor's address has to be confirmed by a button behind a mailed link, within 72 hours.
    Without an e-mail address, from a signed-in person with that verified address, and when staff
    took it down, the case is confirmed at once.
    """
    found = ServiceRequest.objects.filter(submission_key=submission_key).first()
    if found:
        return found
    with transaction.atomic():
        # Two presses of one button: the second waits here and then finds the first one's case.
        locked = Service.objects.select_for_update(of=("self",), no_key=True).get(pk=service.pk)
        found = ServiceRequest.objects.filter(submission_key=submission_key).first()
        if found:
            return found
        now = database_now()
        person = actor if getattr(actor, "is_authenticated", False) else None
        by_staff = channel != Channel.WEB
        is_confirmed = by_staff or not email or (person and person.email.lower() == email.lower())
        case = ServiceRequest.objects.create(
            number=take_number(NUMBERS, timezone.localtime(now).year),
            service=locked.canonical,
            requester=None if by_staff else person,
            channel=channel,
            language=language,
            text=text,
            state=states.NEW if is_confirmed else states.UNCONFIRMED,
            due_at=rules.due_from(now),
            submission_key=submission_key,
            is_example=is_example,
        )
        RequestContact.objects.create(case=case, name=name, email=email, phone=phone)
        record(case, "open", actor=actor, to_state=case.state)
        if email:
            _welcome(case, email, is_confirmed=bool(is_confirmed))
    return case


def _welcome(case: ServiceRequest, email: str, *, is_confirmed: bool) -> None:
    template = "services/received" if is_confirmed else "services/confirm"
    link = rules.follow_path(case) if is_confirmed else rules.confirm_path(case)
    queue_mail(
        template,
        email,
        {"case": case, "link": link, "due": case.due_at},
        dedupe_key=f"case:{case.pk}:welcome",
        language=case.language,
        order_key=f"case:{case.pk}",
        is_secret=True,
    )


def move(case: ServiceRequest, verb: str, *, actor: Any, **context: Any) -> ServiceRequest:
    """One move of the table; raises what `core.transitions.transition` raises."""
    return transition(case, verb, actor=actor, **context)


def send_new_link(*, number: str, email: str) -> None:
    """Mails a new link if number and address belong together; the caller learns nothing."""
    try:
        number = NUMBERS.normalise(number)
    except BadNumber:
        return
    case = (
        ServiceRequest.objects.filter(number=number, contact__email__iexact=email)
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
                "link": rules.follow_path(case) if is_confirmed else rules.confirm_path(case),
                "due": case.due_at,
            },
            dedupe_key=f"case:{case.pk}:link:{database_now().timestamp()}",
            language=case.language,
            order_key=f"case:{case.pk}",
            is_secret=True,
        )


def expire_and_close() -> int:
    """What time does to cases: unconfirmed ones expire, answered ones close. Run by the worker."""
    now = database_now()
    due = [
        (case, "expire")
        for case in ServiceRequest.objects.filter(
            state=states.UNCONFIRMED, created_at__lt=now - rules.UNCONFIRMED_FOR
        )[:200]
    ]
    due += [
        (case, "close")
        for case in ServiceRequest.objects.filter(
            state=states.RESOLVED, updated_at__lt=now - rules.CLOSE_AFTER
        )[:200]
    ]
    done = 0
    for case, verb in due:
        try:
            move(case, verb, actor=SYSTEM)
        except Refused:
            continue  # somebody was quicker and the case has moved on
        done += 1
    return done
