"""What may become of a request to use the winning sign: the table, and its guards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.transitions import Machine, Notice, Recipient, State, Step, Transition
from plebiscite import addresses, clock
from plebiscite.guards import words_are_given
from plebiscite.states import COMMISSION

RECEIVED, GRANTED, REFUSED = "received", "granted", "refused"


_answer_is_given = words_are_given(_("Write the answer."))


def _note_answer(step: Step) -> None:
    step.obj.answer = str(step["reason"]).strip()
    step.obj.answered_at = clock.moved(step.now)


def _to_who_asked(step: Step) -> Iterable[Recipient]:
    if step.obj.email:
        yield Recipient(step.obj.email, step.obj.language)


def _about(step: Step) -> dict[str, Any]:
    plebiscite = step.obj.plebiscite
    return {
        "request": step.obj,
        "plebiscite": plebiscite,
        "path": addresses.sign(plebiscite.slug, step.obj.language),
    }


def _notice(template: str) -> Notice:
    return Notice(template=f"plebiscite/{template}", to=_to_who_asked, context=_about)


USE = Machine(
    "plebiscite.use",
    states=[
        State(RECEIVED, _("To be answered"), pgettext_lazy("use", "waits for an answer")),
        State(GRANTED, _("Granted"), pgettext_lazy("use", "granted")),
        State(REFUSED, _("Refused"), pgettext_lazy("use", "refused")),
    ],
    transitions=[
        Transition(
            "grant",
            RECEIVED,
            GRANTED,
            who=COMMISSION,
            guard=_answer_is_given,
            effect=_note_answer,
            fields=["answer", "answered_at"],
            takes=["reason"],
            mail=_notice("use_granted"),
            label_staff=_("Let them use the sign"),
        ),
        Transition(
            "refuse",
            RECEIVED,
            REFUSED,
            who=COMMISSION,
            guard=_answer_is_given,
            effect=_note_answer,
            fields=["answer", "answered_at"],
            takes=["reason"],
            mail=_notice("use_refused"),
            label_staff=_("Refuse"),
        ),
    ],
    initial=RECEIVED,
)
