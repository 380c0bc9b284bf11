"""Steps that take two people: one begins, another one confirms exactly what the first one saw."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.clock import database_now
from core.transitions import Refused, Step, WrongState, advisory_lock
from plebiscite import clock
from plebiscite.models import MoveRequest, Plebiscite
from plebiscite.permissions import is_commission
from plebiscite.selectors.commission.setup import frozen_text
from plebiscite.services import moving
from plebiscite.states import PLEBISCITE, STATE_LOCK, two_people

#: The steps that take two people.
VERBS = frozenset(row.verb for row in PLEBISCITE.transitions if two_people in row.guard)


@transaction.atomic
def request(plebiscite: Plebiscite, verb: str, *, actor: Any, reason: str = "") -> MoveRequest:
    """Begin a step: it waits for a second person. Asks every guard that can be asked now.

    Raises PermissionDenied, WrongState, Refused; LookupError for a step that takes one person.
    """
    if verb not in VERBS:
        raise LookupError(verb)
    if not is_commission(actor):
        raise PermissionDenied
    advisory_lock(STATE_LOCK, plebiscite.pk)
    current = moving.catch_up(plebiscite)
    row = PLEBISCITE.row(current.state, verb)
    if row is None:
        raise WrongState(current.state, PLEBISCITE.label(current.state))
    context = {"reason": reason, **moving.facts(current, verb)}
    step = Step(
        obj=current,
        actor=actor,
        transition=row,
        source=current.state,
        now=database_now(),
        context={name: value for name, value in context.items() if name in row.takes},
    )
    for guard in row.guard:
        if guard is not two_people:
            guard(step)
    if current.requests.filter(verb=verb).exists():
        raise Refused(_("This step has been begun already and waits for a second person."))
    made = MoveRequest.objects.create(
        plebiscite=current,
        verb=verb,
        reason=reason.strip(),
        basis=_basis(current, verb, reason.strip()),
        requested_by=actor,
        requested_at=clock.now(),
    )
    record(current, f"begin_{verb}", actor=actor)
    return made


@transaction.atomic
def confirm(plebiscite: Plebiscite, verb: str, *, actor: Any) -> Plebiscite:
    """Do what somebody else has begun, if what it rests on is still the same.

    Raises what `moving.move` raises, and Refused when nothing waits or something has changed.
    """
    if not is_commission(actor):
        raise PermissionDenied
    advisory_lock(STATE_LOCK, plebiscite.pk)
    current = moving.catch_up(plebiscite)
    waiting = (
        current.requests.select_for_update(of=("self",))
        .select_related("requested_by")
        .filter(verb=verb)
        .first()
    )
    if waiting is None:
        raise Refused(_("Nobody has begun this step, or it was taken back."))
    if bytes(waiting.basis) != _basis(current, verb, waiting.reason):
        raise Refused(
            _("Something has changed since this step was begun: take it back and begin anew.")
        )
    context: dict[str, Any] = {"first": waiting.requested_by}
    if "reason" in PLEBISCITE.rows(verb)[0].takes:
        context["reason"] = waiting.reason
    moved = moving.move(current, verb, actor=actor, **context)
    waiting.delete()
    return moved


@transaction.atomic
def take_back(plebiscite: Plebiscite, verb: str, *, actor: Any) -> None:
    """Let a step that waits be forgotten. Any of the commission may; PermissionDenied."""
    if not is_commission(actor):
        raise PermissionDenied
    deleted, _details = MoveRequest.objects.filter(plebiscite=plebiscite, verb=verb).delete()
    if deleted:
        record(plebiscite, f"take_back_{verb}", actor=actor)


def together(
    plebiscite: Plebiscite, verb: str, *, first: Any, second: Any, reason: str = ""
) -> Plebiscite:
    """Both halves at once, for whoever has both people at hand: demo content and tests."""
    request(plebiscite, verb, actor=first, reason=reason)
    return confirm(plebiscite, verb, actor=second)


def _basis(plebiscite: Plebiscite, verb: str, reason: str) -> bytes:
    text = frozen_text(plebiscite) if verb == "freeze" else ""
    return hashlib.sha256(f"{verb}\n{plebiscite.state}\n{reason}\n{text}".encode()).digest()
