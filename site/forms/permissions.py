"""Who may read and build forms. Everything that is not allowed here is refused."""

from __future__ import annotations

from typing import Any

from accounts.permissions import has_role
from accounts.roles import Role

#: Who builds the forms of an area (`forms.models.Area`).
BUILDERS = {
    "incubator": (Role.INCUBATOR_COORDINATOR, Role.ADMINISTRATOR),
    "services": (Role.SERVICE_COORDINATOR, Role.ADMINISTRATOR),
}
READERS = (
    Role.INCUBATOR_COORDINATOR,
    Role.SERVICE_COORDINATOR,
    Role.APPROVER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)


def may_read(user: Any) -> bool:
    """Whether the person sees forms in the admin."""
    return has_role(user, *READERS)


def may_build(user: Any, area: str) -> bool:
    """Whether the person changes and publishes forms of an area."""
    return has_role(user, *BUILDERS.get(area, ()))


def areas_of(user: Any) -> list[str]:
    """The areas whose forms the person builds."""
    return [area for area in BUILDERS if may_build(user, area)]
