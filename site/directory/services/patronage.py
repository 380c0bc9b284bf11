"""An informal group asks an organisation to answer for it; that organisation's people decide."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core.audit import record
from core.clock import database_now
from core.outbox import queue_mail
from directory import identifiers, permissions
from directory.models import Organisation, Patronage, PatronageState, TeamRole


class NoSuchPatron(ValidationError):
    """No organisation here has this number."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "No organisation with this number is here yet. Ask its people to enter it, and "
                "try again."
            ),
            code="unknown",
        )


@transaction.atomic
def ask_patron(group: Organisation, *, number: str, actor: Any) -> Patronage:
    """Ask the organisation with this NIP or KRS number; those who lead it get a mail.

    Raises `PermissionDenied`, `NoSuchPatron`, `ValidationError`.
    """
    current = Organisation.objects.select_for_update().get(pk=group.pk)
    if not permissions.may_write(actor, current):
        raise PermissionDenied
    if not current.is_group:
        raise ValidationError(_("Only an informal group has a patron."))
    if current.patronages.filter(state__in=("asked", "accepted")).exists():
        raise ValidationError(_("The group has asked an organisation already."))
    patron = _find(number)
    if patron.is_group or patron.pk == current.pk:
        raise ValidationError(_("An informal group cannot be a patron."))
    made = Patronage.objects.create(group=current, patron=patron)
    record(current, "ask_patron", actor=actor, fields=[str(patron.uuid)])
    for person in _leaders(patron):
        _tell("directory/patron_asked", made, person, patron)
    return made


@transaction.atomic
def answer_patronage(patronage: Patronage, *, accept: bool, actor: Any) -> Patronage:
    """Agree or refuse, for those who lead the patron's team; pressed twice it stays as it is.

    Raises `PermissionDenied`.
    """
    current = _locked(patronage)
    if permissions.role_in(actor, current.patron) != TeamRole.OWNER:
        raise PermissionDenied
    if current.state != PatronageState.ASKED:
        return current
    state = PatronageState.ACCEPTED if accept else PatronageState.DECLINED
    _close(current, state, verb="accept_patronage" if accept else "decline_patronage", actor=actor)
    for person in _leaders(current.group):
        _tell("directory/patron_answered", current, person, current.group)
    return current


@transaction.atomic
def end_patronage(patronage: Patronage, *, actor: Any) -> Patronage:
    """End it, from either side. Applications that were sent keep the name of the patron.

    Raises `PermissionDenied`.
    """
    current = _locked(patronage)
    may = permissions.may_write(actor, current.group) or (
        permissions.role_in(actor, current.patron) == TeamRole.OWNER
    )
    if not may:
        raise PermissionDenied
    if current.state in (PatronageState.ASKED, PatronageState.ACCEPTED):
        _close(current, PatronageState.ENDED, verb="end_patronage", actor=actor)
    return current


def _find(number: str) -> Organisation:
    for name, compact in (("nip", identifiers.compact_nip), ("krs", identifiers.compact_krs)):
        try:
            digits = compact(number)
        except identifiers.InvalidIdentifier:
            continue
        if found := Organisation.objects.in_use().filter(**{name: digits}).first():
            return found
    raise NoSuchPatron


def _locked(patronage: Patronage) -> Patronage:
    rows = Patronage.objects.select_for_update(of=("self",)).select_related("group", "patron")
    return rows.get(pk=patronage.pk)


def _close(patronage: Patronage, state: PatronageState, *, verb: str, actor: Any) -> None:
    before, patronage.state = patronage.state, state
    patronage.decided_at = database_now()
    patronage.save(update_fields=["state", "decided_at"])
    record(patronage.group, verb, actor=actor, from_state=before, to_state=state)


def _leaders(organisation: Organisation) -> list[Any]:
    rows = organisation.memberships.filter(role=TeamRole.OWNER, user__is_active=True)
    return [row.user for row in rows.select_related("user")]


def _tell(template: str, patronage: Patronage, person: Any, whose: Organisation) -> None:
    queue_mail(
        template,
        person.email,
        {
            "patronage": patronage,
            "group": patronage.group.name_pl,
            "patron": patronage.patron.name_pl,
            "path": reverse("directory:organisation", args=[whose.uuid]),
        },
        dedupe_key=f"{template}:{patronage.pk}:{patronage.state}:{person.pk}",
        language="pl",
    )
