"""Signing what the public log has come to: the worker's part, which alone holds the key.

Anybody who keeps a checkpoint can tell later whether the log they are shown begins with the one
they knew. Checkpoints carry no hour: that of the copy is known to whoever made it.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from core.actors import SYSTEM
from core.audit import record
from core.transitions import advisory_lock
from plebiscite import chain, keys
from plebiscite.bundle import signing
from plebiscite.models import Checkpoint, LogEntry, Plebiscite
from plebiscite.phases import MAY_TAKE_VOTES
from plebiscite.selectors.paper import ballot_paper
from plebiscite.services.mixing import MIX_LOCK


def sign_open_logs() -> None:
    """The worker's job: a checkpoint for every log that has grown since the last one."""
    open_ones = Plebiscite.objects.filter(state__in=MAY_TAKE_VOTES, manifest__isnull=False)
    for plebiscite in open_ones.values_list("pk", flat=True):
        last = Checkpoint.objects.filter(plebiscite=plebiscite).order_by("number").last()
        if LogEntry.objects.filter(plebiscite=plebiscite, position__gt=last.size if last else 0):
            write_checkpoint(plebiscite)


def rotate(plebiscite: UUID) -> Checkpoint:
    """A checkpoint that hands the signing over to a new key. Raises MissingKey."""
    with transaction.atomic():
        made = write_checkpoint(plebiscite, hand_over=True)
        record(Plebiscite.objects.get(pk=plebiscite), "rotate_log_key", actor=SYSTEM)
    return made


@transaction.atomic
def write_checkpoint(plebiscite: UUID, *, hand_over: bool = False) -> Checkpoint:
    """Signs the log as it stands now."""
    paper = ballot_paper(plebiscite)
    if paper is None:
        raise LookupError("the ballot paper of this vote is not frozen")
    advisory_lock(MIX_LOCK, plebiscite)
    last = Checkpoint.objects.filter(plebiscite=plebiscite).order_by("number").last()
    number = (last.number if last else 0) + 1
    head = LogEntry.objects.filter(plebiscite=plebiscite).order_by("position").last()
    root = bytes(head.digest) if head else chain.start(str(plebiscite), paper.manifest_hash)
    signed = signing.sign_checkpoint(
        plebiscite=str(plebiscite),
        manifest_hash=paper.manifest_hash,
        number=number,
        size=head.position if head else 0,
        root=root,
        private_key=current_key(plebiscite),
        next_key=keys.make_log_key(plebiscite, number) if hand_over else b"",
    )
    return Checkpoint.objects.create(
        plebiscite_id=plebiscite,
        number=number,
        size=signed.size,
        root=signed.root,
        next_key=signed.next_key,
        signature=signed.signature,
    )


def current_key(plebiscite: UUID) -> bytes:
    """The private key that signs now: the one of the last checkpoint that handed over."""
    handed = Checkpoint.objects.filter(plebiscite=plebiscite).exclude(next_key=b"")
    after = handed.order_by("-number").values_list("number", flat=True).first()
    return keys.log_key(plebiscite, after or 0)
