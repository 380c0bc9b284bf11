"""The states of an idea and every allowed move."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.transitions import Machine, Refused, State, Step, Transition, roles, who

PENDING, PUBLISHED, REJECTED, HIDDEN, WITHDRAWN = (
    "pending", "published", "rejected", "hidden", "withdrawn",
)  # fmt: skip
STATES = (PENDING, PUBLISHED, REJECTED, HIDDEN, WITHDRAWN)
DESK = roles(Role.SERVICE_COORDINATOR)


@who(_("the person whose idea it is"))
def author(actor: Any, idea: Any) -> bool:
    """The account that sent it; visitors without an account cannot take theirs back."""
    return bool(getattr(actor, "is_authenticated", False)) and idea.author_id == actor.pk


def reason_given(step: Step) -> None:
    if not (step.get("reason") or "").strip():
        raise Refused(_("Write why, in words that the author may read."), field="reason")


def publish(step: Step) -> None:
    step.obj.published_at = step.obj.published_at or step.now
    step.obj.reason = ""


def turn_down(step: Step) -> None:
    step.obj.reason = step["reason"].strip()


def sort(step: Step) -> None:
    step.obj.group = step["group"]


MACHINE = Machine(
    "services_catalog.idea",
    [
        State(PENDING, _("to be read"), _("we are reading it")),
        State(PUBLISHED, _("on the plan"), _("on the plan")),
        State(REJECTED, _("not published"), _("not published")),
        State(HIDDEN, _("taken off the plan"), _("taken off the plan")),
        State(WITHDRAWN, _("taken back"), _("taken back")),
    ],
    [
        Transition(
            "publish", [PENDING, REJECTED, HIDDEN], PUBLISHED,
            who=DESK, label_staff=_("Put it on the plan"),
            effect=publish, fields=("published_at", "reason"),
        ),
        Transition(
            "reject", PENDING, REJECTED,
            who=DESK, label_staff=_("Do not publish"),
            guard=reason_given, effect=turn_down, takes=("reason",), fields=("reason",),
        ),
        Transition(
            "hide", PUBLISHED, HIDDEN,
            who=DESK, label_staff=_("Take it off the plan"),
            guard=reason_given, effect=turn_down, takes=("reason",), fields=("reason",),
        ),
        Transition(
            "sort", [PENDING, PUBLISHED], None,
            who=DESK, label_staff=_("Put into a group"),
            effect=sort, takes=("group",), fields=("group",),
        ),
        Transition(
            "withdraw", [PENDING, PUBLISHED], WITHDRAWN,
            who=author, label_staff=_("Take back"), label_public=_("Take my idea back"),
        ),
    ],
    initial=PENDING,
)  # fmt: skip
