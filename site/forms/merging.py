"""Several people writing one draft. Pure.

Each answer carries a mark: the revision in which it was last changed, by which window of a
browser, by which account and when. A save brings the changed answers and the revision they rest
on. Answers that nobody else has touched since are taken; an answer that somebody else has changed
differently is not, and both are given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_NEVER: list[Any] = [0, "", None, ""]
Marks = Mapping[str, list[Any]]


@dataclass(frozen=True)
class Conflict:
    """Two answers to one question: what came in, and what stands."""

    key: str
    mine: Any
    theirs: Any
    by: int | None = None
    at: str = ""


@dataclass
class Merged:
    """A draft after a save."""

    data: dict[str, Any]
    marks: dict[str, list[Any]]
    rev: int
    changed: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def merge(
    data: Mapping[str, Any],
    marks: Marks,
    rev: int,
    *,
    changes: Mapping[str, Any],
    base_rev: int,
    client: str,
    by: int | None = None,
    at: str = "",
) -> Merged:
    """Put `changes`, made on top of revision `base_rev` in window `client`, into a draft.

    `by` and `at` (number of the account, moment) are kept for the next conflict.
    Sending the same changes again changes nothing. A window never conflicts with its own earlier
    save, whose answer may have been lost on the way.
    """
    result = Merged(dict(data), {key: list(mark) for key, mark in marks.items()}, rev)
    for key, mine in changes.items():
        theirs = data.get(key)
        if mine == theirs or not (mine or theirs):
            continue
        changed_in, changed_in_window, changed_by, changed_at = marks.get(key, _NEVER)
        if changed_in > base_rev and changed_in_window != client:
            result.conflicts.append(Conflict(key, mine, theirs, changed_by, changed_at))
            continue
        result.data[key] = mine
        result.changed.append(key)
    if result.changed:
        result.rev = rev + 1
        for key in result.changed:
            result.marks[key] = [result.rev, client, by, at]
    return result
