"""What else changes with the state, and who is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from core.actors import Actor
from core.numbers import take_number
from core.transitions import Notice, Recipient, Step
from incubator.states.names import NUMBERS


def number_it(step: Step) -> None:
    """The number comes last: whoever sends at the same moment waits for it."""
    call = step.obj.call
    step.obj.submitted_at = step["arrived_at"]
    step.obj.number = take_number(NUMBERS, call.year, call.ordinal)


def ask(step: Step) -> None:
    """The request, with the questions of the form that it opens and its own deadline."""
    step.obj.clarifications.create(
        questions=step["questions"].strip(),
        unlocked_keys=list(step["unlocked_keys"]),
        due_at=step["due_at"],
        asked_by=step.actor.pk,
    )


def end_clarification(step: Step) -> None:
    """Answered or expired: the single questions are closed again."""
    state = "answered" if step.transition.verb == "answer" else "expired"
    step.obj.clarifications.filter(state="open").update(state=state, closed_at=step.now)


def drop_clarification(step: Step) -> None:
    """Nobody has to answer any more, and nobody is reminded."""
    waiting = step.obj.clarifications.filter(state="open")
    waiting.update(state="cancelled", closed_at=step.now)


def propose(step: Step) -> None:
    step.obj.public_reason = step["public_reason"].strip()
    step.obj.refusal_proposed_by = step.actor.pk


def take_back(step: Step) -> None:
    step.obj.public_reason = ""
    step.obj.refusal_proposed_by = None


def team(step: Step) -> Iterable[Recipient]:
    """Everybody in the team, each once; whoever acts in the language of their page."""
    here = get_language() or settings.LANGUAGE_CODE
    acting = None if isinstance(step.actor, Actor) else step.actor.pk
    for membership in step.obj.organisation.memberships.select_related("user"):
        user = membership.user
        if user.is_active:
            language = here if user.pk == acting else settings.LANGUAGE_CODE
            yield Recipient(user.email, language)


def about(step: Step) -> Mapping[str, Any]:
    return {
        "application": step.obj,
        "call": step.obj.call,
        "organisation": step.obj.organisation,
        "clarification": step.obj.open_clarification,
        "path": f"/inkubator/wnioski/{step.obj.uuid}/",
    }


def notice(template: str) -> Notice:
    return Notice(template=f"incubator/{template}", to=team, context=about)
