"""Putting organisations away, and making one of two rows that are the same organisation.

Every row of any app that points to the duplicate is moved to the one that stays. What would then
be there twice is settled by the app whose it is (`core.ports.organisation_merges`); what can only
be settled by people stops the merge with a sentence.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from core import pagecache, ports
from core.audit import record
from core.clock import database_now
from directory import permissions
from directory.models import (
    Membership,
    Organisation,
    OrganisationKind,
    OrganisationMerge,
    Patronage,
    TeamRole,
)

#: Numbers that the row which stays takes over where it has none.
NUMBERS = ("krs", "nip", "regon")
RANK = {TeamRole.VIEWER: 0, TeamRole.EDITOR: 1, TeamRole.OWNER: 2}


class CannotMerge(ValidationError):
    """Something of both has to be settled by people first; the message says what."""


@transaction.atomic
def archive_organisation(organisation: Organisation, *, reason: str, actor: Any) -> Organisation:
    """Put an organisation away: nothing new is begun for it, what was begun goes on.

    Raises `PermissionDenied`, `ValidationError` without a reason.
    """
    current = _kept_by(actor, organisation)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    if current.archived_at is None:
        current.archived_at = database_now()
        current.archived_reason = reason.strip()
        current.save(update_fields=["archived_at", "archived_reason"])
        record(current, "archive", actor=actor)
    return current


@transaction.atomic
def restore_organisation(organisation: Organisation, *, actor: Any) -> Organisation:
    """Take it out of the archive. Raises `PermissionDenied`; `ValidationError` after a merge."""
    current = _kept_by(actor, organisation)
    if current.merged_into_id is not None:
        raise ValidationError(_("This organisation was merged into another one."))
    if current.archived_at is not None:
        current.archived_at, current.archived_reason = None, ""
        current.save(update_fields=["archived_at", "archived_reason"])
        record(current, "restore", actor=actor)
    return current


@transaction.atomic
def merge_organisations(
    kept: Organisation, duplicate: Organisation, *, reason: str, actor: Any
) -> OrganisationMerge:
    """Make one organisation of two: everything of `duplicate` becomes `kept`'s.

    The duplicate stays in the archive as an empty row that says where everything went. There is
    no way back but by hand, from what the returned row says. Raises `PermissionDenied`,
    `CannotMerge`, `ValidationError` without a reason.
    """
    if not permissions.keeps(actor):
        raise PermissionDenied
    if kept.pk == duplicate.pk:
        raise CannotMerge(_("Choose two different organisations."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    # In one order always: two merges the other way round wait for each other, and do not lock.
    rows = Organisation.objects.select_for_update().order_by("pk")
    both = {row.pk: row for row in rows.filter(pk__in=[kept.pk, duplicate.pk])}
    kept, duplicate = both[kept.pk], both[duplicate.pk]
    if kept.archived_at is not None or duplicate.merged_into_id is not None:
        raise CannotMerge(_("One of them was put into the archive meanwhile."))
    changed: dict[str, Any] = defaultdict(list)
    _take_part(kept, duplicate, changed)
    _settle_own(kept, duplicate, changed)
    for settle in ports.organisation_merges:
        try:
            settle(kept, duplicate, changed)
        except ports.CannotMergeRows as error:
            raise CannotMerge(str(error)) from error
    moved = _move_rows(kept, duplicate)
    _take_numbers(kept, duplicate, changed)
    duplicate.archived_at = duplicate.archived_at or database_now()
    duplicate.archived_reason = reason.strip()
    duplicate.merged_into = kept
    duplicate.save()
    kept.save()
    made = OrganisationMerge.objects.create(
        kept=kept,
        duplicate=duplicate,
        reason=reason.strip(),
        moved=moved,
        changed=dict(changed),
        by=actor.pk,
    )
    record(kept, "merge", actor=actor, fields=[str(duplicate.uuid), *sorted(moved)])
    record(duplicate, "merged", actor=actor, fields=[str(kept.uuid)])
    pagecache.changed()
    return made


def counts(organisation: Organisation) -> list[tuple[str, int]]:
    """What belongs to an organisation, by kind, for the page that asks before a merge."""
    found = []
    for model, field in pointing_here():
        number = model._base_manager.filter(**{field: organisation.pk}).count()
        if number:
            found.append((str(model._meta.verbose_name_plural), number))
    return found


def pointing_here() -> list[tuple[type[models.Model], str]]:
    """Every model of any app with a foreign key to an organisation, and the key's name."""
    relations: list[Any] = [
        relation
        for relation in Organisation._meta.get_fields(include_hidden=True)
        if (relation.one_to_many or relation.one_to_one) and relation.auto_created
    ]
    return [
        (relation.related_model, relation.field.name)
        for relation in relations
        if relation.related_model not in (OrganisationMerge, Organisation)
    ]


def _kept_by(actor: Any, organisation: Organisation) -> Organisation:
    if not permissions.keeps(actor):
        raise PermissionDenied
    return Organisation.objects.select_for_update().get(pk=organisation.pk)


def _take_part(kept: Organisation, duplicate: Organisation, changed: dict[str, Any]) -> None:
    """Whoever has a part in the project keeps it: cases and public pages rest on it."""
    if duplicate.kind in (kept.kind, OrganisationKind.APPLICANT):
        return
    if kept.kind != OrganisationKind.APPLICANT:
        raise CannotMerge(
            _("They have different parts in the project: %(kept)s and %(duplicate)s.")
            % {"kept": kept.get_kind_display(), "duplicate": duplicate.get_kind_display()}
        )
    changed["kind"].append([kept.kind, duplicate.kind])
    kept.kind = duplicate.kind


def _settle_own(kept: Organisation, duplicate: Organisation, changed: dict[str, Any]) -> None:
    """Who is in both teams keeps the stronger role; invitations and patrons are there once."""
    here = {row.user_id: row for row in Membership.objects.filter(organisation=kept)}
    for row in Membership.objects.filter(organisation=duplicate):
        mine = here.get(row.user_id)
        if mine is None:
            continue
        changed["memberships"].append([row.user_id, row.role, mine.role])
        if RANK[TeamRole(row.role)] > RANK[TeamRole(mine.role)]:
            mine.role = row.role
            mine.save(update_fields=["role"])
        row.delete()
    waiting = kept.invitations.filter(accepted_at=None, cancelled_at=None).values("email")
    for twice in duplicate.invitations.filter(
        accepted_at=None, cancelled_at=None, email__in=waiting
    ):
        changed["invitations"].append(str(twice.uuid))
        twice.cancelled_at = database_now()
        twice.save(update_fields=["cancelled_at"])
    standing = {"state__in": ("asked", "accepted")}
    between = Patronage.objects.filter(**standing).filter(
        models.Q(group=kept, patron=duplicate) | models.Q(group=duplicate, patron=kept)
    )
    if between.exists():
        raise CannotMerge(_("One of them is the patron of the other, so they are not the same."))
    if kept.patronages.filter(**standing).exists():
        for second in duplicate.patronages.filter(**standing):
            changed["patronages"].append(str(second.uuid))
            second.state, second.decided_at = "ended", database_now()
            second.save(update_fields=["state", "decided_at"])
    # An ended one between the two would point from the row to itself.
    for gone in Patronage.objects.filter(
        models.Q(group=kept, patron=duplicate) | models.Q(group=duplicate, patron=kept)
    ):
        changed["patronages"].append(str(gone.uuid))
        gone.delete()


def _move_rows(kept: Organisation, duplicate: Organisation) -> dict[str, list[str]]:
    moved = {}
    for model, field in pointing_here():
        rows = model._base_manager.filter(**{field: duplicate.pk})
        keys = [str(key) for key in rows.values_list("pk", flat=True)]
        if not keys:
            continue
        try:
            with transaction.atomic():
                rows.update(**{field: kept.pk})
        except IntegrityError as error:
            raise CannotMerge(
                _("Both have something that may be there once only: %(what)s.")
                % {"what": model._meta.verbose_name_plural}
            ) from error
        moved[f"{model._meta.label_lower}.{field}"] = keys
    return moved


def _take_numbers(kept: Organisation, duplicate: Organisation, changed: dict[str, Any]) -> None:
    """Numbers go to the row that stays; two different ones are no reason to stop, but are noted."""
    for name in NUMBERS:
        number = getattr(duplicate, name)
        if not number:
            continue
        changed["numbers"].append([name, number, getattr(kept, name)])
        setattr(duplicate, name, "")
        if not getattr(kept, name):
            setattr(kept, name, number)
            kept.is_verified = False
