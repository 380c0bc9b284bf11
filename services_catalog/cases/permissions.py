"""Who may see cases. What may be done with them stands in the table of states."""

from __future__ import annotations

from typing import Any

from accounts.permissions import has_role
from accounts.roles import Role


def may_read_all(user: Any) -> bool:
    """Coordinators work with every case; auditors and administrators read them."""
    return has_role(user, Role.SERVICE_COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR)


def may_work(user: Any) -> bool:
    """Whether somebody takes down requests and moves them."""
    return has_role(user, Role.SERVICE_COORDINATOR)
