"""The states of a slot and of a rule, and every allowed move."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.transitions import SYSTEM_ONLY, Machine, State, Transition, roles, who
from services_catalog.timetable import permissions, rules

DRAFT, OPEN, CLOSED, CANCELLED, DONE = "draft", "open", "closed", "cancelled", "done"
#: What everybody may see.
PUBLIC = (OPEN, CLOSED, CANCELLED, DONE)
#: It is going to take place; the room is held.
LIVE = (DRAFT, OPEN, CLOSED)

RUNNING, STOPPED = "running", "stopped"

DESK = roles(Role.SERVICE_COORDINATOR)


@who(_("the team of the organisation that provides it"))
def provider(actor: Any, obj: Any) -> bool:
    """Somebody who works for the organisation of the slot or rule."""
    return obj.provider_id is not None and permissions.may_run(actor, obj.provider_id)


TEAM = DESK | provider
#: The generator too, when a day is closed or a rule has changed.
TEAM_OR_SYSTEM = TEAM | SYSTEM_ONLY

SLOT = Machine(
    "services_catalog.slot",
    [
        State(DRAFT, _("draft"), _("in preparation")),
        State(OPEN, _("open"), _("open")),
        State(CLOSED, _("closed for bookings"), _("no more bookings")),
        State(CANCELLED, _("cancelled"), _("cancelled")),
        State(DONE, _("over"), _("over")),
    ],
    [
        Transition(
            "publish", DRAFT, OPEN,
            who=TEAM, label_staff=_("Publish"),
            guard=rules.not_over, effect=rules.note_change, fields=rules.NOTED,
        ),
        Transition(
            "close", OPEN, CLOSED,
            who=TEAM, label_staff=_("Take no more bookings"),
            guard=rules.not_over, effect=rules.note_change, fields=rules.NOTED,
        ),
        Transition(
            "reopen", CLOSED, OPEN,
            who=TEAM, label_staff=_("Take bookings again"),
            guard=rules.not_over, effect=rules.note_change, fields=rules.NOTED,
        ),
        Transition(
            "edit", [DRAFT, OPEN, CLOSED], None,
            who=TEAM_OR_SYSTEM, label_staff=_("Change time, place or terms"),
            guard=[rules.not_over, rules.left_alone], effect=rules.edit,
            takes=("values", "is_by_rule"),
            fields=(*rules.NOTED, *rules.EDITABLE, "room_use", "is_edited"),
        ),
        Transition(
            "set_capacity", [DRAFT, OPEN, CLOSED], None,
            who=TEAM_OR_SYSTEM, label_staff=_("Change the number of places"),
            guard=[rules.not_over, rules.left_alone, rules.holds_those_booked],
            effect=rules.set_capacity,
            takes=("capacity", "is_by_rule"), fields=(*rules.NOTED, "capacity", "is_edited"),
        ),
        Transition(
            "cancel", [DRAFT, OPEN, CLOSED], CANCELLED,
            who=TEAM_OR_SYSTEM, label_staff=_("Cancel"),
            guard=[rules.not_over, rules.left_alone, rules.nobody_booked, rules.reason_given],
            effect=rules.cancel, takes=("reason", "is_by_rule"),
            fields=(*rules.NOTED, "cancel_reason", "cancelled_at", "is_by_rule", "room_use"),
        ),
        Transition(
            "renew", CANCELLED, OPEN,
            who=SYSTEM_ONLY, label_staff=_("The day is open again"),
            guard=rules.cancelled_by_rule, effect=rules.renew, takes=("values",),
            fields=(
                *rules.NOTED, *rules.EDITABLE, "cancel_reason", "cancelled_at", "is_by_rule",
                "room_use",
            ),
        ),
        Transition(
            "finish", [OPEN, CLOSED], DONE,
            who=SYSTEM_ONLY, label_staff=_("The time is over"), guard=rules.is_over,
        ),
    ],
    initial=DRAFT,
)  # fmt: skip

RULE = Machine(
    "services_catalog.schedulerule",
    [
        State(DRAFT, _("draft"), _("in preparation")),
        State(RUNNING, _("running"), _("running")),
        State(STOPPED, _("stopped"), _("stopped")),
    ],
    [
        Transition(
            "start", [DRAFT, STOPPED], RUNNING,
            who=TEAM, label_staff=_("Start: make the slots"),
            guard=rules.has_days_left, effect=rules.note_rule, fields=("changed_at",),
        ),
        Transition(
            "change", [DRAFT, RUNNING, STOPPED], None,
            who=TEAM, label_staff=_("Change the rule"),
            effect=rules.change_rule, takes=("values",),
            fields=("changed_at", *rules.RULE_FIELDS),
        ),
        Transition(
            "stop", RUNNING, STOPPED,
            who=TEAM, label_staff=_("Stop: make no more slots"),
            effect=rules.note_rule, fields=("changed_at",),
        ),
    ],
    initial=DRAFT,
)  # fmt: skip
