"""`/sprawy/`: everything a signed-in person has here, across the features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core import ports
from core.ports import Matter


@dataclass(frozen=True)
class MyMatters:
    """What waits for the person first, then what is under way, then what is over."""

    waiting: list[Matter]
    open: list[Matter]
    closed: list[Matter]


def my_matters(*, user: Any, language: str) -> MyMatters:
    """Asks every feature; the soonest deadline first, then the latest change."""
    matters = [
        matter for source in ports.activity for matter in source.mine(user=user, language=language)
    ]
    matters.sort(key=_order)
    return MyMatters(
        waiting=[item for item in matters if item.waits_for_me],
        open=[item for item in matters if not item.waits_for_me and not item.is_closed],
        closed=[item for item in matters if not item.waits_for_me and item.is_closed],
    )


def _order(matter: Matter) -> tuple[bool, float, float]:
    due = matter.due.timestamp() if matter.due else 0.0
    changed = matter.updated_at.timestamp() if matter.updated_at else 0.0
    return (matter.due is None, due, -changed)
