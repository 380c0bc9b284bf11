"""Writing and reading events."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet

from core.actors import SYSTEM, Actor, identify
from core.audit.models import AuditEvent, AuditPerson
from core.references import Reference, reference


def record(
    obj: Model | Reference,
    verb: str,
    *,
    actor: Any,
    from_state: str = "",
    to_state: str = "",
    fields: Iterable[str] = (),
) -> AuditEvent:
    """Write one event about `obj` into the caller's transaction.

    `actor` is a user or a `core.actors.Actor`; `fields` are the names of what has changed, never
    values. Time and id come from the database.
    """
    who = identify(actor)
    target = obj if isinstance(obj, Reference) else reference(obj)
    salt = secrets.token_bytes(16) if who.label else b""
    # Nobody goes on after half an event: no savepoint of its own.
    with transaction.atomic(savepoint=False):
        event = AuditEvent.objects.create(
            object_type=target.type,
            object_id=target.id,
            verb=verb,
            from_state=from_state,
            to_state=to_state,
            fields=sorted(fields),
            actor_kind=who.kind,
            actor_id=who.pk,
            label_digest=label_digest(salt, who.label) if salt else b"",
        )
        if salt:
            AuditPerson.objects.create(event=event, salt=salt, label=who.label)
    return event


def history(obj: Model) -> QuerySet[AuditEvent]:
    """The events of one object, oldest first, with the names that have not been erased."""
    target = reference(obj)
    return AuditEvent.objects.filter(object_type=target.type, object_id=target.id).select_related(
        "person"
    )


def forget_person(user_id: int, *, actor: Any = SYSTEM) -> int:
    """Erase the name of account `user_id` from all its events; gives their number.

    What was done, when and by which account number stays, and the chain still verifies.
    """
    with transaction.atomic():
        number, _details = AuditPerson.objects.filter(event__actor_id=user_id).delete()
        who = identify(actor)
        if who.pk == user_id:
            # Whoever erases their own name must not be written down anew by doing so.
            who = Actor(kind=who.kind, pk=user_id)
        record(Reference(settings.AUTH_USER_MODEL.lower(), str(user_id)), "forget_name", actor=who)
    return number


def label_digest(salt: bytes, label: str) -> bytes:
    """What an event holds of its actor's name."""
    return hashlib.sha256(bytes(salt) + label.encode()).digest()
