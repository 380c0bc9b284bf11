"""Requests to use the winning sign: taken, answered, forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import people_with
from accounts.roles import Role
from core.actors import SYSTEM, VISITOR
from core.audit import record
from core.numbers import Scheme, take_number
from core.outbox import forget_mail, queue_mail
from core.transitions import Refused, advisory_lock, transition
from plebiscite import addresses, clock
from plebiscite.models import Plebiscite, SignRules, UseRequest
from plebiscite.phases import PUBLISHED
from plebiscite.use_states import RECEIVED

NUMBERS = Scheme("ZNK", "-", (4, 5))
#: How long it is kept who asked, counted from the answer.
KEPT = timedelta(days=365)
_LOCK = "plebiscite.use"


@transaction.atomic
def ask(
    plebiscite: Plebiscite, *, actor: Any, key: UUID, language: str, **texts: str
) -> UseRequest:
    """Take a request; the same form sent twice gives the same one. Raises Refused."""
    advisory_lock(_LOCK, key)
    found = UseRequest.objects.filter(pk=key, plebiscite=plebiscite).first()
    if found is not None:
        return found
    has_rules = SignRules.objects.filter(plebiscite=plebiscite).exists()
    if plebiscite.state not in PUBLISHED or not has_rules:
        raise Refused(_("The sign cannot be asked for yet."))
    asked = UseRequest.objects.create(
        pk=key,
        plebiscite=plebiscite,
        language=language,
        number=take_number(NUMBERS, timezone.localtime(clock.now()).year),
        **texts,
    )
    record(asked, "ask", actor=actor if getattr(actor, "pk", None) else VISITOR)
    about = {
        "request": asked,
        "plebiscite": plebiscite,
        "path": addresses.sign(plebiscite.slug, language),
    }
    queue_mail(
        "plebiscite/use_received",
        asked.email,
        about,
        dedupe_key=f"use:{asked.pk}:received",
        language=language,
        order_key=f"plebiscite.userequest/{asked.pk}",
    )
    for member in people_with(Role.PLEBISCITE_COMMISSION):
        queue_mail(
            "plebiscite/use_asked",
            member.email,
            {**about, "path": f"/admin/prosby-o-znak/inspect/{asked.pk}/"},
            dedupe_key=f"use:{asked.pk}:asked:{member.pk}",
            language="pl",
        )
    return asked


def answer(asked: UseRequest, verb: str, *, actor: Any, reason: str) -> UseRequest:
    """What the table `USE` says. Raises what `transition` raises."""
    return transition(asked, verb, actor=actor, reason=reason)


def forget_requests() -> None:
    """The worker's job: who asked is forgotten a year after the answer."""
    rows = UseRequest.objects.filter(answered_at__lt=clock.now() - KEPT).exclude(email="")
    for asked in rows:
        forget(asked)


def forget_asker(email: str) -> None:
    """Cut the tie between a person and what they asked for; the answer stays."""
    for asked in UseRequest.objects.filter(email__iexact=email):
        forget(asked)


@transaction.atomic
def forget(asked: UseRequest) -> None:
    """Delete an unanswered request; of an answered one delete who it was and what they wrote."""
    forget_mail(order_key=f"plebiscite.userequest/{asked.pk}")
    record(asked, "forget", actor=SYSTEM, fields=["name", "organisation", "email", "purpose"])
    if asked.state == RECEIVED:
        asked.delete()
        return
    asked.name = asked.organisation = asked.email = asked.purpose = ""
    asked.save(update_fields=["name", "organisation", "email", "purpose"])
