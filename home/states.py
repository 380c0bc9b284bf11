"""The states of a letter: what visitors write to us, and demands of accessibility.

The clocks of a demand are those of article 18 of the act of 4 April 2019 on the digital
accessibility of websites: 7 days, or 2 months when we say why within the 7 days.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.transitions import (
    SYSTEM_ONLY,
    Machine,
    Notice,
    Recipient,
    Refused,
    State,
    Step,
    Transition,
    roles,
)

RECEIVED, POSTPONED, ANSWERED, REFUSED, CLOSED = (
    "received", "postponed", "answered", "refused", "closed",
)  # fmt: skip
OPEN = (RECEIVED, POSTPONED)
DESK = roles(Role.CHIEF_EDITOR, Role.SERVICE_COORDINATOR)
DEMAND = "access"
DAYS, MONTHS = 7, 2


def due_on(received: date) -> date:
    """The last of the 7 days; the day of the demand itself does not count."""
    return received + timedelta(days=DAYS)


def latest_on(received: date) -> date:
    """Two months after the demand, or the last day of a month that has no such day."""
    years, month = divmod(received.month - 1 + MONTHS, 12)
    year = received.year + years
    return date(year, month + 1, min(received.day, monthrange(year, month + 1)[1]))


def words_given(step: Step) -> None:
    if not (step.get("text") or "").strip():
        raise Refused(_("Write what the person is to read."), field="text")


def is_demand(step: Step) -> None:
    if step.obj.kind != DEMAND:
        raise Refused(_("Only a demand of accessibility has this."))


def is_no_demand(step: Step) -> None:
    if step.obj.kind == DEMAND:
        raise Refused(_("A demand of accessibility needs an answer."))


def in_two_months(step: Step) -> None:
    day = step.get("until")
    if day is None:
        raise Refused(_("Say until when it will be done."), field="until")
    today = timezone.localtime(step.now).date()
    if not today < day <= latest_on(timezone.localtime(step.obj.received_at).date()):
        raise Refused(_("At most two months after the demand, and not in the past."), field="until")


def answer(step: Step) -> None:
    step.obj.answer = step["text"].strip()
    step.obj.closed_at = step.now


def postpone(step: Step) -> None:
    step.obj.answer = step["text"].strip()
    step.obj.due_on = step["until"]


def close(step: Step) -> None:
    step.obj.closed_at = step.now


def sender(step: Step) -> Iterable[Recipient]:
    """Who wrote, where they left an e-mail address; others are called."""
    return [Recipient(step.obj.email, step.obj.language)] if step.obj.email else []


def _notice(name: str) -> Notice:
    def context(step: Step) -> dict[str, Any]:
        return {"letter": step.obj, "link": step.obj.path}

    return Notice(template=f"home/letter_{name}", to=sender, context=context)


MACHINE = Machine(
    "home.letter",
    [
        State(RECEIVED, _("to be answered"), _("we have it and are going to answer")),
        State(POSTPONED, _("put off"), _("it takes longer; we have said why")),
        State(ANSWERED, _("answered"), _("answered")),
        State(REFUSED, _("refused"), _("we cannot do it; we have said why")),
        State(CLOSED, _("closed without an answer"), _("closed")),
    ],
    [
        Transition(
            "answer", OPEN, ANSWERED,
            who=DESK, label_staff=_("Answer"), guard=words_given, effect=answer,
            takes=("text", "until"), fields=("answer", "closed_at"), mail=_notice("answered"),
        ),
        Transition(
            "postpone", RECEIVED, POSTPONED,
            who=DESK, label_staff=_("Put off, with the reason"),
            guard=(is_demand, words_given, in_two_months), effect=postpone,
            takes=("text", "until"), fields=("answer", "due_on"), mail=_notice("postponed"),
        ),
        Transition(
            "refuse", OPEN, REFUSED,
            who=DESK, label_staff=_("Refuse, with the reason and another way"),
            guard=(is_demand, words_given), effect=answer,
            takes=("text", "until"), fields=("answer", "closed_at"), mail=_notice("refused"),
        ),
        Transition(
            "close", RECEIVED, CLOSED,
            who=DESK, label_staff=_("Close without an answer"), guard=is_no_demand, effect=close,
            takes=("text", "until"), fields=("closed_at",),
        ),
    ],
    initial=RECEIVED,
)  # fmt: skip

# --- An issue of the newsletter -------------------------------------------------------------------

DRAFT, SENDING, SENT = "draft", "sending", "sent"
PUBLISHERS = roles(Role.CHIEF_EDITOR)
WRITERS = roles(Role.CHIEF_EDITOR, Role.EDITOR)


def has_news(step: Step) -> None:
    if not step.obj.news():
        raise Refused(_("Choose at least one news item that is published."))


def begin(step: Step) -> None:
    step.obj.begun_at = step.now


def finish(step: Step) -> None:
    step.obj.finished_at = step.now


ISSUE_MACHINE = Machine(
    "home.newsletter",
    [
        State(DRAFT, _("being written"), _("being written")),
        State(SENDING, _("on its way"), _("on its way")),
        State(SENT, _("sent"), _("sent")),
    ],
    [
        Transition(
            "send", DRAFT, SENDING,
            who=PUBLISHERS, label_staff=_("Send to the subscribers"),
            guard=has_news, effect=begin, fields=("begun_at",),
        ),
        Transition(
            "finish", SENDING, SENT,
            who=SYSTEM_ONLY, label_staff=_("Everybody was written to"),
            effect=finish, fields=("finished_at",),
        ),
    ],
    initial=DRAFT,
)  # fmt: skip
