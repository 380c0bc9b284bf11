"""The working-time clock of a case.

Two deadlines run from the day a request counts as received: the first answer and the whole case,
both in working days of the service. While the office waits for the resident the clock stands:
both move by the working time that was left. At three quarters staff are warned, at the end the
case is escalated.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.worktime import after_working_days, after_working_time, working_time_between

#: The columns that these functions change.
FIELDS = ("due_at", "due_resolution_at", "warn_at", "alarm", "paused_at")
WARN_AFTER = 0.75
OFFER_LASTS_DAYS = 3
#: How long after a missed deadline the City is told as well.
CITY_AFTER_DAYS = 2


def start(case: Any, moment: datetime) -> None:
    """The request counts as received at `moment`."""
    service = case.service
    case.due_resolution_at = after_working_days(moment, service.resolution_days)
    case.due_at = min(after_working_days(moment, service.reply_days), case.due_resolution_at)
    case.paused_at = None
    _rearm(case, moment)


def answered(case: Any, moment: datetime) -> None:
    """The answer that was due was given: now the deadline of the whole case runs.

    A reopened case waits for an answer again, though its first one stays the first.
    """
    is_first = case.first_reply_at is None
    if is_first:
        case.first_reply_at = moment
    if is_first or case.due_at < case.due_resolution_at:
        case.due_at = case.due_resolution_at
        _rearm(case, moment)


def pause(case: Any, moment: datetime) -> None:
    """The office waits for the resident."""
    case.paused_at = moment


def resume(case: Any, moment: datetime) -> None:
    """The resident has answered. A deadline that was over before the pause stays over."""
    since, case.paused_at = case.paused_at, None
    if since is None:
        return
    for name in ("due_at", "due_resolution_at"):
        due = getattr(case, name)
        if due > since:
            setattr(case, name, after_working_time(moment, working_time_between(since, due)))
    _rearm(case, moment)


def _rearm(case: Any, moment: datetime) -> None:
    case.warn_at = min(
        after_working_time(moment, working_time_between(moment, case.due_at) * WARN_AFTER),
        case.due_at,
    )
    case.alarm = 0
