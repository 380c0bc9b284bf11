"""Who may do what with organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.permissions import has_role
from accounts.roles import Role
from core.actors import Actor
from directory.team_roles import WRITING_ROLES, TeamRole

if TYPE_CHECKING:
    from directory.models import Organisation

#: Roles that keep the directory for everybody.
KEEPERS = (Role.INCUBATOR_COORDINATOR, Role.ADMINISTRATOR)
#: Roles that read it as a whole.
READERS = (*KEEPERS, Role.AUDITOR)


def role_in(user: Any, organisation: Organisation) -> str:
    """The person's role in the team, empty for people outside it."""
    if isinstance(user, Actor) or not user.is_authenticated or not user.is_active:
        return ""
    found = organisation.memberships.filter(user_id=user.pk)
    return found.values_list("role", flat=True).first() or ""


def may_see(user: Any, organisation: Organisation) -> bool:
    """The team, and staff who read the whole directory."""
    return bool(role_in(user, organisation)) or _holds(user, *READERS)


def may_write(user: Any, organisation: Organisation) -> bool:
    """Those of the team who write."""
    return role_in(user, organisation) in WRITING_ROLES


def may_lead(user: Any, organisation: Organisation) -> bool:
    """Those who lead the team, staff who keep the directory, and the platform itself."""
    if isinstance(user, Actor):
        return user.kind == "system"
    return role_in(user, organisation) == TeamRole.OWNER or _holds(user, *KEEPERS)


def keeps(user: Any) -> bool:
    """Whether the person keeps the directory for everybody: archive, merging, teams."""
    return _holds(user, *KEEPERS)


def _holds(user: Any, *roles: Role) -> bool:
    return not isinstance(user, Actor) and has_role(user, *roles)
