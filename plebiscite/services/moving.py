"""The way of a plebiscite: every change of its state, with everything that belongs to it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction

from core.actors import SYSTEM
from core.audit import record
from core.transitions import WrongState, advisory_lock, transition
from plebiscite import clock, keys
from plebiscite.models import Plebiscite
from plebiscite.phases import BY_PLAN, FROZEN_ON, PlebisciteState, due, last_vote_at
from plebiscite.selectors.commission.paper import reconciliation
from plebiscite.selectors.commission.setup import missing_for_freeze
from plebiscite.services import turnout
from plebiscite.services.checkpoints import write_checkpoint
from plebiscite.services.counting import count_votes
from plebiscite.services.freezing import write_ballot_paper
from plebiscite.services.mixing import flush_everything
from plebiscite.services.publishing import announce_result
from plebiscite.states import STATE_LOCK

log = logging.getLogger("plebiscite")


def seal_box(plebiscite: Plebiscite) -> None:
    """The box is emptied, turnout is counted, and what the log has come to is signed."""
    flush_everything(plebiscite.pk)
    turnout.settle(plebiscite)
    write_checkpoint(plebiscite.pk)


#: What is written besides the state, in the same transaction.
_BESIDES: dict[str, Callable[[Plebiscite], object]] = {
    "freeze": write_ballot_paper,
    "rehearse": write_ballot_paper,
    "seal": seal_box,
    "count": count_votes,
    "publish": announce_result,
}


@transaction.atomic
def move(plebiscite: Plebiscite, verb: str, *, actor: Any, **context: Any) -> Plebiscite:
    """Do `verb`; gives the plebiscite as it is afterwards.

    Whatever the plan has done meanwhile is written down first. Raises what
    `core.transitions.transition` raises; then nothing has changed.
    """
    advisory_lock(STATE_LOCK, plebiscite.pk)
    current = _catch_up(plebiscite)
    moved = transition(plebiscite, verb, actor=actor, **context, **facts(current, verb))
    if verb in _BESIDES:
        _BESIDES[verb](moved)
    return moved


def facts(plebiscite: Plebiscite, verb: str) -> dict[str, str]:
    """What the guards of a step have to know, and cannot find out by themselves."""
    if verb == "freeze":
        return {"missing": missing_for_freeze(plebiscite)}
    if verb in {"draw", "count"}:
        return {"unreconciled": " ".join(reconciliation(plebiscite.pk).problems)}
    return {}


@transaction.atomic
def catch_up(plebiscite: Plebiscite) -> Plebiscite:
    """Write down what the plan has done by now: the end of the call, opening, closing."""
    advisory_lock(STATE_LOCK, plebiscite.pk)
    return _catch_up(plebiscite)


def _catch_up(plebiscite: Plebiscite) -> Plebiscite:
    current = Plebiscite.objects.get(pk=plebiscite.pk)
    while verb := due(current, clock.now()):
        current = transition(current, verb, actor=SYSTEM)
    return current


def write_down_what_is_due() -> None:
    """The worker's job: keeps stored states close to the plan, and seals what is over.

    Nothing waits for it: whether a vote may be cast is decided by the plan and the clock.
    """
    now = clock.now()
    for plebiscite in Plebiscite.objects.filter(state__in=[state for state, *_rest in BY_PLAN]):
        if due(plebiscite, now):
            catch_up(plebiscite)
    for plebiscite in Plebiscite.objects.filter(state=PlebisciteState.CLOSING):
        if now >= last_vote_at(plebiscite):
            _seal(plebiscite)


def _seal(plebiscite: Plebiscite) -> None:
    try:
        move(plebiscite, "seal", actor=SYSTEM)
    except WrongState:
        pass  # another worker was quicker, or it was declared void
    except Exception:
        # One broken box keeps no other from being sealed; `health` tells the administrator.
        log.exception("the box of %s was not sealed", plebiscite.slug)


def make_missing_keys() -> None:
    """The worker's job: keys for every plebiscite before its ballot paper is frozen."""
    for plebiscite in Plebiscite.objects.exclude(state__in=FROZEN_ON):
        if not plebiscite.has_keys:
            make_keys(plebiscite.pk)


@transaction.atomic
def make_keys(plebiscite: UUID) -> None:
    """Makes the keys of one vote, and writes the public ones down."""
    public = keys.make(plebiscite)
    advisory_lock(STATE_LOCK, plebiscite)
    row = Plebiscite.objects.select_for_update().get(pk=plebiscite)
    if row.has_keys or row.state in FROZEN_ON:
        return
    row.inbox_public_key, row.promise_public_key = public.inbox, public.promise
    row.log_public_key = public.log
    fields = ["inbox_public_key", "promise_public_key", "log_public_key"]
    row.save(update_fields=fields)
    record(row, "make_keys", actor=SYSTEM, fields=fields)
