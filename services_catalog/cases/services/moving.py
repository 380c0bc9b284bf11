"""The moves of a case, one by one and several at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core.actors import SYSTEM
from core.audit.models import AuditEvent
from core.references import reference
from core.transitions import Refused, TransitionError, transition
from services_catalog.cases import rules, states
from services_catalog.cases.models import CaseMessage, ServiceRequest

#: Moves of a package's case that its unconfirmed parts make with it, and what theirs are called.
WITH_PARTS = {"confirm": "confirm_part", "confirm_for": "confirm_for"}


class Outdated(Refused):
    """Somebody else has done something with the case since the screen was opened."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody has changed this case since you opened it. Nothing of yours was done: "
                "look at what is new, then press again."
            )
        )


def move(
    case: ServiceRequest, verb: str, *, actor: Any, seen: int | None = None, **context: Any
) -> ServiceRequest:
    """One move of the table; raises what `core.transitions.transition` raises.

    `seen` is the version that the person had on the screen: if anybody has done anything with the
    case since, nothing is changed and Outdated is raised. A message that the case has already was
    sent by the press before this one: all is done, and nothing is done twice.
    """
    with transaction.atomic():
        locked = ServiceRequest.objects.select_for_update(of=("self",)).filter(pk=case.pk)
        current = locked.values_list("version", flat=True).first()
        if _is_done_already(case, verb, actor=actor, context=context):
            return ServiceRequest.objects.get(pk=case.pk)
        if seen is not None and current is not None and seen != current:
            raise Outdated
        moved = transition(case, verb, actor=actor, **context)
        if actor is not SYSTEM:
            ServiceRequest.objects.filter(pk=case.pk).update(version=F("version") + 1)
            moved.version = (current or 0) + 1
        if verb in WITH_PARTS:
            for part in moved.children.filter(state=states.UNCONFIRMED).order_by("pk"):
                move(part, WITH_PARTS[verb], actor=actor)
    return moved


def _is_done_already(
    case: ServiceRequest, verb: str, *, actor: Any, context: Mapping[str, Any]
) -> bool:
    """Whether the same person has sent the same words with the same button before.

    Other words, or another button, are something new: the version decides about them.
    """
    key = context.get("submission_key")
    message = case.messages.filter(submission_key=key).first() if key else None
    if message is None or message.text != (context.get("text") or "").strip():
        return False
    is_theirs = (
        rules.requester(actor, case)
        if message.author == CaseMessage.Author.REQUESTER
        else message.staff_id is not None and message.staff_id == getattr(actor, "pk", None)
    )
    target = reference(case)
    return (
        is_theirs
        and AuditEvent.objects.filter(
            object_type=target.type,
            object_id=target.id,
            verb=verb,
            at__gte=message.created_at,
        ).exists()
    )


def confirm(case: ServiceRequest, *, actor: Any) -> ServiceRequest:
    """The address is right: the case begins, and with it the parts of a package."""
    return move(case, "confirm", actor=actor)


# --- Several at once ----------------------------------------------------------------------------


def move_all(
    cases: Iterable[ServiceRequest], verb: str, *, actor: Any, **context: Any
) -> tuple[int, list[tuple[ServiceRequest, str]]]:
    """One move for each case by itself: gives how many were moved, and why others were not."""
    done, refused = 0, []
    for case in cases:
        try:
            move(case, verb, actor=actor, **context)
        except TransitionError as error:
            refused.append((case, str(error)))
        else:
            done += 1
    return done, refused


def assign_all(
    cases: Iterable[ServiceRequest], *, actor: Any, assignee: Any
) -> tuple[int, list[tuple[ServiceRequest, str]]]:
    """Give cases to one person; those nobody has yet are taken on for that person."""
    done, refused = 0, []
    for case in cases:
        verb = "take" if case.state in states.UNASSIGNED else "assign"
        number, said = move_all([case], verb, actor=actor, assignee=assignee)
        done += number
        refused += said
    return done, refused


def merge(
    cases: Iterable[ServiceRequest], *, actor: Any
) -> tuple[int, list[tuple[ServiceRequest, str]]]:
    """Join cases with the oldest of them that somebody still goes on with."""
    ordered = sorted(cases, key=lambda case: (case.created_at, case.number))
    if len(ordered) < 2:
        return 0, []
    rows = ServiceRequest.objects.live().filter(pk__in=[case.pk for case in ordered])
    live = set(rows.values_list("pk", flat=True))
    original = next((case for case in ordered if case.pk in live), ordered[0])
    others = [case for case in ordered if case.pk != original.pk]
    return move_all(others, "mark_duplicate", actor=actor, original=original)
