"""Who may see cases. What may be done with them stands in the table of states."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from accounts.permissions import has_role, people_with
from accounts.roles import Role
from core.actors import Actor
from directory.models import WRITING_ROLES, Membership, Organisation
from forms.schema.definition import Audience


def may_read_all(user: Any) -> bool:
    """Coordinators work with every case; auditors and administrators read them."""
    return has_role(user, Role.SERVICE_COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR)


def may_work(user: Any) -> bool:
    """Whether somebody takes down requests and moves every case."""
    return has_role(user, Role.SERVICE_COORDINATOR)


def leads_consortium(user: Any) -> bool:
    """Whether somebody sees the cases of all members of the consortium."""
    return has_role(user, Role.CONSORTIUM_LEAD)


def is_provider(user: Any) -> bool:
    """Whether somebody works on the cases of an organisation of their own."""
    return has_role(user, Role.CONSORTIUM_MEMBER)


def may_enter(user: Any) -> bool:
    """Whether somebody has a list of cases at all."""
    return may_read_all(user) or leads_consortium(user) or is_provider(user)


def own_organisations(user: Any) -> QuerySet[Organisation]:
    """The organisations in whose name somebody may work."""
    return Organisation.objects.with_member(user, *WRITING_ROLES)


def handles(user: Any, case: Any) -> bool:
    """Whether somebody works on a case in the name of the organisation that has it."""
    if isinstance(user, Actor) or not getattr(user, "is_authenticated", False):
        return False
    if case.assigned_org_id is None or not (is_provider(user) or leads_consortium(user)):
        return False
    return own_organisations(user).filter(pk=case.assigned_org_id).exists()


def may_see_contact(user: Any, case: Any) -> bool:
    """An organisation that was only asked sees what is needed, and not yet for whom."""
    return may_read_all(user) or (handles(user, case) and case.state != "offered_to_member")


def audiences_of(user: Any, case: Any) -> tuple[Audience, ...]:
    """Which answers to a service's questions a member of staff may read.

    Those that were marked for coordinators alone no organisation reads.
    """
    if may_read_all(user):
        return tuple(Audience)
    if may_see_contact(user, case):
        return (Audience.CONTENT, Audience.IDENTITY)
    return (Audience.CONTENT,)


def verified_addresses(user: Any) -> list[str]:
    """The addresses that somebody has shown to be their own, in small letters."""
    found = EmailAddress.objects.filter(user_id=user.pk, verified=True)
    return [email.lower() for email in found.values_list("email", flat=True)]


def team_of(organisation: Organisation) -> list[Any]:
    """Those who may take a case in the name of an organisation."""
    providers = people_with(Role.CONSORTIUM_MEMBER, Role.CONSORTIUM_LEAD)
    members = Membership.objects.filter(organisation=organisation, role__in=WRITING_ROLES)
    return list(providers.filter(pk__in=members.values("user")))


def may_be_given(user: Any, case: Any) -> bool:
    """Whether a case can be assigned to somebody."""
    return user.is_active and (may_work(user) or handles(user, case))
