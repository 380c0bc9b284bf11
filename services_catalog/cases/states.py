"""The states of a case and every allowed move.

This table is the permission source, the diagram staff see and the parameters of the tests.
Moves of a resident are made by the holder of the private link or by the signed-in requester.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.transitions import SYSTEM_ONLY, Machine, Notice, State, Transition
from services_catalog.cases import rules

UNCONFIRMED = "unconfirmed"
NEW = "new"
IN_PROGRESS = "in_progress"
WAITING = "waiting_requester"
RESOLVED = "resolved"
CLOSED = "closed"
REJECTED = "rejected"
WITHDRAWN = "withdrawn"
EXPIRED = "expired"

#: Somebody still has to do something.
OPEN = (UNCONFIRMED, NEW, IN_PROGRESS, WAITING, RESOLVED)
#: The office has the next move, and the deadline runs.
OURS = (NEW, IN_PROGRESS)
FINAL = (CLOSED, REJECTED, WITHDRAWN, EXPIRED)

STAFF = {Role.SERVICE_COORDINATOR}

MACHINE = Machine(
    "services_catalog.case",
    [
        State(UNCONFIRMED, _("address not confirmed"), _("waiting for you to confirm")),
        State(NEW, _("new"), _("received")),
        State(IN_PROGRESS, _("in progress"), _("in progress")),
        State(WAITING, _("waiting for the resident"), _("waiting for your answer")),
        State(RESOLVED, _("answered"), _("answered")),
        State(CLOSED, _("closed"), _("closed")),
        State(REJECTED, _("rejected"), _("refused")),
        State(WITHDRAWN, _("withdrawn"), _("withdrawn")),
        State(EXPIRED, _("never confirmed"), _("never confirmed")),
    ],
    [
        Transition(
            "confirm", UNCONFIRMED, NEW,
            who=rules.requester, label_staff=_("Confirm"), label_public=_("Confirm"),
            effect=rules.start_clock, fields=("due_at",),
            mail=Notice(
                template="services/received", to=rules.to_requester, context=rules.for_requester,
                is_secret=True,
            ),
        ),
        Transition(
            "confirm_for", UNCONFIRMED, NEW,
            who=STAFF, label_staff=_("Confirmed by telephone"),
            effect=rules.start_clock, fields=("due_at",),
        ),
        Transition(
            "expire", UNCONFIRMED, EXPIRED,
            who=SYSTEM_ONLY, label_staff=_("Expire"),
            guard=rules.unconfirmed_for_long, effect=rules.close, fields=("closed_at",),
        ),
        Transition(
            "take", [NEW, IN_PROGRESS, WAITING], IN_PROGRESS,
            who=STAFF, label_staff=_("Take over"),
            effect=rules.take, fields=("assigned_to", "due_at", "paused_at"),
        ),
        Transition(
            "ask", [NEW, IN_PROGRESS], WAITING,
            who=STAFF, label_staff=_("Ask the resident"),
            guard=rules.text_given, effect=rules.ask, takes=("text", "submission_key"),
            fields=("assigned_to", "paused_at", "first_reply_at"),
            mail=Notice(template="services/question", to=rules.to_requester,
                        context=rules.for_requester, is_secret=True),
        ),
        Transition(
            "answer", [NEW, IN_PROGRESS, WAITING], RESOLVED,
            who=STAFF, label_staff=_("Answer"),
            guard=rules.text_given, effect=rules.answer, takes=("text", "submission_key"),
            fields=("assigned_to", "paused_at", "first_reply_at"),
            mail=Notice(template="services/answer", to=rules.to_requester,
                        context=rules.for_requester, is_secret=True),
        ),
        Transition(
            "reject", [NEW, IN_PROGRESS, WAITING], REJECTED,
            who=STAFF, label_staff=_("Refuse"),
            guard=rules.text_given, effect=rules.reject, takes=("text", "submission_key"),
            fields=("public_reason", "closed_at", "paused_at", "first_reply_at", "assigned_to"),
            mail=Notice(template="services/rejected", to=rules.to_requester,
                        context=rules.for_requester, is_secret=True),
        ),
        Transition(
            "note", [UNCONFIRMED, NEW, IN_PROGRESS, WAITING, RESOLVED, *FINAL], None,
            who=STAFF, label_staff=_("Write a note"),
            guard=rules.text_given, effect=rules.note, takes=("text", "submission_key"),
        ),
        Transition(
            "reply", [NEW, IN_PROGRESS], None,
            who=rules.requester, label_staff=_("Reply"), label_public=_("Send the message"),
            guard=rules.text_given, effect=rules.reply, takes=("text", "submission_key"),
        ),
        Transition(
            "reply", WAITING, IN_PROGRESS,
            who=rules.requester, label_staff=_("Reply"), label_public=_("Send the message"),
            guard=rules.text_given, effect=rules.reply, takes=("text", "submission_key"),
            fields=("due_at", "paused_at"),
        ),
        Transition(
            "reopen", [RESOLVED, CLOSED], IN_PROGRESS,
            who=rules.requester, label_staff=_("Reopen"),
            label_public=_("This does not settle it"),
            guard=[rules.text_given, rules.closed_lately], effect=rules.reopen,
            takes=("text", "submission_key"), fields=("due_at", "closed_at"),
        ),
        Transition(
            "accept", RESOLVED, CLOSED,
            who=rules.requester, label_staff=_("Close"), label_public=_("It is settled, thank you"),
            effect=rules.close, fields=("closed_at",),
        ),
        Transition(
            "close", RESOLVED, CLOSED,
            who=SYSTEM_ONLY, label_staff=_("Close"),
            guard=rules.answered_for_long, effect=rules.close, fields=("closed_at",),
        ),
        Transition(
            "withdraw", [UNCONFIRMED, NEW, IN_PROGRESS, WAITING], WITHDRAWN,
            who=rules.requester, label_staff=_("Withdraw"), label_public=_("Withdraw the request"),
            effect=rules.close, fields=("closed_at", "paused_at"),
        ),
    ],
    initial=UNCONFIRMED,
)  # fmt: skip
