"""Taking and erasing snapshots."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, TypeVar

from core.clock import database_now
from forms.canonical import digest
from forms.models import FormVersion, Snapshot

AnySnapshot = TypeVar("AnySnapshot", bound=Snapshot)


def take_snapshot(
    model: type[AnySnapshot],
    *,
    seq: int,
    kind: str,
    form_version: FormVersion,
    values: Mapping[str, Any],
    files: Mapping[str, Any],
    context: Mapping[str, Any],
    idempotency_key: uuid.UUID,
    sent_by: int | None,
    **belongs_to: Any,
) -> AnySnapshot:
    """Write checked answers down for good, in the caller's transaction.

    `values` and `files` are what `forms.checking.check` gave; `belongs_to` are the model's own
    fields. Raises `IntegrityError` when this `idempotency_key` has been used.
    """
    snapshot = model(
        seq=seq,
        kind=kind,
        form_version=form_version,
        data=dict(values),
        files=dict(files),
        context=dict(context),
        idempotency_key=idempotency_key,
        sent_by=sent_by,
        **belongs_to,
    )
    snapshot.sha256 = digest(snapshot.content())
    snapshot.save(force_insert=True)
    snapshot.refresh_from_db()
    return snapshot


def erase_snapshot(snapshot: Snapshot) -> None:
    """Empty a snapshot whose time of keeping has passed; its digest and its place stay."""
    type(snapshot)._default_manager.filter(pk=snapshot.pk, erased_at=None).update(
        data={}, files={}, context={}, erased_at=database_now()
    )
    snapshot.refresh_from_db()
