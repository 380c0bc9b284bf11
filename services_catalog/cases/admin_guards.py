"""What guards the moves of staff and of time; what these say, staff alone read."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.transitions import Refused, Step
from core.worktime import after_working_days
from directory.models import Organisation, OrganisationKind
from services_catalog.cases import clock, permissions


def office() -> Organisation:
    """The organisation that runs the desk; cases without another are its own."""
    found = Organisation.objects.filter(kind=OrganisationKind.LEADER).order_by("pk").first()
    if found is None:
        raise Refused(_("First enter the organisation that leads the project."))
    return found


def may_be_given(person: Any, case: Any) -> None:
    """Refuses people who do not work on the case."""
    if person is None or not permissions.may_be_given(person, case):
        raise Refused(_("Choose somebody who works on this case."), field="assignee")


def can_be_offered(step: Step) -> None:
    organisation = step.get("organisation")
    if organisation is None or organisation.kind == OrganisationKind.APPLICANT:
        raise Refused(_("Choose an organisation."), field="organisation")
    if not permissions.team_of(organisation):
        raise Refused(_("Nobody of this organisation works here yet."), field="organisation")


def can_be_assigned(step: Step) -> None:
    may_be_given(step.get("assignee"), step.obj)


def is_a_duplicate(step: Step) -> None:
    original = step.get("original")
    if original is None or original.pk == step.obj.pk:
        raise Refused(_("Give the number of the other case."), field="original")
    if original.duplicate_of_id is not None:
        raise Refused(_("That case was joined with another one itself."), field="original")
    if not type(original).objects.live().filter(pk=original.pk).exists():
        raise Refused(
            _("That case is over or not confirmed; nobody would go on with it."), field="original"
        )
    if step.obj.duplicates.exists():
        raise Refused(_("Other cases were joined with this one; join that way round."))


def has_contact(step: Step) -> None:
    if not hasattr(step.obj, "contact"):
        raise Refused(_("The data of this person were erased."))


def offered_for_long(step: Step) -> None:
    if step.now < after_working_days(step.obj.offered_at, clock.OFFER_LASTS_DAYS):
        raise Refused(_("There is still time to accept."))


def deadline_near(step: Step) -> None:
    if step.obj.alarm != 0 or step.now < step.obj.warn_at:
        raise Refused(_("There is still time."))


def deadline_passed(step: Step) -> None:
    case = step.obj
    until = case.due_at
    if case.alarm == 2:
        until = after_working_days(case.due_at, clock.CITY_AFTER_DAYS)
    if case.alarm >= 3 or step.now < until:
        raise Refused(_("There is still time."))
