"""Guards that the tables of several things of a plebiscite share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.transitions import Refused, Step


def words_are_given(message: Any, field: str = "reason") -> Callable[[Step], None]:
    """A guard: `field` of the form holds some words; else Refused with `message`."""

    def guard(step: Step) -> None:
        if not str(step.get(field) or "").strip():
            raise Refused(message, field=field)

    return guard
