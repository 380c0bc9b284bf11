"""What time brings by itself. The worker runs this every few minutes; nothing waits for it."""

from __future__ import annotations

from incubator.services.checking import tidy_clarifications
from incubator.services.drafts import forget_old_drafts, remind_of_drafts
from incubator.services.saves import forget_old_saves
from incubator.services.subscriptions import announce_calls, forget_unconfirmed


def tidy() -> None:
    """End, remind, announce and forget whatever is due. Each of them can be repeated."""
    tidy_clarifications()
    remind_of_drafts()
    announce_calls()
    forget_old_drafts()
    forget_old_saves()
    forget_unconfirmed()
