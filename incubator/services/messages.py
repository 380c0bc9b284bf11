"""One message of staff to many applicants: looked at first, sent once, stoppable for a while."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.clock import database_now
from core.outbox import forget_mail, queue_mail
from core.transitions import lock_row
from incubator import permissions
from incubator.models import Application, BulkMessage, Call
from incubator.states import State

#: How long the mails wait, so that a mistake can still be stopped.
HELD = timedelta(minutes=10)


@dataclass
class Addressee:
    """One person, with the numbers of the applications the message reaches them for."""

    user: Any
    numbers: list[str] = field(default_factory=list)


def addressees(call: Call, states: Iterable[str]) -> list[Addressee]:
    """Whom a message reaches: everybody who writes in such applications, each once.

    Teams of drafts can be written to as well; who they are is not shown to staff.
    """
    chosen = [state for state in states if state in State.values]
    rows = (
        Application.objects.filter(call=call, state__in=chosen)
        .select_related("organisation")
        .prefetch_related("organisation__memberships__user")
        .order_by("pk")
    )
    found: dict[int, Addressee] = {}
    for row in rows:
        for membership in row.organisation.memberships.all():
            if membership.user.is_active and membership.role in ("owner", "editor"):
                one = found.setdefault(membership.user_id, Addressee(membership.user))
                if row.number:
                    one.numbers.append(row.number)
    return list(found.values())


@transaction.atomic
def send_message(
    call: Call, *, states: Iterable[str], subject: str, text: str, key: UUID, actor: Any
) -> BulkMessage:
    """Write one mail to each person; they leave after `HELD`. The same `key` again sends nothing.

    Raises `PermissionDenied`, `ValidationError`.
    """
    if not permissions.coordinates(actor):
        raise PermissionDenied
    current: Call = lock_row(call)
    earlier = BulkMessage.objects.filter(key=key).first()
    if earlier is not None:
        return earlier
    if not subject.strip() or not text.strip():
        raise ValidationError(_("A message has a subject and a text."))
    states = sorted(set(states) & set(State.values))
    people = addressees(current, states)
    if not people:
        raise ValidationError(_("Nobody would get this message."))
    leaves_at = database_now() + HELD
    made = BulkMessage(
        key=key,
        call=current,
        states=states,
        subject=subject.strip(),
        text=text.strip(),
        people=len(people),
        by=actor.pk,
        leaves_at=leaves_at,
    )
    made.full_clean(exclude=["written_at"])
    made.save()
    for one in people:
        queue_mail(
            "incubator/message",
            one.user.email,
            mail_context(current, made.subject, made.text, one),
            dedupe_key=f"{made.order_key}:{one.user.pk}",
            language=settings.LANGUAGE_CODE,
            order_key=made.order_key,
            not_before=leaves_at,
        )
    record(current, "message", actor=actor, fields=[str(key), *states])
    return made


def mail_context(call: Call, subject: str, text: str, one: Addressee) -> dict[str, Any]:
    """What the mail to one person is made of."""
    return {
        "call": call,
        "subject": subject,
        "text": text,
        "numbers": ", ".join(one.numbers),
        "path": "/inkubator/wnioski/",
    }


@transaction.atomic
def stop_message(message: BulkMessage, *, actor: Any) -> BulkMessage:
    """Stop a message that has not left yet. Raises `PermissionDenied`, `ValidationError`."""
    if not permissions.coordinates(actor):
        raise PermissionDenied
    current: BulkMessage = lock_row(message)
    if current.cancelled_at is None:
        if database_now() >= current.leaves_at:
            raise ValidationError(_("This message has left already."))
        current.cancelled_at = database_now()
        current.save(update_fields=["cancelled_at"])
        forget_mail(order_key=current.order_key)
        record(current.call, "stop_message", actor=actor, fields=[str(current.key)])
    return current
