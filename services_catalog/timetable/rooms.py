"""Taking a room for a slot, and saying what holds it when it is taken.

The only thing that keeps two uses of a room apart is the constraint on `directory.RoomUse`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.i18n.dates import date_range
from directory.models import Room, RoomUse
from directory.services import RoomTaken, release_room, reserve_room


class RoomConflict(ValidationError):
    """The room is taken; the sentence names by what. For staff: it names those who have it."""

    def __init__(self, room: Room, uses: Iterable[RoomUse]) -> None:
        super().__init__(explain(room, uses), code="room_taken")


def conflicts(
    room: Room,
    starts_at: datetime,
    ends_at: datetime,
    *,
    shares_room: bool = False,
    but: int | None = None,
) -> list[RoomUse]:
    """What would collide with a use of the room; `but` is the use that would be given back."""
    uses = RoomUse.objects.standing().filter(room=room).between(starts_at, ends_at)
    if shares_room:
        uses = uses.filter(is_shared=False)
    if but is not None:
        uses = uses.exclude(pk=but)
    return list(uses.order_by("period"))


def explain(room: Room, uses: Iterable[RoomUse]) -> str:
    """One sentence: which room, when, for what and for whom it is taken."""
    holders = "; ".join(_holder(use) for use in uses)
    if not holders:
        return _("%(room)s has just been taken by somebody else. Look again.") % {"room": room.name}
    return _("%(room)s is taken: %(holders)s.") % {"room": room.name, "holders": holders}


def _holder(use: RoomUse) -> str:
    when = date_range(timezone.localtime(use.period.lower), timezone.localtime(use.period.upper))
    if use.party:
        return _("%(when)s – %(purpose)s (%(party)s)") % {
            "when": when, "purpose": use.purpose, "party": use.party,
        }  # fmt: skip
    return _("%(when)s – %(purpose)s") % {"when": when, "purpose": use.purpose}


def take(slot: Any, *, actor: Any) -> None:
    """Take the slot's room for it, in the caller's transaction; sets `room_use`, saves nothing.

    Raises `RoomConflict`.
    """
    if slot.room is None:
        slot.room_use = None
        return
    try:
        slot.room_use = reserve_room(
            slot.room,
            slot.starts_at,
            slot.ends_at,
            purpose=slot.service.name,
            party=slot.provider.name if slot.provider else "",
            is_shared=slot.shares_room,
            actor=actor,
        )
    except RoomTaken as error:
        found = conflicts(slot.room, slot.starts_at, slot.ends_at, shares_room=slot.shares_room)
        raise RoomConflict(slot.room, found) from error


def give_back(slot: Any, *, actor: Any) -> None:
    """Let go of the slot's room; sets `room_use`, saves nothing."""
    if slot.room_use is not None:
        release_room(slot.room_use, actor=actor)
        slot.room_use = None
