"""What changes in the incubator, one function per use case. Nothing else writes its tables."""

from incubator.services.calls import (
    amend_call,
    annul_call,
    answer_question,
    ask_about,
    extend_call,
)
from incubator.services.checking import ask_clarification, save_check
from incubator.services.comments import comment, settle_comment
from incubator.services.files import add_file, remove_file
from incubator.services.submission import Submitted, submit
from incubator.services.writing import (
    AlreadyApplying,
    CallNotOpen,
    abandon,
    begin_application,
    begin_correction,
    drop_correction,
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
    "amend_call",
    "annul_call",
    "answer_question",
    "ask_about",
    "ask_clarification",
    "begin_application",
    "begin_correction",
    "comment",
    "drop_correction",
    "extend_call",
    "remove_file",
    "save_check",
    "save_draft",
    "save_representation",
    "settle_comment",
    "submit",
    "withdraw",
]
