"""The life of an application, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
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
from incubator.criteria import CRITERIA

#: Numbers of applications: year of the call, its number in the year, number in the call, check.
NUMBERS = Scheme("INK", "/", (4, 2, 3))


class State(TextChoices):
    """Names of the states."""

    DRAFT = "draft"
    ABANDONED = "abandoned"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    FORMAL_CHECK = "formal_check"
    CLARIFICATION = "clarification"
    REFUSAL_PROPOSED = "refusal_proposed"
    FORMAL_OK = "formal_ok"
    FORMAL_REJECTED = "formal_rejected"
    ANNULLED = "annulled"


#: States without a number.
UNNUMBERED = (State.DRAFT, State.ABANDONED)
#: States after which the organisation may begin another application in the same call.
GIVEN_UP = (State.ABANDONED, State.WITHDRAWN, State.ANNULLED)
#: States in which staff have something to do.
WITH_STAFF = (State.SUBMITTED, State.FORMAL_CHECK, State.REFUSAL_PROPOSED)
#: States in which the answers may be written, each within its own limits.
WRITABLE = (State.DRAFT, State.SUBMITTED, State.CLARIFICATION)

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
    if not step.obj.call.takes(step["arrived_at"], step.obj.organisation_id):
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
    if step.now <= step.obj.call.last_moment_of_all:
        raise Refused(_("The call is still open. Checking begins after it closes."))


def answered_in_time(step: Step) -> None:
    """A clarification has a deadline of its own; its answer is judged by when it arrived."""
    found = step.obj.open_clarification
    last = found.due_at + timedelta(seconds=step.obj.call.grace_s) if found else None
    if last is None or step["arrived_at"] > last:
        raise Late(_("The time for this clarification is over. What you wrote has been kept."))


def time_is_over(step: Step) -> None:
    """Nobody ends a clarification before its time."""
    found = step.obj.open_clarification
    if found and step.now <= found.due_at + timedelta(seconds=step.obj.call.grace_s):
        raise Refused(_("The applicant still has time to answer."))


def questions_asked(step: Step) -> None:
    """A clarification says what has to be put right and opens at least one question."""
    if not step["questions"].strip():
        raise Refused(_("Say what has to be put right."), field="questions")
    if not step["unlocked_keys"]:
        raise Refused(_("Choose at least one question that may be changed."), field="keys")


def call_is_annulled(step: Step) -> None:
    """Applications are annulled together with their call, never one by one."""
    if step.obj.call.annulled_at is None:
        raise Refused(_("The call has not been annulled."))


def fully_checked(step: Step) -> None:
    """Every point of the list is answered, and none by “no”."""
    found = dict(step.obj.formal_items.values_list("criterion", "result"))
    if missing := [name for name in CRITERIA if name not in found]:
        raise Refused(
            _("Answer every point of the check first; %(count)s are left.")
            % {"count": len(missing)}
        )
    if "no" in found.values():
        raise Refused(_("A point of the check is answered by “no”."))


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
        "clarification": step.obj.open_clarification,
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
        Row(State.CLARIFICATION, _("clarification"), _("clarification")),
        Row(State.REFUSAL_PROPOSED, _("refusal proposed"), _("formal check")),
        Row(State.FORMAL_OK, _("formally correct"), _("formally correct")),
        Row(State.FORMAL_REJECTED, _("formally refused"), _("refused for formal reasons")),
        Row(State.ANNULLED, _("annulled"), _("annulled with the call")),
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
            "correct",
            State.SUBMITTED,
            None,
            who=WRITERS,
            label_staff=_("Send a correction"),
            label_public=_("Send the correction"),
            guard=(in_time, nothing_changed_meanwhile, complete),
            takes=("arrived_at", "rev", "errors"),
            mail=notice("corrected"),
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
            (
                State.SUBMITTED,
                State.FORMAL_CHECK,
                State.CLARIFICATION,
                State.REFUSAL_PROPOSED,
                State.FORMAL_OK,
            ),
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
            guard=(not_of_own_team, fully_checked),
            mail=notice("formal_ok"),
        ),
        Transition(
            "ask",
            State.FORMAL_CHECK,
            State.CLARIFICATION,
            who=CHECKERS,
            label_staff=_("Ask for clarification"),
            guard=(not_of_own_team, questions_asked),
            effect=ask,
            takes=("questions", "unlocked_keys", "due_at"),
            mail=notice("clarification"),
        ),
        Transition(
            "answer",
            State.CLARIFICATION,
            State.FORMAL_CHECK,
            who=WRITERS,
            label_staff=_("Answer"),
            label_public=_("Send the answer"),
            guard=(answered_in_time, nothing_changed_meanwhile, complete),
            effect=end_clarification,
            takes=("arrived_at", "rev", "errors"),
            mail=notice("clarified"),
        ),
        Transition(
            "expire",
            State.CLARIFICATION,
            State.FORMAL_CHECK,
            who=CHECKERS | SYSTEM_ONLY,
            label_staff=_("Go on without the answer"),
            guard=time_is_over,
            effect=end_clarification,
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
        Transition(
            "reopen",
            State.FORMAL_REJECTED,
            State.FORMAL_CHECK,
            who=roles(Role.APPROVER),
            label_staff=_("Reopen after a complaint"),
            guard=(not_of_own_team, reason_given),
            effect=take_back,
            fields=("public_reason", "refusal_proposed_by"),
            takes=("public_reason",),
            mail=notice("reopened"),
        ),
        Transition(
            "annul",
            (
                State.SUBMITTED,
                State.FORMAL_CHECK,
                State.CLARIFICATION,
                State.REFUSAL_PROPOSED,
                State.FORMAL_OK,
            ),
            State.ANNULLED,
            who=roles(Role.APPROVER, Role.ADMINISTRATOR),
            label_staff=_("Annul"),
            guard=call_is_annulled,
            mail=notice("annulled"),
        ),
    ],
    initial=State.DRAFT,
)
