"""Taking a room and giving it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.errors import ExclusionViolation

from core.audit import record
from core.clock import database_now
from core.i18n.dates import date_range
from directory.models import Room, RoomUse


class RoomTaken(ValidationError):
    """Somebody else has the room at that time."""

    def __init__(self, room: Room, starts_at: datetime, ends_at: datetime) -> None:
        when = date_range(timezone.localtime(starts_at), timezone.localtime(ends_at))
        super().__init__(
            _("%(room)s is taken then (%(when)s). Choose another time or another room.")
            % {"room": room.name, "when": when},
            code="room_taken",
        )


def reserve_room(
    room: Room,
    starts_at: datetime,
    ends_at: datetime,
    *,
    purpose: str,
    party: str = "",
    is_shared: bool = False,
    actor: Any,
) -> RoomUse:
    """Take `room` from `starts_at` to `ends_at` (aware moments; the end is not included).

    A shared use tolerates other shared ones; any other use wants the room for itself. Raises
    `RoomTaken`, whoever of two people asks at the same moment, and `ValidationError` when the end
    is not after the beginning. Who may take a room is the caller's to decide.
    """
    if ends_at <= starts_at:
        raise ValidationError(_("The end has to be after the beginning."), code="no_time")
    try:
        with transaction.atomic():
            # The constraint knows uses of one alone; the lock keeps shared ones away from them.
            Room.objects.select_for_update(no_key=True).only("pk").get(pk=room.pk)
            if _is_taken(room, starts_at, ends_at, also_shared=not is_shared):
                raise RoomTaken(room, starts_at, ends_at)
            use = RoomUse.objects.create(
                room=room,
                period=(starts_at, ends_at),
                purpose=purpose,
                party=party,
                is_shared=is_shared,
            )
            record(use, "reserve", actor=actor)
    except IntegrityError as error:
        if isinstance(error.__cause__, ExclusionViolation):
            raise RoomTaken(room, starts_at, ends_at) from error
        raise
    use.refresh_from_db()
    return use


@transaction.atomic
def release_room(use: RoomUse, *, actor: Any) -> RoomUse:
    """Give the room back; doing it again changes nothing. The row stays, as history."""
    current = RoomUse.objects.select_for_update().get(pk=use.pk)
    if current.cancelled_at is None:
        current.cancelled_at = database_now()
        current.save(update_fields=["cancelled_at"])
        record(current, "release", actor=actor)
    return current


def _is_taken(room: Room, starts_at: datetime, ends_at: datetime, *, also_shared: bool) -> bool:
    uses = RoomUse.objects.standing().filter(room=room).between(starts_at, ends_at)
    return (uses if also_shared else uses.filter(is_shared=False)).exists()
