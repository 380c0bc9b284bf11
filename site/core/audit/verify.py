"""Recomputing the chain and naming the first thing that does not fit."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from core.audit.events import label_digest
from core.audit.models import AuditEvent, AuditSeal
from core.audit.seals import GENESIS, event_digest, seal_root, unpack


@dataclass
class Report:
    """What a verification has found. `problem` is empty when everything fits."""

    events: int = 0
    seals: int = 0
    head: str = ""
    unsealed: int = 0
    #: Whether the head that was asked for is one of the chain.
    knows_head: bool = False
    problem: str = ""


def verify(*, head: str = "") -> Report:
    """Check every seal against its events and names, oldest first.

    `head` is a head printed by an earlier run and kept outside of the database: only with it can
    a chain that was cut or rewritten as a whole be told from the true one.
    """
    report = Report()
    previous, first_id = GENESIS, 1
    for seal in AuditSeal.objects.order_by("first_id").iterator(chunk_size=20):
        report.problem = _check_seal(seal, previous, first_id) or _check_events(seal, report)
        if report.problem:
            return report
        report.seals += 1
        previous, first_id = bytes(seal.root), seal.last_id + 1
        report.head = previous.hex()
        report.knows_head |= report.head == head.lower()
    for event in AuditEvent.objects.filter(id__gte=first_id).select_related("person").iterator():
        report.unsealed += 1
        if problem := _check_name(event):
            report.problem = problem
            return report
    if head and not report.knows_head:
        report.problem = "the chain does not contain the given head: it was cut or rewritten"
    return report


def _check_seal(seal: AuditSeal, previous: bytes, first_id: int) -> str:
    where = f"seal {seal.pk} (events {seal.first_id} to {seal.last_id})"
    if bytes(seal.previous) != previous:
        return f"{where}: does not continue the seal before it"
    if seal.first_id != first_id:
        return f"{where}: should begin with event {first_id}"
    if bytes(seal.root) != seal_root(previous, first_id, seal.last_id, bytes(seal.leaves)):
        return f"{where}: was changed"
    return ""


def _check_events(seal: AuditSeal, report: Report) -> str:
    events = (
        AuditEvent.objects.filter(id__gte=seal.first_id, id__lte=seal.last_id)
        .select_related("person")
        .order_by("id")
        .iterator(chunk_size=2000)
    )
    try:
        leaves = list(unpack(bytes(seal.leaves)))
    except struct.error:
        return f"seal {seal.pk}: its list of events is damaged"
    for number, digest in leaves:
        event = next(events, None)
        if event is None or event.pk > number:
            return f"event {number}: was removed after it was sealed"
        if event.pk < number:
            return f"event {event.pk}: was added after its time was sealed"
        if event_digest(event) != digest:
            return f"event {number}: was changed after it was sealed"
        if problem := _check_name(event):
            return problem
        report.events += 1
    if (event := next(events, None)) is not None:
        return f"event {event.pk}: was added after its time was sealed"
    return ""


def _check_name(event: AuditEvent) -> str:
    person = getattr(event, "person", None)
    if person and label_digest(person.salt, person.label) != bytes(event.label_digest):
        return f"event {event.pk}: the name of its actor was changed"
    return ""
