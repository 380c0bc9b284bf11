"""Building forms: every change is one locked write that knows what its author has seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.audit import record
from forms import permissions
from forms.models import Blueprint, FormVersion
from forms.schema.editing import new_key, normalised
from forms.services.versions import save_version

Data = dict[str, Any]


class StaleBlueprint(Exception):
    """Somebody else has changed the form since its author looked."""


@transaction.atomic
def create_blueprint(
    *,
    area: str,
    title: Mapping[str, str],
    actor: Any,
    start: Mapping[str, Any] | None = None,
    key: str = "",
) -> Blueprint:
    """A new form of an area, empty or beginning from the JSON of another one.

    Raises `PermissionDenied`.
    """
    if not permissions.may_build(actor, area):
        raise PermissionDenied
    taken = {
        *Blueprint.objects.values_list("key", flat=True),
        *FormVersion.objects.values_list("key", flat=True),
    }
    definition = {**normalised(start or {"steps": []}), "title": dict(title)}
    blueprint = Blueprint.objects.create(
        key=key or new_key(title.get("pl", ""), {name.replace("-", "_") for name in taken}),
        area=area,
        definition=definition,
        updated_by=actor,
    )
    record(blueprint, "create", actor=actor)
    return blueprint


@transaction.atomic
def edit_blueprint(
    blueprint: Blueprint, change: Callable[[Data], Data], *, rev: int, actor: Any
) -> Blueprint:
    """Let `change` turn the definition into another one, if nobody was quicker.

    Raises `PermissionDenied`, `StaleBlueprint`, and what `change` raises.
    """
    current = _locked(blueprint, rev=rev, actor=actor)
    _write(current, change(current.definition), actor=actor)
    return current


@transaction.atomic
def publish_blueprint(blueprint: Blueprint, *, rev: int, actor: Any) -> FormVersion:
    """Make what stands there a version that never changes; the newest one if nothing is new.

    Raises `PermissionDenied`, `StaleBlueprint`, `forms.schema.SchemaError`.
    """
    current = _locked(blueprint, rev=rev, actor=actor)
    return save_version(current.key, current.definition, actor=actor)


@transaction.atomic
def restart_blueprint(
    blueprint: Blueprint, version: FormVersion, *, rev: int, actor: Any
) -> Blueprint:
    """Go on building from an earlier version of the same form; that version stays as it is."""
    current = _locked(blueprint, rev=rev, actor=actor)
    if version.key != current.key:
        raise PermissionDenied
    _write(current, normalised(version.schema), actor=actor)
    return current


@transaction.atomic
def adopt_version(version: FormVersion, *, area: str, actor: Any) -> Blueprint:
    """The form that a version belongs to, made when it is still missing."""
    blueprint, is_new = Blueprint.objects.get_or_create(
        key=version.key, defaults={"area": area, "definition": normalised(version.schema)}
    )
    if is_new:
        record(blueprint, "create", actor=actor)
    return blueprint


def _locked(blueprint: Blueprint, *, rev: int, actor: Any) -> Blueprint:
    current = Blueprint.objects.select_for_update().get(pk=blueprint.pk)
    if not permissions.may_build(actor, current.area):
        raise PermissionDenied
    if current.rev != rev:
        raise StaleBlueprint
    return current


def _write(current: Blueprint, definition: Data, *, actor: Any) -> None:
    if definition == current.definition:
        return
    current.definition = definition
    current.rev += 1
    current.updated_by = actor
    current.save()
    record(current, "update", actor=actor)
