"""Objections to a result: taking one in, answering it in public."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import VISITOR
from core.audit import record
from core.i18n.dates import TOWN_TIME
from core.numbers import Scheme, take_number
from core.outbox import queue_mail
from core.transitions import Refused, advisory_lock, transition
from plebiscite.models import Objection
from plebiscite.phases import takes_objections
from plebiscite.services.opening import read_plan
from plebiscite.states import STATE_LOCK

NUMBERS = Scheme("ZAS", "/", (4, 3))
#: Whoever objects is answered within this time.
ANSWERED_WITHIN = timedelta(days=14)
MAIL = "plebiscite/objection_received"


@transaction.atomic
def object_to(
    plebiscite: UUID, *, key: UUID, name: str, email: str, text: str, language: str
) -> Objection:
    """Take an objection in; `key` was drawn with the form, so that one sent twice is kept once.

    Raises Refused when nobody can object (any more).
    """
    advisory_lock(STATE_LOCK, plebiscite, shared=True)
    known = Objection.objects.filter(pk=key, plebiscite=plebiscite).first()
    if known is not None:
        return known
    plan, now = read_plan(plebiscite)
    if not takes_objections(plan, now):
        raise Refused(_("The time for objections is over, or has not begun yet."))
    objection = Objection.objects.create(
        id=key,
        plebiscite=plan,
        number=take_number(NUMBERS, now.astimezone(TOWN_TIME).year),
        name=name,
        email=email,
        language=language,
        text=text,
        submitted_at=now,
        answer_due=now + ANSWERED_WITHIN,
        is_example=plan.is_example,
    )
    record(objection, "object", actor=VISITOR)
    if email:
        queue_mail(
            MAIL,
            email,
            {"objection": objection, "plebiscite": plan},
            dedupe_key=f"plebiscite:objection:{objection.pk}",
            language=language,
        )
    return objection


def decide(objection: Objection, verb: str, *, actor: Any, summary: str, answer: str) -> Objection:
    """Answer an objection for everybody to read. Raises what `transition` raises."""
    return transition(objection, verb, actor=actor, summary=summary, answer=answer)
