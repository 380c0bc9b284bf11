"""What changes in the directory, one function per use case. Nothing else writes its tables."""

from directory.services.invitations import (
    INVITATION,
    WrongPerson,
    accept_invitation,
    cancel_invitation,
    invite,
)
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
    "INVITATION",
    "LastOwner",
    "RoomTaken",
    "WrongPerson",
    "accept_invitation",
    "add_member",
    "cancel_invitation",
    "change_role",
    "create_organisation",
    "hand_over",
    "invite",
    "release_room",
    "remove_member",
    "reserve_room",
    "update_organisation",
]
