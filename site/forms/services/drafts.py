"""Saving what somebody has typed so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from core.clock import database_now
from forms.merging import Conflict, merge
from forms.models import Draft
from forms.schema import Form
from forms.text import HARD_LIMIT
from forms.types import registry


class AnswerTooLong(Exception):
    """An answer is longer than a draft keeps; `key` says which."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class StaleDraft(Exception):
    """A save rests on a revision that the draft has not reached: it is from another draft."""


@dataclass(frozen=True)
class Saved:
    """What became of a save."""

    rev: int
    at: datetime
    changed: list[str]
    conflicts: list[Conflict]
    #: Answers that other windows have saved since the revision this save rests on.
    updates: list[str]


def is_too_long(raw: Any) -> bool:
    """Whether an answer is longer than a draft keeps."""
    return len(raw if isinstance(raw, str) else "".join(raw)) > HARD_LIMIT


@transaction.atomic
def save_answers(
    draft: Draft,
    form: Form,
    changes: Mapping[str, Any],
    *,
    base_rev: int,
    client: str,
    actor: Any,
) -> Saved:
    """Merge changed answers, as typed, into a draft; whether `actor` may, the caller decides.

    `base_rev` is the revision the changes were made on, `client` the window they come from.
    Answers that somebody else has changed meanwhile are not overwritten but given back as
    conflicts; all others are saved. Keys that the form does not have are left out. Gives the
    moment of the save by the database's clock.
    """
    known = {
        key: value
        for key, value in changes.items()
        if key in form.fields and not registry[form.fields[key].type].takes_files
    }
    for key, value in known.items():
        if is_too_long(value):
            raise AnswerTooLong(key)
    current = type(draft)._default_manager.select_for_update().get(pk=draft.pk)
    if base_rev > current.rev:
        raise StaleDraft
    now = database_now()
    merged = merge(
        current.data,
        current.marks,
        current.rev,
        changes=known,
        base_rev=base_rev,
        client=client,
        by=actor.pk,
        at=now.isoformat(),
    )
    if merged.changed:
        current.data, current.marks, current.rev = merged.data, merged.marks, merged.rev
        current.saved_by, current.saved_at = actor, now
        current.save(update_fields=["data", "marks", "rev", "saved_by", "saved_at"])
    for name in ("data", "marks", "rev", "saved_by", "saved_at"):
        setattr(draft, name, getattr(current, name))
    disputed = {conflict.key for conflict in merged.conflicts}
    updates = [
        key
        for key, (changed_in, window, _by, _at) in merged.marks.items()
        if changed_in > base_rev and window != client and key not in disputed
    ]
    return Saved(merged.rev, now, merged.changed, merged.conflicts, updates)
