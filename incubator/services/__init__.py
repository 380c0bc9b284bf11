"""What changes in the incubator, one function per use case. Nothing else writes its tables."""

from incubator.services.files import add_file, remove_file
from incubator.services.submission import Submitted, submit
from incubator.services.writing import (
    AlreadyApplying,
    CallNotOpen,
    abandon,
    begin_application,
    save_draft,
    save_representation,
    withdraw,
)

__all__ = [
    "AlreadyApplying",
    "CallNotOpen",
    "Submitted",
    "abandon",
    "add_file",
    "begin_application",
    "remove_file",
    "save_draft",
    "save_representation",
    "submit",
    "withdraw",
]
