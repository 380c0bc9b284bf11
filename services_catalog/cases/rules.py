"""What guards a move of a case and what it brings about; named in the table of states.

Deadlines: the first answer is due two working days after the request is confirmed. The clock
stands while the office waits for the resident: the deadline moves by the working time that passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.templatetags.site_tags import localised_path
from core.tokens import issue
from core.transitions import Recipient, Refused, Step, who
from core.worktime import after_working_days, after_working_time, working_time_between

ANSWER_WITHIN_WORKING_DAYS = 2
UNCONFIRMED_FOR = timedelta(hours=72)
CLOSE_AFTER = timedelta(days=14)
REOPEN_WITHIN = timedelta(days=30)
LINK_LIFETIME = timedelta(days=365)
FOLLOW, CONFIRM = "services.follow", "services.confirm"


@dataclass(frozen=True, kw_only=True)
class LinkHolder(Actor):
    """Somebody who opened a case with its private link."""

    kind: str = "link"
    case: Any = None


@who(_("the person who asked"))
def requester(actor: Any, case: Any) -> bool:
    """The holder of this case's link, or the account that sent it."""
    if isinstance(actor, LinkHolder):
        return actor.case == case.pk
    return getattr(actor, "is_authenticated", False) and case.requester_id == actor.pk


def due_from(moment: datetime) -> datetime:
    """Until when a request that arrived at `moment` is answered."""
    return after_working_days(moment, ANSWER_WITHIN_WORKING_DAYS)


# --- Guards -----------------------------------------------------------------------------------


def text_given(step: Step) -> None:
    if not (step.get("text") or "").strip():
        raise Refused(_("Write the message first."), field="text")


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


# --- Effects ----------------------------------------------------------------------------------


def start_clock(step: Step) -> None:
    step.obj.due_at = due_from(step.now)


def take(step: Step) -> None:
    step.obj.assigned_to = step.actor
    _resume(step)


def ask(step: Step) -> None:
    _write(step, author="staff")
    _first_reply(step)
    step.obj.assigned_to = step.obj.assigned_to or step.actor
    step.obj.paused_at = step.now


def answer(step: Step) -> None:
    _write(step, author="staff")
    _first_reply(step)
    step.obj.assigned_to = step.obj.assigned_to or step.actor
    step.obj.paused_at = None


def reject(step: Step) -> None:
    answer(step)
    step.obj.public_reason = step["text"].strip()[:1000]
    close(step)


def note(step: Step) -> None:
    _write(step, author="staff", is_internal=True)


def reply(step: Step) -> None:
    _write(step, author="requester")
    if step.transition.target:
        _resume(step)


def reopen(step: Step) -> None:
    _write(step, author="requester")
    step.obj.closed_at = None
    start_clock(step)


def close(step: Step) -> None:
    step.obj.closed_at = step.now
    if "paused_at" in step.transition.fields:
        step.obj.paused_at = None


def _first_reply(step: Step) -> None:
    step.obj.first_reply_at = step.obj.first_reply_at or step.now


def _resume(step: Step) -> None:
    case = step.obj
    if case.paused_at is None:
        return
    left = working_time_between(case.paused_at, case.due_at)
    case.due_at = after_working_time(step.now, left)
    case.paused_at = None


def _write(step: Step, *, author: str, is_internal: bool = False) -> None:
    """One message; the same form sent twice writes it once."""
    step.obj.messages.get_or_create(
        submission_key=step["submission_key"],
        defaults={
            "author": author,
            "staff": step.actor if author == "staff" else None,
            "text": step["text"].strip(),
            "is_internal": is_internal,
        },
    )


# --- Mail -------------------------------------------------------------------------------------


def to_requester(step: Step) -> Iterable[Recipient]:
    contact = step.obj.contact
    return [Recipient(contact.email, step.obj.language)] if contact.email else []


def for_requester(step: Step) -> Mapping[str, Any]:
    """A link of its own in every mail; older ones go on working until they expire."""
    return {"case": step.obj, "link": follow_path(step.obj), "due": step.obj.due_at}


def follow_path(case: Any) -> str:
    """A new private link to a case, as a path in the resident's language."""
    token = issue(FOLLOW, case, lifetime=LINK_LIFETIME, max_uses=None)
    return localised_path(f"/sprawy/otworz/{token}/", case.language)


def confirm_path(case: Any) -> str:
    """The link that confirms the address of a new request."""
    token = issue(CONFIRM, case, lifetime=UNCONFIRMED_FOR)
    return localised_path(f"/sprawy/potwierdz/{token}/", case.language)
