"""Entering an organisation and keeping its data."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.text import slugify

from core.audit import record
from core.i18n.folding import fold
from directory import permissions
from directory.models import (
    Membership,
    Organisation,
    OrganisationKind,
    RegisterType,
    SocialEnterprise,
    TeamRole,
)

#: What an organisation's own people may write about it.
OWN_FIELDS = (
    "name_pl",
    "legal_form",
    "register_type",
    "register_name",
    "register_number",
    "krs",
    "nip",
    "regon",
    "pes_category",
    "ps_status",
    "ps_decision",
    "opp_status",
    "group_people",
    "founded_on",
    "address",
    "postcode",
    "town",
    "website",
    "email",
    "phone",
)
#: What staff compares with the register; after a change it has to be compared again.
CHECKED_FIELDS = frozenset(OWN_FIELDS[: OWN_FIELDS.index("pes_category")])


@transaction.atomic
def create_organisation(*, actor: Any, is_example: bool = False, **data: Any) -> Organisation:
    """Enter an organisation; the person who enters it leads its team.

    `data` are values of `OWN_FIELDS`. Raises `ValidationError` by field, for example when the NIP
    is wrong or another organisation has it.
    """
    organisation = Organisation(
        kind=OrganisationKind.APPLICANT,
        created_by=actor,
        is_example=is_example,
        slug=free_slug(data["name_pl"]),
        **_own(data),
    )
    _tidy(organisation)
    organisation.full_clean()
    organisation.save()
    Membership.objects.create(organisation=organisation, user=actor, role=TeamRole.OWNER)
    record(organisation, "create", actor=actor)
    return organisation


@transaction.atomic
def update_organisation(organisation: Organisation, *, actor: Any, **data: Any) -> Organisation:
    """Change what the organisation's people may write; a changed name or number is unverified.

    Raises `PermissionDenied` for people outside the team and readers, `ValidationError` by field.
    """
    current = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not permissions.may_write(actor, current):
        raise PermissionDenied
    before = {name: getattr(current, name) for name in OWN_FIELDS}
    for name, value in _own(data).items():
        setattr(current, name, value)
    _tidy(current)
    current.full_clean()
    changed = [name for name in OWN_FIELDS if getattr(current, name) != before[name]]
    if changed:
        if current.is_verified and CHECKED_FIELDS.intersection(changed):
            current.is_verified = False
        current.save()
        record(current, "update", actor=actor, fields=changed)
    return current


def free_slug(name: str) -> str:
    """An address part from the name that no organisation has yet."""
    base = slugify(fold(name))[:60].strip("-") or "organizacja"
    slug = base
    while Organisation.objects.filter(slug=slug).exists():
        slug = f"{base}-{secrets.token_hex(3)}"
    return slug


def _own(data: dict[str, Any]) -> dict[str, Any]:
    unknown = set(data) - set(OWN_FIELDS)
    if unknown:
        raise TypeError(f"not for an organisation's own people: {', '.join(sorted(unknown))}")
    return data


def _tidy(organisation: Organisation) -> None:
    """Remove what belongs to another register, status or legal form than the chosen one."""
    if organisation.ps_status != SocialEnterprise.GRANTED:
        organisation.ps_decision = ""
    if not organisation.is_group:
        organisation.group_people = ""
    if organisation.register_type != RegisterType.KRS:
        organisation.krs = ""
    if organisation.register_type != RegisterType.OTHER:
        organisation.register_name = ""
    if organisation.register_type in {RegisterType.KRS, RegisterType.NONE}:
        organisation.register_number = ""
