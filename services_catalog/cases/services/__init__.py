"""Everything that changes a case."""

from __future__ import annotations

from services_catalog.cases.services.following import (
    find_by_pin,
    note_view,
    renew_pin,
    send_new_link,
)
from services_catalog.cases.services.moving import (
    Outdated,
    assign_all,
    confirm,
    merge,
    move,
    move_all,
)
from services_catalog.cases.services.opening import NUMBERS, open_case, open_package
from services_catalog.cases.services.upkeep import erase_due, expire_and_close

__all__ = [
    "NUMBERS",
    "Outdated",
    "assign_all",
    "confirm",
    "erase_due",
    "expire_and_close",
    "find_by_pin",
    "merge",
    "move",
    "move_all",
    "note_view",
    "open_case",
    "open_package",
    "renew_pin",
    "send_new_link",
]
