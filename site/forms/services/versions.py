"""Making versions of forms."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from core.audit import record
from core.clock import database_now
from forms.canonical import digest
from forms.models import FormVersion
from forms.schema import read_form


@transaction.atomic
def save_version(key: str, schema: Any, *, actor: Any) -> FormVersion:
    """The version of form `key` with this content: the newest one if equal, else a new one.

    Raises `forms.schema.SchemaError` naming everything that is wrong in it.
    """
    read_form(schema)
    latest = FormVersion.objects.select_for_update().filter(key=key).order_by("-number").first()
    sha256 = digest(schema)
    if latest is not None and latest.sha256 == sha256:
        return latest
    version = FormVersion.objects.create(
        key=key, number=latest.number + 1 if latest else 1, schema=schema, sha256=sha256
    )
    record(version, "create", actor=actor)
    return version


def freeze_version(version: FormVersion) -> None:
    """From now on the database refuses every change of the version. Doing it again is nothing."""
    FormVersion.objects.filter(pk=version.pk, frozen_at=None).update(frozen_at=database_now())
