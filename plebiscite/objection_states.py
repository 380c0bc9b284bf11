"""What becomes of an objection: it is received, and it is answered in public."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.transitions import Machine, Notice, Recipient, Refused, State, Step, Transition
from plebiscite import addresses, clock
from plebiscite.states import COMMISSION


class ObjectionState(StrEnum):
    """How far an objection has come."""

    RECEIVED = "received"
    ANSWERED = "answered"
    UPHELD = "upheld"


def _is_answered_for_all(step: Step) -> None:
    for field in ("summary", "answer"):
        if not str(step.get(field, "")).strip():
            raise Refused(
                _("Write the summary and the answer: everybody will read them."), field=field
            )


def _note_answer(step: Step) -> None:
    step.obj.summary = str(step["summary"]).strip()
    step.obj.answer = str(step["answer"]).strip()
    step.obj.answered_at = clock.moved(step.now)


def _context(step: Step) -> dict[str, Any]:
    slug = step.obj.plebiscite.slug
    return {
        "number": step.obj.number,
        "plebiscite": step.obj.plebiscite,
        "answer": step["answer"],
        "path": addresses.results(slug, step.obj.language),
    }


def _to_the_sender(step: Step) -> list[Recipient]:
    objection = step.obj
    return [Recipient(objection.email, objection.language)] if objection.email else []


_ANSWERED = Notice(template="plebiscite/objection_answered", to=_to_the_sender, context=_context)

OBJECTION = Machine(
    "plebiscite.objection",
    states=[
        State(ObjectionState.RECEIVED, _("To be answered"), _("waits for an answer")),
        State(ObjectionState.ANSWERED, _("Dismissed"), _("not granted")),
        State(ObjectionState.UPHELD, _("Granted"), _("granted")),
    ],
    transitions=[
        Transition(
            verb,
            ObjectionState.RECEIVED,
            target,
            who=COMMISSION,
            guard=_is_answered_for_all,
            effect=_note_answer,
            fields=["summary", "answer", "answered_at"],
            takes=["summary", "answer"],
            mail=_ANSWERED,
            label_staff=label,
        )
        for verb, target, label in (
            ("dismiss", ObjectionState.ANSWERED, _("Answer and dismiss")),
            ("grant", ObjectionState.UPHELD, _("Answer and grant")),
        )
    ],
    initial=ObjectionState.RECEIVED,
)
