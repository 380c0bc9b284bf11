"""What changes in the directory, one function per use case. Nothing else writes its tables."""

from directory.services.organisations import create_organisation, update_organisation
from directory.services.rooms import RoomTaken, release_room, reserve_room
from directory.services.team import (
    LastOwner,
    add_member,
    change_role,
    hand_over,
    remove_member,
)

__all__ = [
    "LastOwner",
    "RoomTaken",
    "add_member",
    "change_role",
    "create_organisation",
    "hand_over",
    "release_room",
    "remove_member",
    "reserve_room",
    "update_organisation",
]
