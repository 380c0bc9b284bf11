"""The units that an organisation runs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from directory import permissions
from directory.models import Organisation, Unit

#: More than any organisation runs; a limit against nonsense.
MOST_UNITS = 40


@transaction.atomic
def add_unit(
    organisation: Organisation, *, kind: str, name: str, address: str = "", actor: Any
) -> Unit:
    """Enter a unit. Raises `PermissionDenied`, `ValidationError` by field."""
    current = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not permissions.may_write(actor, current):
        raise PermissionDenied
    if current.units.count() >= MOST_UNITS:
        raise ValidationError(_("There are too many units."))
    unit = Unit(organisation=current, kind=kind, name=name.strip(), address=address.strip())
    unit.full_clean()
    unit.save()
    record(current, "add_unit", actor=actor, to_state=unit.kind)
    return unit


@transaction.atomic
def remove_unit(unit: Unit, *, actor: Any) -> None:
    """Take a unit out; what was sent before still names it. Raises `PermissionDenied`."""
    if not permissions.may_write(actor, unit.organisation):
        raise PermissionDenied
    record(unit.organisation, "remove_unit", actor=actor, from_state=unit.kind)
    unit.delete()
