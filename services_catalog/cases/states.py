"""The states of a case and every allowed move.

This table is the permission source, the diagram staff see and the parameters of the tests.
Moves of a resident are made by the holder of the private link or by the signed-in requester,
moves of a provider by the team of the organisation that has the case.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.transitions import SYSTEM_ONLY, Machine, Notice, State, Transition, roles
from services_catalog.cases import admin_guards, clock, erasing, notices, rules

UNCONFIRMED = "unconfirmed"
NEW = "new"
TRIAGED = "triaged"
OFFERED = "offered_to_member"
ASSIGNED = "assigned"
IN_PROGRESS = "in_progress"
WAITING = "waiting_requester"
RESOLVED = "resolved"
CLOSED = "closed"
REJECTED = "rejected"
DUPLICATE = "duplicate"
WITHDRAWN = "withdrawn"
EXPIRED = "expired"

#: Somebody still has to do something.
OPEN = (UNCONFIRMED, NEW, TRIAGED, OFFERED, ASSIGNED, IN_PROGRESS, WAITING, RESOLVED)
#: The office has the next move, and the deadline runs.
OURS = (NEW, TRIAGED, OFFERED, ASSIGNED, IN_PROGRESS)
#: Nobody has it yet.
UNASSIGNED = (NEW, TRIAGED)
#: An organisation has it, or has been asked.
HELD = (OFFERED, ASSIGNED, IN_PROGRESS, WAITING, RESOLVED)
FINAL = (CLOSED, REJECTED, DUPLICATE, WITHDRAWN, EXPIRED)
STATES = (*OPEN, *FINAL)

STAFF = {Role.SERVICE_COORDINATOR}
DESK = roles(*STAFF)
PROVIDER = rules.provider
DESK_OR_PROVIDER = DESK | PROVIDER
REQUESTER = rules.requester
ERASER = DESK | REQUESTER | SYSTEM_ONLY
#: Moves that leave words of people in a case; once it is erased, none of them is offered.
WRITING = frozenset({"note", "reopen", "rate"})

WRITTEN = ("text", "submission_key", "files")


def _mail(template: str) -> Notice:
    return Notice(
        template=f"services/{template}",
        to=notices.to_requester,
        context=notices.for_requester,
        is_secret=True,
    )


MACHINE = Machine(
    "services_catalog.case",
    [
        State(UNCONFIRMED, _("address not confirmed"), _("waiting for you to confirm")),
        State(NEW, _("new"), _("received")),
        State(TRIAGED, _("sorted"), _("being looked at")),
        State(OFFERED, _("offered to an organisation"), _("we are asking who can help")),
        State(ASSIGNED, _("accepted by an organisation"), _("somebody has taken it on")),
        State(IN_PROGRESS, _("in progress"), _("in progress")),
        State(WAITING, _("waiting for the resident"), _("waiting for your answer")),
        State(RESOLVED, _("answered"), _("answered")),
        State(CLOSED, _("closed"), _("closed")),
        State(REJECTED, _("rejected"), _("refused")),
        State(DUPLICATE, _("duplicate"), _("joined with another case")),
        State(WITHDRAWN, _("withdrawn"), _("withdrawn")),
        State(EXPIRED, _("never confirmed"), _("never confirmed")),
    ],
    [
        # --- Arrival ---
        Transition(
            "confirm", UNCONFIRMED, NEW,
            who=REQUESTER, label_staff=_("Confirm"), label_public=_("Confirm"),
            effect=rules.start_clock, fields=clock.FIELDS, mail=_mail("received"),
        ),
        Transition(
            "confirm_part", UNCONFIRMED, NEW,
            who=REQUESTER, label_staff=_("Confirm as part of a package"),
            guard=rules.is_a_part, effect=rules.start_clock, fields=clock.FIELDS,
        ),
        Transition(
            "confirm_for", UNCONFIRMED, NEW,
            who=DESK, label_staff=_("Confirmed by telephone"),
            effect=rules.start_clock, fields=clock.FIELDS,
        ),
        Transition(
            "expire", UNCONFIRMED, EXPIRED,
            who=SYSTEM_ONLY, label_staff=_("Expire"),
            guard=rules.unconfirmed_for_long, effect=rules.close, fields=("closed_at",),
        ),
        # --- Who takes it ---
        Transition(
            "triage", NEW, TRIAGED, who=DESK, label_staff=_("Sort: it is for us"),
        ),
        Transition(
            "take", [NEW, TRIAGED], IN_PROGRESS,
            who=DESK, label_staff=_("Take it on ourselves"),
            effect=rules.take, takes=("assignee",), fields=("assigned_org", "assigned_to"),
            mail=Notice(template="services/assigned", to=notices.to_requester_after_hand_over,
                        context=notices.for_requester, is_secret=True),
        ),
        Transition(
            "offer", TRIAGED, OFFERED,
            who=DESK, label_staff=_("Offer to an organisation"),
            guard=admin_guards.can_be_offered, effect=rules.offer, takes=("organisation",),
            fields=("assigned_org", "assigned_to", "offered_at"),
            mail=Notice(template="services_admin/offered", to=notices.to_team,
                        context=notices.for_staff),
        ),
        Transition(
            "accept_offer", OFFERED, ASSIGNED,
            who=PROVIDER, label_staff=_("Accept the case"),
            effect=rules.assign_to_actor, fields=("assigned_to",), mail=_mail("assigned"),
        ),
        Transition(
            "decline", OFFERED, TRIAGED,
            who=PROVIDER, label_staff=_("Decline, with a reason for the coordinator"),
            guard=rules.text_given, effect=rules.decline, takes=WRITTEN,
            fields=("assigned_org", "assigned_to", "offered_at"),
        ),
        Transition(
            "take_back", OFFERED, TRIAGED,
            who=DESK, label_staff=_("Take the offer back"),
            effect=rules.let_go, fields=("assigned_org", "assigned_to", "offered_at"),
        ),
        Transition(
            "lapse", OFFERED, TRIAGED,
            who=SYSTEM_ONLY, label_staff=_("The offer lapses"),
            guard=admin_guards.offered_for_long, effect=rules.let_go,
            fields=("assigned_org", "assigned_to", "offered_at"),
        ),
        Transition(
            "start", ASSIGNED, IN_PROGRESS,
            who=DESK_OR_PROVIDER, label_staff=_("Start working"),
            effect=rules.assign_to_nobody_yet, fields=("assigned_to",),
        ),
        Transition(
            "assign", [ASSIGNED, IN_PROGRESS, WAITING, RESOLVED], None,
            who=DESK_OR_PROVIDER, label_staff=_("Assign to a person"),
            guard=admin_guards.can_be_assigned, effect=rules.assign, takes=("assignee",),
            fields=("assigned_to",),
        ),
        Transition(
            "hand_over", [ASSIGNED, IN_PROGRESS], TRIAGED,
            who=DESK_OR_PROVIDER, label_staff=_("Hand over, telling the resident"),
            guard=rules.text_given, effect=rules.hand_over, takes=WRITTEN,
            fields=("assigned_org", "assigned_to", "offered_at"), mail=_mail("handed_over"),
        ),
        # --- Work and talk ---
        Transition(
            "answer", [IN_PROGRESS, WAITING], RESOLVED,
            who=DESK_OR_PROVIDER, label_staff=_("Answer"),
            guard=rules.text_given, effect=rules.answer, takes=(*WRITTEN, "outcome"),
            fields=(*clock.FIELDS, "first_reply_at", "outcome"), mail=_mail("answer"),
        ),
        Transition(
            "ask", IN_PROGRESS, WAITING,
            who=DESK_OR_PROVIDER, label_staff=_("Ask the resident"),
            guard=rules.text_given, effect=rules.ask, takes=WRITTEN,
            fields=(*clock.FIELDS, "first_reply_at"), mail=_mail("question"),
        ),
        Transition(
            "go_on", WAITING, IN_PROGRESS,
            who=DESK_OR_PROVIDER, label_staff=_("Go on without the answer"),
            effect=rules.resume, fields=clock.FIELDS,
        ),
        Transition(
            "write", [NEW, TRIAGED, ASSIGNED, IN_PROGRESS, WAITING, RESOLVED], None,
            who=DESK_OR_PROVIDER, label_staff=_("Write to the resident"),
            guard=rules.text_given, effect=rules.write, takes=WRITTEN, mail=_mail("message"),
        ),
        Transition(
            "note", STATES, None,
            who=DESK_OR_PROVIDER, label_staff=_("Write a note"),
            guard=[erasing.not_erased, rules.text_given], effect=rules.note, takes=WRITTEN,
        ),
        Transition(
            "reject", [NEW, TRIAGED], REJECTED,
            who=DESK, label_staff=_("Refuse"),
            guard=rules.text_given, effect=rules.reject, takes=WRITTEN,
            fields=(*clock.FIELDS, "public_reason", "closed_at", "first_reply_at"),
            mail=_mail("rejected"),
        ),
        Transition(
            "reject", [IN_PROGRESS, WAITING], REJECTED,
            who=DESK_OR_PROVIDER, label_staff=_("Refuse"),
            guard=rules.text_given, effect=rules.reject, takes=WRITTEN,
            fields=(*clock.FIELDS, "public_reason", "closed_at", "first_reply_at"),
            mail=_mail("rejected"),
        ),
        Transition(
            "mark_duplicate", [NEW, TRIAGED], DUPLICATE,
            who=DESK, label_staff=_("Join with another case"),
            guard=admin_guards.is_a_duplicate, effect=rules.mark_duplicate, takes=("original",),
            fields=("duplicate_of", "closed_at"), mail=_mail("duplicate"),
        ),
        Transition(
            "set_priority", OPEN, None,
            who=DESK, label_staff=_("Set the priority"),
            effect=rules.set_priority, takes=("priority",), fields=("priority",),
        ),
        Transition(
            "new_pin", [*OPEN, CLOSED], None,
            who=DESK, label_staff=_("Print a new PIN"),
            guard=admin_guards.has_contact, effect=rules.new_pin, takes=("pin_hash",),
        ),
        # --- The resident ---
        Transition(
            "reply", [NEW, TRIAGED, OFFERED, ASSIGNED, IN_PROGRESS], None,
            who=REQUESTER, label_staff=_("Reply"), label_public=_("Send the message"),
            guard=rules.text_given, effect=rules.reply, takes=WRITTEN,
        ),
        Transition(
            "reply", WAITING, IN_PROGRESS,
            who=REQUESTER, label_staff=_("Reply"), label_public=_("Send the message"),
            guard=rules.text_given, effect=rules.reply, takes=WRITTEN, fields=clock.FIELDS,
            mail=Notice(template="services_admin/reopened", to=notices.to_worker,
                        context=notices.for_staff),
        ),
        Transition(
            "reopen", [RESOLVED, CLOSED], IN_PROGRESS,
            who=REQUESTER, label_staff=_("Reopen"),
            label_public=_("This does not settle it"),
            guard=[erasing.not_erased, rules.text_given, rules.closed_lately],
            effect=rules.reopen, takes=WRITTEN,
            fields=(*clock.FIELDS, "closed_at", "outcome", "assigned_org"),
            mail=Notice(template="services_admin/reopened", to=notices.to_worker,
                        context=notices.for_staff),
        ),
        Transition(
            "accept", RESOLVED, CLOSED,
            who=REQUESTER, label_staff=_("Close"), label_public=_("It is settled, thank you"),
            effect=rules.close, fields=("closed_at",),
        ),
        Transition(
            "rate", CLOSED, None,
            who=REQUESTER, label_staff=_("Give feedback"), label_public=_("Send my opinion"),
            guard=[erasing.not_erased, rules.not_rated], effect=rules.rate,
            takes=("rating", "comment"),
        ),
        Transition(
            "withdraw", OPEN, WITHDRAWN,
            who=REQUESTER, label_staff=_("Withdraw"), label_public=_("Withdraw the request"),
            effect=rules.close, fields=("closed_at", "paused_at"),
        ),
        Transition(
            "withdraw_for", OPEN, WITHDRAWN,
            who=DESK, label_staff=_("Withdrawn by telephone or at the desk"),
            effect=rules.close, fields=("closed_at", "paused_at"),
        ),
        Transition(
            "close_for", RESOLVED, CLOSED,
            who=DESK, label_staff=_("Settled, says the resident"),
            effect=rules.close, fields=("closed_at",),
        ),
        # --- Privacy ---
        Transition(
            "hold", STATES, None,
            who=DESK, label_staff=_("Keep for a legal reason"),
            effect=erasing.set_hold, fields=("legal_hold",),
        ),
        Transition(
            "release", STATES, None,
            who=DESK, label_staff=_("No longer keep for a legal reason"),
            effect=erasing.set_hold, fields=("legal_hold",),
        ),
        Transition(
            "erase", FINAL, None,
            who=ERASER, label_staff=_("Erase the personal data for good"),
            guard=erasing.not_held, effect=erasing.erase, fields=erasing.FIELDS,
        ),
        # --- Time ---
        Transition(
            "close", RESOLVED, CLOSED,
            who=SYSTEM_ONLY, label_staff=_("Close"),
            guard=rules.answered_for_long, effect=rules.close, fields=("closed_at",),
        ),
        Transition(
            "warn", OURS, None,
            who=SYSTEM_ONLY, label_staff=_("Warn: the deadline is near"),
            guard=admin_guards.deadline_near, effect=rules.raise_alarm, fields=("alarm",),
        ),
        Transition(
            "escalate", OURS, None,
            who=SYSTEM_ONLY, label_staff=_("Escalate: the deadline has passed"),
            guard=admin_guards.deadline_passed, effect=rules.raise_alarm, fields=("alarm",),
            mail=Notice(template="services_admin/overdue", to=notices.to_those_above,
                        context=notices.for_staff),
        ),
    ],
    initial=UNCONFIRMED,
)  # fmt: skip
