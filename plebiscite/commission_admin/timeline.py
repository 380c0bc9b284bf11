"""What has happened to a plebiscite or a proposal, in the words of its table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.audit import history

OTHERS = {
    "create": _("Written down"),
    "update": _("Changed"),
    "make_keys": _("Keys made"),
    "forget_voters": _("Declarations of voters deleted"),
}


@dataclass(frozen=True)
class Happening:
    """One line of the history."""

    at: datetime
    what: Any
    who: str


def timeline(obj: Any) -> list[Happening]:
    """The events of an object, oldest first."""
    return [
        Happening(
            at=event.at,
            what=_label(obj.machine, event.verb),
            who=event.person.label if hasattr(event, "person") else "",
        )
        for event in history(obj)
    ]


def _label(machine: Any, verb: str) -> Any:
    if verb in OTHERS:
        return OTHERS[verb]
    return machine.rows(verb)[0].label_staff if verb in machine.verbs else verb
