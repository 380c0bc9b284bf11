"""Printing voting codes before the freeze, and declaring a batch of them void."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from core.audit import record
from core.transitions import Refused, advisory_lock
from plebiscite import clock, letters
from plebiscite.codes import code_digest, new_code, read_code
from plebiscite.models import Code, CodeBatch, MoveRequest, Plebiscite
from plebiscite.permissions import is_commission
from plebiscite.phases import FROZEN_ON, Channel
from plebiscite.states import STATE_LOCK

#: Letters in one file: more take the typesetter longer than a browser waits.
MOST_LETTERS = 300
_VOID = "void-codes-"


@sensitive_variables()
def print_batch(plebiscite: Plebiscite, *, actor: Any, size: int) -> tuple[CodeBatch, bytes]:
    """New codes: their digests are stored, and the sheets are given back, once and never again.

    Raises PermissionDenied, Refused.
    """
    if not is_commission(actor):
        raise PermissionDenied
    if not 1 <= size <= MOST_LETTERS:
        raise Refused(
            _("From 1 to %(most)d letters are printed at once.") % {"most": MOST_LETTERS},
            field="size",
        )
    codes = [new_code() for _number in range(size)]
    with transaction.atomic():
        batch = store_batch(plebiscite, codes, actor=actor)
        sheets = letters.render(batch.plebiscite, batch.label, codes)
    return batch, sheets


@sensitive_variables()
def store_batch(plebiscite: Plebiscite, codes: Sequence[str], *, actor: Any) -> CodeBatch:
    """The digests of `codes`, in the caller's transaction. Raises Refused."""
    advisory_lock(STATE_LOCK, plebiscite.pk)
    current = Plebiscite.objects.get(pk=plebiscite.pk)
    if current.state in FROZEN_ON:
        raise Refused(_("The ballot paper is frozen: no code is added any more."))
    if Channel.CODE not in current.channels:
        raise Refused(_("Voting with a code is switched off."))
    label = f"{current.code_batches.count() + 1:02}"
    batch = CodeBatch.objects.create(plebiscite=current, label=label, size=len(codes))
    digests = sorted(code_digest(str(current.pk), read_code(code)) for code in codes)
    # In the order of the digests: the rows must not lie in the order of the sheets.
    Code.objects.bulk_create(
        Code(plebiscite=current, batch=batch, digest=digest) for digest in digests
    )
    record(current, "print_codes", actor=actor)
    return batch


@transaction.atomic
def request_void(batch: CodeBatch, *, actor: Any, reason: str) -> MoveRequest:
    """Begin declaring the unspent codes of a batch void. Raises PermissionDenied, Refused."""
    if not is_commission(actor):
        raise PermissionDenied
    if not reason.strip():
        raise Refused(_("Give the reason."), field="reason")
    advisory_lock(STATE_LOCK, batch.plebiscite_id)
    current = CodeBatch.objects.select_for_update().get(pk=batch.pk)
    verb = f"{_VOID}{current.label}"
    if current.void_reason or current.plebiscite.requests.filter(verb=verb).exists():
        raise Refused(_("This batch is void, or waits for a second person."))
    made = MoveRequest.objects.create(
        plebiscite=current.plebiscite,
        verb=verb,
        reason=reason.strip()[:400],
        basis=hashlib.sha256(str(current.pk).encode()).digest(),
        requested_by=actor,
        requested_at=clock.now(),
    )
    record(current.plebiscite, "begin_void_codes", actor=actor)
    return made


@transaction.atomic
def confirm_void(batch: CodeBatch, *, actor: Any) -> int:
    """Do it, as another person; gives how many codes are void now. Spent ones stay spent.

    Before the freeze too: what is void was printed, and nobody can vote with it. Raises
    PermissionDenied, Refused.
    """
    if not is_commission(actor):
        raise PermissionDenied
    advisory_lock(STATE_LOCK, batch.plebiscite_id)
    current = CodeBatch.objects.select_for_update().get(pk=batch.pk)
    waiting = void_request(current)
    if waiting is None:
        raise Refused(_("Nobody has begun this step, or it was taken back."))
    if waiting.requested_by_id == actor.pk:
        raise Refused(_("This step is confirmed by another person than the one who began it."))
    current.void_reason = waiting.reason
    current.save(update_fields=["void_reason"])
    number = current.codes.filter(spent_on=None, is_void=False).update(is_void=True)
    waiting.delete()
    record(current.plebiscite, "void_codes", actor=actor)
    return number


@transaction.atomic
def take_back_void(batch: CodeBatch, *, actor: Any) -> None:
    """Let a request be forgotten. Raises PermissionDenied."""
    if not is_commission(actor):
        raise PermissionDenied
    waiting = void_request(batch)
    if waiting is not None:
        waiting.delete()
        record(batch.plebiscite, "take_back_void_codes", actor=actor)


def void_request(batch: CodeBatch) -> MoveRequest | None:
    """What waits for a second person about a batch."""
    return MoveRequest.objects.filter(
        plebiscite=batch.plebiscite_id, verb=f"{_VOID}{batch.label}"
    ).first()
