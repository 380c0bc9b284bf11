"""Who may do what. Predicates of a person and an object; states are the business of `states`."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db.models import QuerySet

from accounts.permissions import has_role
from accounts.roles import Role
from core.transitions import holds


def has_verified_address(user: Any) -> bool:
    """Whether the person has shown that the account's address is theirs."""
    return is_active(user) and verified_address(user).exists()


def is_active(user: Any) -> bool:
    """Whether somebody is signed in, with an account that was not closed."""
    return bool(getattr(user, "is_authenticated", False) and user.is_active)


def verified_address(user: Any) -> QuerySet[EmailAddress]:
    """The row that shows the account's address to be theirs, to ask for within another question."""
    return EmailAddress.objects.filter(user_id=user.pk, email=user.email, verified=True)


def may_vote(user: Any) -> bool:
    """Whether the account may declare and vote."""
    return has_verified_address(user)


def may_propose(user: Any) -> bool:
    """Whether the account may send proposals."""
    return has_verified_address(user)


def is_author(user: Any, proposal: Any) -> bool:
    """Whether the proposal is this person's."""
    return bool(getattr(user, "is_authenticated", False) and proposal.author_id == user.pk)


def is_commission(user: Any, obj: Any = None) -> bool:
    """Whether the person runs contests and votes."""
    return holds(user, Role.PLEBISCITE_COMMISSION)


def may_read(user: Any, obj: Any = None) -> bool:
    """Whether the person sees everything about contests and votes in the admin."""
    return has_role(user, Role.PLEBISCITE_COMMISSION, Role.AUDITOR, Role.ADMINISTRATOR)


def is_clerk_of(user: Any, point: int) -> bool:
    """Whether the person is named for the polling point; nobody is by their role alone."""
    return bool(
        getattr(user, "is_active", False)
        and user.pk is not None
        and apps.get_model("plebiscite", "PointClerk")
        .objects.filter(point_id=point, user_id=user.pk)
        .exists()
    )


def may_rehearse(user: Any, rehearsal: Any) -> bool:
    """Whether the person may vote in a test run: the commission, and the clerks of its points."""
    return is_commission(user) or bool(
        is_active(user) and rehearsal.points.filter(clerks__user_id=user.pk).exists()
    )
