"""Who may see and do what with applications. Everything that is not allowed here is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from accounts.permissions import has_role
from accounts.roles import Role
from directory import permissions as directory_permissions
from directory.team_roles import TeamRole
from incubator.states import UNNUMBERED

if TYPE_CHECKING:
    from incubator.models import Application

#: Roles that read every application that was sent.
READERS = (
    Role.INCUBATOR_COORDINATOR,
    Role.APPROVER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)
#: Roles that keep calls and forms, and take lists out.
COORDINATORS = (Role.INCUBATOR_COORDINATOR, Role.ADMINISTRATOR)
NOTHING = Q(pk__in=[])


def visibility(user: Any) -> Q:
    """Which applications a person may see. Drafts are their team's alone."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return NOTHING
    # As a subquery: a join would give staff a row for each member of a team.
    own = Q(organisation_id__in=user.memberships.values("organisation_id"))
    return own | ~Q(state__in=UNNUMBERED) if reads_all(user) else own


def reads_all(user: Any) -> bool:
    """Whether the person reads every application that was sent."""
    return has_role(user, *READERS)


def coordinates(user: Any) -> bool:
    """Whether the person keeps calls and takes lists out."""
    return has_role(user, *COORDINATORS)


def annuls(user: Any) -> bool:
    """Whether the person may end a call without an outcome."""
    return has_role(user, Role.APPROVER, Role.ADMINISTRATOR)


def may_write(user: Any, application: Application) -> bool:
    """Whether the person may change the answers."""
    return application.is_writable and directory_permissions.may_write(
        user, application.organisation
    )


def writes_for(user: Any, application: Application) -> bool:
    """Whether the person writes for the applicant, whatever is open now."""
    return directory_permissions.may_write(user, application.organisation)


def may_lead(user: Any, application: Application) -> bool:
    """Whether the person may give the application up or withdraw it."""
    role = directory_permissions.role_in(user, application.organisation)
    return role == TeamRole.OWNER


def is_of_team(user: Any, application: Application) -> bool:
    """Whether the person is in the applicant's team."""
    return bool(directory_permissions.role_in(user, application.organisation))
