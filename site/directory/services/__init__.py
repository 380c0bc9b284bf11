"""What changes in the directory, one function per use case. Nothing else writes its tables."""

from directory.services.invitations import (
    INVITATION,
    WrongPerson,
    accept_invitation,
    cancel_invitation,
    invite,
)
from directory.services.merging import (
    CannotMerge,
    archive_organisation,
    merge_organisations,
    restore_organisation,
)
from directory.services.organisations import create_organisation, update_organisation
from directory.services.patronage import (
    NoSuchPatron,
    answer_patronage,
    ask_patron,
    end_patronage,
)
from directory.services.rooms import RoomTaken, release_room, reserve_room
from directory.services.team import (
    LastOwner,
    add_member,
    change_role,
    hand_over,
    remove_member,
)
from directory.services.units import add_unit, remove_unit

__all__ = [
    "INVITATION",
    "CannotMerge",
    "LastOwner",
    "NoSuchPatron",
    "RoomTaken",
    "WrongPerson",
    "accept_invitation",
    "add_member",
    "add_unit",
    "answer_patronage",
    "archive_organisation",
    "ask_patron",
    "cancel_invitation",
    "change_role",
    "create_organisation",
    "end_patronage",
    "hand_over",
    "invite",
    "merge_organisations",
    "release_room",
    "remove_member",
    "remove_unit",
    "reserve_room",
    "restore_organisation",
    "update_organisation",
]
