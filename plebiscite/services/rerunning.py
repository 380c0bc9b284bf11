"""Holding a vote anew that was declared void: the same works, rules and texts, other dates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.transitions import Refused, advisory_lock
from plebiscite import clock
from plebiscite.models import Plebiscite
from plebiscite.permissions import is_commission
from plebiscite.phases import PlebisciteState
from plebiscite.states import FEWEST_OPTIONS, STATE_LOCK

#: Until the commission writes other dates down, the new vote begins this long from now.
AHEAD = timedelta(days=14)
#: What belongs to one vote and never to its repetition.
_OWN = frozenset(
    {
        "id", "slug", "state", "void_reason", "published_at", "inbox_public_key",
        "promise_public_key", "rehearsal_of", "rerun_of", "voting_opens_at", "voting_closes_at",
        "results_at", "objections_until",
    }
)  # fmt: skip


@transaction.atomic
def prepare_again(plebiscite: Plebiscite, *, actor: Any) -> Plebiscite:
    """A draft that repeats a void vote; the commission sets its dates and goes on to the freeze.

    Raises PermissionDenied, and Refused when there is nothing to repeat or it is prepared already.
    """
    if not is_commission(actor):
        raise PermissionDenied
    advisory_lock(STATE_LOCK, plebiscite.pk)
    old = Plebiscite.objects.get(pk=plebiscite.pk)
    if old.state != PlebisciteState.VOID or old.is_rehearsal:
        raise Refused(_("Only a vote that was declared void is held anew."))
    if old.reruns.exists():
        raise Refused(_("The vote that follows it is prepared already."))
    if old.contest.proposals.accepted().count() < FEWEST_OPTIONS:
        raise Refused(_("A vote needs at least two accepted proposals."))
    kept = {
        field.attname: getattr(old, field.attname)
        for field in Plebiscite._meta.concrete_fields
        if field.name not in _OWN
    }
    shift = max(clock.now() + AHEAD - old.voting_opens_at, timedelta(0))
    dates = {
        name: getattr(old, name) + shift
        for name in ("voting_opens_at", "voting_closes_at", "results_at", "objections_until")
    }
    new = Plebiscite.objects.create(slug=_free_slug(old.slug), rerun_of=old, **kept, **dates)
    record(new, "create", actor=actor)
    record(old, "prepare_again", actor=actor)
    return new


def _free_slug(slug: str) -> str:
    number = 2
    while Plebiscite.objects.filter(slug=f"{slug[:76]}-{number}").exists():
        number += 1
    return f"{slug[:76]}-{number}"
