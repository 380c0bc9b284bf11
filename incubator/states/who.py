"""Who may do what with an application."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.transitions import Who, roles
from directory import permissions as directory_permissions
from directory.team_roles import WRITING_ROLES, TeamRole

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
