from incubator.views.mine import application, applications, ask, begin
from incubator.views.public import server_time, verify
from incubator.views.saves import saves
from incubator.views.sending import confirmation, correction, draft_pdf, file, summary, withdraw
from incubator.views.subscribing import (
    ConfirmSubscription,
    EndSubscription,
    subscribe,
    subscribe_done,
    subscribe_sent,
)
from incubator.views.writing import autosave, step

__all__ = [
    "ConfirmSubscription",
    "EndSubscription",
    "application",
    "applications",
    "ask",
    "autosave",
    "begin",
    "confirmation",
    "correction",
    "draft_pdf",
    "file",
    "saves",
    "server_time",
    "step",
    "subscribe",
    "subscribe_done",
    "subscribe_sent",
    "summary",
    "verify",
    "withdraw",
]
