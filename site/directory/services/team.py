"""The team of an organisation. It never loses the last person who leads it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import SYSTEM
from core.audit import record
from directory import permissions
from directory.models import Membership, Organisation, TeamRole


class LastOwner(ValidationError):
    """The change would leave a team without anybody who leads it."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody has to lead the team. Give this role to another person first."),
            code="last_owner",
        )


@transaction.atomic
def add_member(organisation: Organisation, *, user: Any, role: str, actor: Any) -> Membership:
    """Take a person into the team. Somebody who is in it already keeps the role they have."""
    organisation = _team(organisation, actor)
    if organisation.merged_into_id is not None:
        raise ValidationError(_("This organisation was merged into another one."))
    membership, is_new = Membership.objects.get_or_create(
        organisation=organisation, user=user, defaults={"role": TeamRole(role)}
    )
    if is_new:
        record(organisation, "add_member", actor=actor, to_state=membership.role)
    return membership


@transaction.atomic
def change_role(membership: Membership, *, role: str, actor: Any) -> Membership:
    """Give a team member another role. Raises `LastOwner`."""
    current = _member(membership, actor)
    if current.role == role:
        return current
    if current.role == TeamRole.OWNER:
        _others_lead(current)
    before, current.role = current.role, TeamRole(role)
    current.save(update_fields=["role"])
    record(
        current.organisation, "change_role", actor=actor, from_state=before, to_state=current.role
    )
    return current


@transaction.atomic
def remove_member(membership: Membership, *, actor: Any) -> None:
    """Let somebody go, or go oneself. Raises `LastOwner`."""
    current = _member(membership, actor, allow_self=True)
    if current.role == TeamRole.OWNER:
        _others_lead(current)
    record(current.organisation, "remove_member", actor=actor, from_state=current.role)
    current.delete()


@transaction.atomic
def hand_over(user: Any, *, actor: Any = SYSTEM) -> None:
    """Before an account is deleted: whoever has written longest leads the teams it led alone.

    A team where nobody else writes stays without; staff sees it in the list of organisations.
    """
    for membership in Membership.objects.filter(user=user, role=TeamRole.OWNER):
        _team(membership.organisation, actor)
        team = Membership.objects.filter(organisation=membership.organisation).exclude(user=user)
        if team.filter(role=TeamRole.OWNER).exists():
            continue
        heir = team.filter(role=TeamRole.EDITOR).order_by("created_at", "pk").first()
        if heir is not None:
            change_role(heir, role=TeamRole.OWNER, actor=actor)


def _team(organisation: Organisation, actor: Any) -> Organisation:
    """Lock the team, so that two leaders cannot leave at the same moment."""
    current = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not permissions.may_lead(actor, current):
        raise PermissionDenied
    return current


def _member(membership: Membership, actor: Any, *, allow_self: bool = False) -> Membership:
    """The membership as it is now, with its team locked."""
    organisation = Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    is_self = allow_self and membership.user_id == getattr(actor, "pk", None)
    if not is_self and not permissions.may_lead(actor, organisation):
        raise PermissionDenied
    current = Membership.objects.get(pk=membership.pk)
    current.organisation = organisation
    return current


def _others_lead(membership: Membership) -> None:
    others = Membership.objects.filter(
        organisation_id=membership.organisation_id, role=TeamRole.OWNER
    ).exclude(pk=membership.pk)
    if not others.exists():
        raise LastOwner
