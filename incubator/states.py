"""The life of an application, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.actors import Actor
from core.numbers import Scheme, take_number
from core.transitions import (
    SYSTEM_ONLY,
    Machine,
    Notice,
    Recipient,
    Refused,
    Step,
    Transition,
    Who,
    roles,
)
from core.transitions import State as Row
from directory import permissions as directory_permissions
from directory.team_roles import WRITING_ROLES, TeamRole

#: Numbers of applications: year of the call, its number in the year, number in the call, check.
NUMBERS = Scheme("INK", "/", (4, 2, 3))


class State(TextChoices):
    """Names of the states."""

    DRAFT = "draft"
    ABANDONED = "abandoned"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    FORMAL_CHECK = "formal_check"
    REFUSAL_PROPOSED = "refusal_proposed"
    FORMAL_OK = "formal_ok"
    FORMAL_REJECTED = "formal_rejected"


#: States without a number.
UNNUMBERED = (State.DRAFT, State.ABANDONED)
#: States after which the organisation may begin another application in the same call.
GIVEN_UP = (State.ABANDONED, State.WITHDRAWN)
#: States in which staff have something to do.
WITH_STAFF = (State.SUBMITTED, State.FORMAL_CHECK, State.REFUSAL_PROPOSED)

# --- Who --------------------------------------------------------------------------------------

WRITERS = Who(
    lambda actor, obj: directory_permissions.may_write(actor, obj.organisation),
    _("those of the team who write"),
    roles=frozenset(role.value for role in WRITING_ROLES),
)
LEADERS = Who(
    lambda actor, obj: directory_permissions.role_in(actor, obj.organisation) == TeamRole.OWNER,
    _("those who lead the team"),
    roles=frozenset({TeamRole.OWNER.value}),
)
CHECKERS = roles(Role.INCUBATOR_COORDINATOR)
CONFIRMERS = roles(Role.INCUBATOR_COORDINATOR, Role.APPROVER)

# --- Guards -----------------------------------------------------------------------------------


class Late(Refused):
    """The application came after the close."""


class Incomplete(Refused):
    """Some answers are missing or wrong; `errors` says what about which."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(_("Some answers are still missing."))
        self.errors = errors


def in_time(step: Step) -> None:
    """Judged by when the request arrived, not by when its checking ended."""
    if not step.obj.call.takes(step["arrived_at"]):
        raise Late(_("The call is closed. Your application has been kept as a draft."))


def nothing_changed_meanwhile(step: Step) -> None:
    """What is sent is what its sender has read in the summary."""
    if step["rev"] != step.obj.draft.rev:
        raise Refused(
            _("Somebody of your team has changed the application meanwhile. Read it once more.")
        )


def complete(step: Step) -> None:
    """Every answer can be taken."""
    if step["errors"]:
        raise Incomplete(step["errors"])


def call_is_over(step: Step) -> None:
    """Nobody's application is looked at while others may still be sent."""
    if step.now <= step.obj.call.last_moment:
        raise Refused(_("The call is still open. Checking begins after it closes."))


def not_of_own_team(step: Step) -> None:
    """Nobody decides on an organisation they belong to, whatever role they hold."""
    if directory_permissions.role_in(step.actor, step.obj.organisation):
        raise Refused(_("You are in the team of this organisation, so somebody else has to do it."))


def reason_given(step: Step) -> None:
    """A refusal says why, in words the applicant will read."""
    if not step.get("public_reason", "").strip():
        raise Refused(_("Give the reason; the applicant will read it."), field="public_reason")


def second_person(step: Step) -> None:
    """A refusal takes two people."""
    if step.actor.pk == step.obj.refusal_proposed_by:
        raise Refused(_("You proposed this refusal; another person has to confirm it."))


# --- Effects ----------------------------------------------------------------------------------


def number_it(step: Step) -> None:
    """The number comes last: whoever sends at the same moment waits for it."""
    call = step.obj.call
    step.obj.submitted_at = step["arrived_at"]
    step.obj.number = take_number(NUMBERS, call.year, call.ordinal)


def propose(step: Step) -> None:
    step.obj.public_reason = step["public_reason"].strip()
    step.obj.refusal_proposed_by = step.actor.pk


def take_back(step: Step) -> None:
    step.obj.public_reason = ""
    step.obj.refusal_proposed_by = None


# --- Mail -------------------------------------------------------------------------------------


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
        "path": f"/inkubator/wnioski/{step.obj.uuid}/",
    }


def notice(template: str) -> Notice:
    return Notice(template=f"incubator/{template}", to=team, context=about)


# --- The table --------------------------------------------------------------------------------

MACHINE = Machine(
    "incubator.application",
    [
        Row(State.DRAFT, _("draft"), _("draft")),
        Row(State.ABANDONED, _("abandoned"), _("given up")),
        Row(State.SUBMITTED, _("submitted"), _("sent")),
        Row(State.WITHDRAWN, _("withdrawn"), _("withdrawn")),
        Row(State.FORMAL_CHECK, _("formal check"), _("formal check")),
        Row(State.REFUSAL_PROPOSED, _("refusal proposed"), _("formal check")),
        Row(State.FORMAL_OK, _("formally correct"), _("formally correct")),
        Row(State.FORMAL_REJECTED, _("formally refused"), _("refused for formal reasons")),
    ],
    [
        Transition(
            "submit",
            State.DRAFT,
            State.SUBMITTED,
            who=WRITERS,
            label_staff=_("Submit"),
            label_public=_("Send the application"),
            guard=(in_time, nothing_changed_meanwhile, complete),
            effect=number_it,
            fields=("number", "submitted_at"),
            takes=("arrived_at", "rev", "errors"),
            mail=notice("submitted"),
        ),
        Transition(
            "abandon",
            State.DRAFT,
            State.ABANDONED,
            who=LEADERS | SYSTEM_ONLY,
            label_staff=_("Abandon"),
            label_public=_("Give the draft up"),
        ),
        Transition(
            "withdraw",
            (State.SUBMITTED, State.FORMAL_CHECK, State.REFUSAL_PROPOSED, State.FORMAL_OK),
            State.WITHDRAWN,
            who=LEADERS,
            label_staff=_("Withdraw"),
            label_public=_("Withdraw the application"),
            mail=notice("withdrawn"),
        ),
        Transition(
            "start_check",
            State.SUBMITTED,
            State.FORMAL_CHECK,
            who=CHECKERS,
            label_staff=_("Start the formal check"),
            guard=(not_of_own_team, call_is_over),
        ),
        Transition(
            "pass",
            State.FORMAL_CHECK,
            State.FORMAL_OK,
            who=CHECKERS,
            label_staff=_("Formally correct"),
            guard=not_of_own_team,
            mail=notice("formal_ok"),
        ),
        Transition(
            "propose_refusal",
            State.FORMAL_CHECK,
            State.REFUSAL_PROPOSED,
            who=CHECKERS,
            label_staff=_("Propose to refuse"),
            guard=(not_of_own_team, reason_given),
            effect=propose,
            fields=("public_reason", "refusal_proposed_by"),
            takes=("public_reason",),
        ),
        Transition(
            "confirm_refusal",
            State.REFUSAL_PROPOSED,
            State.FORMAL_REJECTED,
            who=CONFIRMERS,
            label_staff=_("Confirm the refusal"),
            guard=(not_of_own_team, second_person),
            mail=notice("formal_rejected"),
        ),
        Transition(
            "return_to_check",
            State.REFUSAL_PROPOSED,
            State.FORMAL_CHECK,
            who=CONFIRMERS,
            label_staff=_("Back to the formal check"),
            guard=not_of_own_team,
            effect=take_back,
            fields=("public_reason", "refusal_proposed_by"),
        ),
    ],
    initial=State.DRAFT,
)
