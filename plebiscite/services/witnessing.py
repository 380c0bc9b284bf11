"""What two people of the commission do together after the vote: the drawn number, and the keys."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import SYSTEM
from core.audit import record
from core.transitions import Refused, advisory_lock
from plebiscite import chain, clock, keys
from plebiscite.models import (
    Beacon,
    BeaconDraft,
    KeyDestruction,
    LogEntry,
    MoveRequest,
    Plebiscite,
)
from plebiscite.permissions import is_commission
from plebiscite.phases import SEALED_ON, PlebisciteState
from plebiscite.selectors.paper import ballot_paper
from plebiscite.services import moving
from plebiscite.states import STATE_LOCK
from plebiscite.tally import lot_order

DESTROY = "destroy_keys"


@transaction.atomic
def enter_beacon(plebiscite: Plebiscite, *, actor: Any, value: str, source: str) -> Beacon | None:
    """The drawn number, as one person reads it; the second one to enter the same draws the lots.

    Each says where they read it; where they read it in two places, both are published.
    Gives None after the first person. Raises PermissionDenied, and Refused when lots are not
    drawn, when the same person comes twice, or when the two numbers differ: then the first one
    goes too, as nobody knows which is right.
    """
    if not is_commission(actor):
        raise PermissionDenied
    advisory_lock(STATE_LOCK, plebiscite.pk)
    current = Plebiscite.objects.select_for_update().get(pk=plebiscite.pk)
    value, source = " ".join(value.split()), " ".join(source.split())
    if current.state != PlebisciteState.SEALED or not current.ruleset.draws_lots:
        raise Refused(_("The number is entered when the box is sealed, if the rules draw lots."))
    if not value or not source:
        raise Refused(_("Enter the number and where it comes from."))
    draft = BeaconDraft.objects.filter(plebiscite=current).select_related("entered_by").first()
    if draft is None:
        BeaconDraft.objects.create(plebiscite=current, value=value, source=source, entered_by=actor)
        record(current, "enter_beacon", actor=actor)
        return None
    if draft.entered_by_id == actor.pk:
        raise Refused(_("The number is entered again by another person than the one who began."))
    if draft.value != value:
        # Told by the page, which withdraws the first entry in a transaction of its own.
        raise DifferentNumbers(
            _("The two numbers differ. Nothing was kept: both people read it once more.")
        )
    is_one_source = draft.source.casefold() == source.casefold()
    beacon = _write(current, value, draft.source if is_one_source else f"{draft.source}; {source}")
    first = draft.entered_by
    draft.delete()
    moving.move(current, "draw", actor=actor, first=first)
    return beacon


class DifferentNumbers(Refused):
    """Two people have read two numbers."""


@transaction.atomic
def withdraw_beacon(plebiscite: Plebiscite, *, actor: Any) -> None:
    """Forgets a number that was entered once. Raises PermissionDenied."""
    if not is_commission(actor):
        raise PermissionDenied
    deleted, _details = BeaconDraft.objects.filter(plebiscite=plebiscite).delete()
    if deleted:
        record(plebiscite, "withdraw_beacon", actor=actor)


def _write(plebiscite: Plebiscite, value: str, source: str) -> Beacon:
    paper = ballot_paper(plebiscite.pk)
    assert paper is not None
    head = LogEntry.objects.filter(plebiscite=plebiscite).order_by("position").last()
    root = bytes(head.digest) if head else chain.start(str(plebiscite.pk), paper.manifest_hash)
    order = lot_order(paper.codes, beacon=value, log_root=root, manifest_hash=paper.manifest_hash)
    return Beacon.objects.create(
        plebiscite=plebiscite, value=value, source=source, log_root=root, order=list(order)
    )


@transaction.atomic
def begin_destruction(plebiscite: Plebiscite, *, actor: Any) -> None:
    """One person orders the keys of the box to be destroyed. Raises PermissionDenied, Refused."""
    current = _sealed(plebiscite, actor)
    if current.requests.filter(verb=DESTROY).exists():
        raise Refused(_("This step has been begun already and waits for a second person."))
    MoveRequest.objects.create(
        plebiscite=current,
        verb=DESTROY,
        basis=hashlib.sha256(DESTROY.encode()).digest(),
        requested_by=actor,
        requested_at=clock.now(),
    )
    record(current, "begin_destroy_keys", actor=actor)


@transaction.atomic
def confirm_destruction(plebiscite: Plebiscite, *, actor: Any) -> None:
    """Another person confirms; the worker destroys the keys. Raises PermissionDenied, Refused."""
    current = _sealed(plebiscite, actor)
    waiting = current.requests.select_for_update().filter(verb=DESTROY).first()
    if waiting is None:
        raise Refused(_("Nobody has begun this step, or it was taken back."))
    if waiting.requested_by_id == actor.pk:
        raise Refused(_("This step is confirmed by another person than the one who began it."))
    if not is_commission(waiting.requested_by):
        raise Refused(_("Whoever began this step is no longer of the commission: begin it anew."))
    waiting.delete()
    KeyDestruction.objects.create(plebiscite=current)
    record(current, DESTROY, actor=actor)


@transaction.atomic
def take_back_destruction(plebiscite: Plebiscite, *, actor: Any) -> None:
    """Lets a step that waits be forgotten. Any of the commission may; PermissionDenied."""
    if not is_commission(actor):
        raise PermissionDenied
    deleted, _details = MoveRequest.objects.filter(plebiscite=plebiscite, verb=DESTROY).delete()
    if deleted:
        record(plebiscite, "take_back_destroy_keys", actor=actor)


def _sealed(plebiscite: Plebiscite, actor: Any) -> Plebiscite:
    if not is_commission(actor):
        raise PermissionDenied
    advisory_lock(STATE_LOCK, plebiscite.pk)
    current = Plebiscite.objects.select_for_update().get(pk=plebiscite.pk)
    if current.state not in SEALED_ON:
        raise Refused(_("The keys open the box until it is sealed; only then are they destroyed."))
    if KeyDestruction.objects.filter(plebiscite=current).exists():
        raise Refused(_("The keys of this box have been destroyed already."))
    return current


def destroy_ordered_keys() -> None:
    """The worker's job: destroys what two people have ordered to be destroyed."""
    waiting = KeyDestruction.objects.filter(is_done=False).values_list("pk", flat=True)
    for plebiscite in waiting:
        _destroy(plebiscite)


@transaction.atomic
def _destroy(plebiscite: UUID) -> None:
    row = KeyDestruction.objects.select_for_update().get(pk=plebiscite)
    if row.is_done:
        return
    keys.destroy_box_keys(plebiscite)
    row.is_done = True
    row.save(update_fields=["is_done"])
    record(row.plebiscite, "keys_destroyed", actor=SYSTEM)
