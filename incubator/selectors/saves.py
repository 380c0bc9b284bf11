"""Earlier states of a draft, as its team reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forms.rendering import in_own_language
from forms.schema import Field
from forms.types import registry
from incubator.models import Application, DraftSave


@dataclass(frozen=True)
class Changed:
    """A question that an earlier state answers differently from now."""

    label: Any
    then: str
    now: str


@dataclass(frozen=True)
class EarlierSave:
    """One state: when and by whom it was saved, and what it would change."""

    pk: int
    at: datetime
    by: str
    changed: list[Any]
    differences: list[Changed]
    can_be_brought_back: bool


def earlier_saves(application: Application) -> list[EarlierSave]:
    """The states that are kept, the newest first; that of now is not among them."""
    rows = application.draft.saves.exclude(rev=application.draft.rev).select_related("by")
    return [_shown(application, row) for row in rows]


def _shown(application: Application, row: DraftSave) -> EarlierSave:
    fields = application.form_version.form.fields
    unlocked = application.unlocked_keys
    now = application.draft.data
    differing = [
        item
        for key, item in fields.items()
        if not registry[item.type].takes_files and (row.data.get(key) or "") != (now.get(key) or "")
    ]
    return EarlierSave(
        pk=row.pk,
        at=row.saved_at,
        by=row.by.get_full_name() if row.by else "",
        changed=[in_own_language(fields[key].label) for key in fields if key in row.changed],
        differences=[
            Changed(in_own_language(item.label), _words(item, row.data), _words(item, now))
            for item in differing
        ],
        can_be_brought_back=any(unlocked is None or item.key in unlocked for item in differing),
    )


def _words(item: Field, answers: dict[str, Any]) -> str:
    return registry[item.type].show_raw(item, answers.get(item.key) or "")
