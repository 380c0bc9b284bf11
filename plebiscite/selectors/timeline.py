"""The public timeline of a plebiscite: each change of its state, and nobody's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.audit import history
from plebiscite.models import Plebiscite
from plebiscite.phases import FROZEN_ON, PUBLIC, PlebisciteState
from plebiscite.selectors.public import languages, view
from plebiscite.states import two_people


@dataclass(frozen=True)
class Change:
    """One change: when, what the plebiscite became, and by what."""

    at: datetime
    what: str
    by: str
    note: str = ""


def timeline_context(plebiscite: Plebiscite) -> dict[str, Any]:
    """All changes so far, and those that the plan still holds."""
    return {
        "view": view(plebiscite),
        "plebiscite": plebiscite,
        "changes": changes(plebiscite),
        **languages(plebiscite),
    }


def changes(plebiscite: Plebiscite) -> list[Change]:
    """The changes of state that everybody may know of, oldest first."""
    found = []
    for event in history(plebiscite):
        if event.to_state not in PUBLIC or event.to_state == event.from_state:
            continue
        found.append(
            Change(
                at=event.at,
                what=str(plebiscite.machine.label(event.to_state)),
                by=_by(plebiscite, event),
                note=plebiscite.void_reason if event.to_state == PlebisciteState.VOID else "",
            )
        )
    return found


def _by(plebiscite: Plebiscite, event: Any) -> str:
    if event.actor_kind == "system":
        return _("by the plan")
    row = plebiscite.machine.row(event.from_state, event.verb)
    if event.to_state in FROZEN_ON and row is not None and two_people in row.guard:
        return _("by two people of the commission")
    return _("by the commission")
