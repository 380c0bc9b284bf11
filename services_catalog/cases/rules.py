"""What guards a move of a case and what it brings about; named in the table of states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.files import claim
from core.transitions import Refused, Step, who
from services_catalog.cases import admin_guards, clock, permissions
from services_catalog.cases.notices import UNCONFIRMED_FOR

CLOSE_AFTER = timedelta(days=14)
REOPEN_WITHIN = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class LinkHolder(Actor):
    """Somebody who opened a case with its private link, or with number and PIN."""

    kind: str = "link"
    case: Any = None


@who(_("the person who asked"))
def requester(actor: Any, case: Any) -> bool:
    """The holder of this case's link, the account that sent it, or that has its address."""
    if isinstance(actor, LinkHolder):
        # Whoever opened the case of a package has opened its parts.
        return actor.case in {case.pk, case.parent_id} - {None}
    if isinstance(actor, Actor) or not getattr(actor, "is_authenticated", False):
        return False
    return case.requester_id == actor.pk or (
        case.requester_id is None
        and type(case).objects.of_person(actor).filter(pk=case.pk).exists()
    )


@who(_("the organisation that has the case"))
def provider(actor: Any, case: Any) -> bool:
    """The team of the organisation that has the case or was asked to take it."""
    return permissions.handles(actor, case)


# --- Guards -----------------------------------------------------------------------------------


def text_given(step: Step) -> None:
    if not (step.get("text") or "").strip():
        raise Refused(_("Write the message first."), field="text")


def is_a_part(step: Step) -> None:
    parent = step.obj.parent
    if parent is None or parent.state == "unconfirmed":
        raise Refused(_("First confirm the whole request."))


def unconfirmed_for_long(step: Step) -> None:
    if step.now - step.obj.created_at < UNCONFIRMED_FOR:
        raise Refused(_("There is still time to confirm."))


def answered_for_long(step: Step) -> None:
    if step.now - step.obj.updated_at < CLOSE_AFTER:
        raise Refused(_("There is still time to reply."))


def closed_lately(step: Step) -> None:
    closed = step.obj.closed_at
    if closed and step.now - closed > REOPEN_WITHIN:
        raise Refused(_("The case was closed more than 30 days ago. Send a new request."))


def not_rated(step: Step) -> None:
    if hasattr(step.obj, "feedback"):
        raise Refused(_("We have your opinion already. Thank you."))


# --- Effects: who has it -----------------------------------------------------------------------


def start_clock(step: Step) -> None:
    clock.start(step.obj, step.now)


def take(step: Step) -> None:
    step.obj.assigned_org = admin_guards.office()
    person = step.get("assignee") or step.actor
    admin_guards.may_be_given(person, step.obj)
    step.obj.assigned_to = person


def offer(step: Step) -> None:
    step.obj.assigned_org = step["organisation"]
    step.obj.assigned_to = None
    step.obj.offered_at = step.now


def assign_to_actor(step: Step) -> None:
    step.obj.assigned_to = step.actor


def assign_to_nobody_yet(step: Step) -> None:
    step.obj.assigned_to = step.obj.assigned_to or step.actor


def assign(step: Step) -> None:
    step.obj.assigned_to = step["assignee"]


def let_go(step: Step) -> None:
    step.obj.assigned_org = step.obj.assigned_to = step.obj.offered_at = None


def decline(step: Step) -> None:
    _write(step, author="staff", is_internal=True)
    let_go(step)


def hand_over(step: Step) -> None:
    _write(step, author="staff")
    let_go(step)


def set_priority(step: Step) -> None:
    step.obj.priority = step["priority"]


# --- Effects: work and talk --------------------------------------------------------------------


def ask(step: Step) -> None:
    _write(step, author="staff")
    clock.answered(step.obj, step.now)
    clock.pause(step.obj, step.now)


def answer(step: Step) -> None:
    _write(step, author="staff")
    clock.resume(step.obj, step.now)
    clock.answered(step.obj, step.now)
    step.obj.outcome = step.get("outcome") or "done"


def reject(step: Step) -> None:
    _write(step, author="staff")
    clock.answered(step.obj, step.now)
    step.obj.paused_at = None
    step.obj.public_reason = step["text"].strip()[:1000]
    step.obj.closed_at = step.now


def resume(step: Step) -> None:
    clock.resume(step.obj, step.now)


def write(step: Step) -> None:
    _write(step, author="staff")


def note(step: Step) -> None:
    _write(step, author="staff", is_internal=True)


def mark_duplicate(step: Step) -> None:
    step.obj.duplicate_of = step["original"]
    step.obj.closed_at = step.now


def reply(step: Step) -> None:
    _write(step, author="requester")
    if step.transition.target:
        clock.resume(step.obj, step.now)


def reopen(step: Step) -> None:
    _write(step, author="requester")
    step.obj.closed_at = None
    step.obj.outcome = ""
    step.obj.assigned_org = step.obj.assigned_org or admin_guards.office()
    clock.start(step.obj, step.now)


def close(step: Step) -> None:
    step.obj.closed_at = step.now
    if "paused_at" in step.transition.fields:
        step.obj.paused_at = None


def rate(step: Step) -> None:
    apps.get_model("services_catalog", "CaseFeedback").objects.create(
        case=step.obj, rating=step["rating"], comment=(step.get("comment") or "").strip()
    )


def new_pin(step: Step) -> None:
    contact = step.obj.contact
    contact.pin_hash, contact.pin_tries = step["pin_hash"], 0
    contact.save(update_fields=["pin_hash", "pin_tries"])


def raise_alarm(step: Step) -> None:
    """Warning, then those above, then the City; a case that nobody warned about is told at once."""
    step.obj.alarm = 1 if step.transition.verb == "warn" else max(2, step.obj.alarm + 1)


def _write(step: Step, *, author: str, is_internal: bool = False) -> None:
    """One message with its files; the same form sent twice writes it once."""
    message, is_new = step.obj.messages.get_or_create(
        submission_key=step["submission_key"],
        defaults={
            "author": author,
            "staff": step.actor if author == "staff" else None,
            "text": step["text"].strip(),
            "is_internal": is_internal,
        },
    )
    for file in step.get("files") or () if is_new else ():
        claim(file, message)
