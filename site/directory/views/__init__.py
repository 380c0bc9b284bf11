from directory.views.organisations import (
    cancel,
    create,
    detail,
    edit,
    invitation,
    invite,
    member,
    organisations,
)
from directory.views.parts import patron, patronage, units

__all__ = [
    "cancel",
    "create",
    "detail",
    "edit",
    "invitation",
    "invite",
    "member",
    "organisations",
    "patron",
    "patronage",
    "units",
]
