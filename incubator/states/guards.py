"""What has to hold before an application changes its state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from core.transitions import Refused, Step
from directory import permissions as directory_permissions
from incubator.criteria import criteria_of
from incubator.eligibility import obstacles


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


def eligible(step: Step) -> None:
    """The call is for organisations like this one, and a group has its patron."""
    reasons = obstacles(step.obj.call, step.obj.organisation)
    if reasons:
        raise Refused(reasons[0])


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
    wanted = criteria_of(step.obj.call)
    if missing := [name for name in wanted if name not in found]:
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
