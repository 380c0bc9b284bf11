"""Asking people into a team, by the e-mail address that they have to show is theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.addresses import never_verified
from accounts.models import User
from core import tokens
from core.audit import record
from core.clock import database_now
from core.outbox import queue_mail
from directory import permissions
from directory.models import Invitation, Membership, Organisation, TeamRole

INVITATION = "directory.invitation"
LIFETIME = timedelta(days=14)


class WrongPerson(ValidationError):
    """The invitation is for another address than the account's."""

    def __init__(self) -> None:
        super().__init__(
            _("This invitation was sent to another e-mail address than that of your account."),
            code="wrong_person",
        )


@transaction.atomic
def invite(organisation: Organisation, *, email: str, role: str, actor: Any) -> Invitation:
    """Mail an invitation; a second one to the same address replaces the first.

    Raises `ValidationError` for what is no address and for people who are in the team already.
    """
    Organisation.objects.select_for_update().only("pk").get(pk=organisation.pk)
    if not permissions.may_lead(actor, organisation):
        raise PermissionDenied
    email = User.objects.normalize_email(email)
    validate_email(email)
    if organisation.memberships.filter(user__email=email).exists():
        raise ValidationError(_("This person is in the team already."), code="in_team")
    for earlier in _waiting(organisation).filter(email=email):
        cancel_invitation(earlier, actor=actor)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        role=TeamRole(role),
        invited_by=actor if isinstance(actor, User) else None,
    )
    token = tokens.issue(INVITATION, invitation, lifetime=LIFETIME)
    queue_mail(
        "directory/invitation",
        email,
        {
            "organisation": organisation.name_pl,
            "inviter": str(actor),
            "role": invitation.get_role_display(),
            "path": reverse("directory:invitation", args=[token]),
            "days": LIFETIME.days,
        },
        dedupe_key=f"directory.invitation:{invitation.uuid}",
        language=get_language() or "pl",
        is_secret=True,
    )
    record(organisation, "invite", actor=actor, to_state=invitation.role)
    return invitation


@transaction.atomic
def accept_invitation(token: str, *, actor: User) -> Membership:
    """Join the team that the mailed token is for. Raises `TokenRefused` and `WrongPerson`."""
    found = tokens.peek(token, INVITATION)
    invitation = Invitation.objects.select_related("organisation").get(pk=found.object_id)
    organisation = Organisation.objects.select_for_update().get(pk=invitation.organisation_id)
    if organisation.merged_into_id is not None:
        # Merged while this waited for the lock: the invitation has gone along.
        organisation = Organisation.objects.select_for_update().get(pk=organisation.merged_into_id)
        invitation.refresh_from_db()
    if invitation.email != actor.email or never_verified(actor):
        raise WrongPerson
    tokens.redeem(token, INVITATION)
    membership, is_new = Membership.objects.get_or_create(
        organisation=organisation, user=actor, defaults={"role": invitation.role}
    )
    invitation.accepted_at = database_now()
    invitation.save(update_fields=["accepted_at"])
    if is_new:
        record(organisation, "join", actor=actor, to_state=membership.role)
    return membership


@transaction.atomic
def cancel_invitation(invitation: Invitation, *, actor: Any) -> None:
    """Take an invitation back; its link opens nothing any more."""
    current = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not permissions.may_lead(actor, current.organisation):
        raise PermissionDenied
    if current.is_waiting:
        current.cancelled_at = database_now()
        current.save(update_fields=["cancelled_at"])
        tokens.revoke(current, purpose=INVITATION)
        record(current.organisation, "cancel_invitation", actor=actor)


def _waiting(organisation: Organisation) -> Any:
    return Invitation.objects.filter(organisation=organisation, accepted_at=None, cancelled_at=None)
