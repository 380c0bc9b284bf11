"""Roles decide who sees and who does; what may be done when is the business of the tables."""

from __future__ import annotations

from typing import Any

from wagtail.permission_policies import ModelPermissionPolicy

from plebiscite.permissions import is_commission, may_read


class PlebiscitePolicy(ModelPermissionPolicy):
    """The commission prepares plebiscites; auditors and administrators read."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action == "view":
            return may_read(user)
        return action in {"add", "change"} and is_commission(user)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class ProposalPolicy(PlebiscitePolicy):
    """Proposals are read and decided about; nobody writes in the work of another."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and super().user_has_permission(user, action)
