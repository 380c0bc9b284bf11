"""Who may see and run slots, as far as it rests on roles and organisations."""

from __future__ import annotations

from typing import Any

from accounts.permissions import has_role
from accounts.roles import Role
from core.actors import SYSTEM, Actor
from services_catalog.cases.permissions import (
    is_provider,
    leads_consortium,
    may_read_all,
    may_work,
    own_organisations,
)

__all__ = [
    "is_provider",
    "leads_consortium",
    "may_create",
    "may_enter",
    "may_read_all",
    "may_run",
    "may_work",
    "own_organisations",
]


def may_enter(user: Any) -> bool:
    """Whether somebody has a staff calendar at all."""
    return may_read_all(user) or leads_consortium(user) or is_provider(user)


def may_create(user: Any) -> bool:
    """Whether somebody may add slots: of everybody, or of an organisation of their own."""
    if may_work(user):
        return True
    return (is_provider(user) or leads_consortium(user)) and own_organisations(user).exists()


def may_run(actor: Any, provider_id: int | None) -> bool:
    """Whether somebody runs what this organisation provides: the desk, its team, the platform."""
    if isinstance(actor, Actor):
        return actor is SYSTEM
    if not getattr(actor, "is_authenticated", False):
        return False
    if may_work(actor):
        return True
    if provider_id is None or not has_role(actor, Role.CONSORTIUM_MEMBER, Role.CONSORTIUM_LEAD):
        return False
    return own_organisations(actor).filter(pk=provider_id).exists()
