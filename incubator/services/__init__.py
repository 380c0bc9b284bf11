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
from incubator.services.drafts import forget_old_drafts, remind_of_drafts
from incubator.services.files import add_file, remove_file
from incubator.services.messages import addressees, send_message, stop_message
from incubator.services.submission import Submitted, submit
from incubator.services.subscriptions import (
    CONFIRM,
    END,
    announce_calls,
    confirm_subscription,
    end_subscription,
    forget_unconfirmed,
    subscribe,
)
from incubator.services.writing import (
    AlreadyApplying,
    CallNotOpen,
    abandon,
    begin_application,
    begin_correction,
    bring_back,
    drop_correction,
    save_draft,
    save_representation,
    withdraw,
)

__all__ = [
    "CONFIRM",
    "END",
    "AlreadyApplying",
    "CallNotOpen",
    "Submitted",
    "abandon",
    "add_file",
    "addressees",
    "amend_call",
    "announce_calls",
    "annul_call",
    "answer_question",
    "ask_about",
    "ask_clarification",
    "begin_application",
    "begin_correction",
    "bring_back",
    "comment",
    "confirm_subscription",
    "drop_correction",
    "end_subscription",
    "extend_call",
    "forget_old_drafts",
    "forget_unconfirmed",
    "remind_of_drafts",
    "remove_file",
    "save_check",
    "save_draft",
    "save_representation",
    "send_message",
    "settle_comment",
    "stop_message",
    "submit",
    "subscribe",
    "withdraw",
]
