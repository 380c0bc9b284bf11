"""What time does to cases; run by the worker again and again."""

from __future__ import annotations

from core.actors import SYSTEM
from core.clock import database_now
from core.transitions import Refused, TransitionError
from services_catalog.cases import erasing, notices, rules, states
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.services.moving import move

#: As many of each kind in one run; the next run goes on.
BATCH = 200


def expire_and_close() -> int:
    """What time does to cases; run by the worker again and again.

    Unconfirmed ones expire, answered ones close, offers lapse, deadlines warn and escalate.
    """
    now = database_now()
    rows = ServiceRequest.objects
    due: list[tuple[ServiceRequest, str]] = []
    for verb, found, order in (
        ("expire", rows.filter(
            state=states.UNCONFIRMED, created_at__lt=now - notices.UNCONFIRMED_FOR), "created_at"),
        ("close", rows.filter(
            state=states.RESOLVED, updated_at__lt=now - rules.CLOSE_AFTER), "updated_at"),
        ("lapse", rows.filter(state=states.OFFERED), "offered_at"),
        ("warn", rows.filter(
            state__in=states.OURS, alarm=0, warn_at__lte=now, due_at__gt=now), "warn_at"),
        # Those that nobody was told of come first: others wait two days for the City.
        ("escalate", rows.filter(state__in=states.OURS, alarm__lt=3, due_at__lte=now), "alarm"),
    ):  # fmt: skip
        due += [(case, verb) for case in found.order_by(order, "due_at")[:BATCH]]
    done = 0
    for case, verb in due:
        try:
            move(case, verb, actor=SYSTEM)
        except (Refused, TransitionError):
            continue  # not yet, or somebody was quicker and the case has moved on
        done += 1
    return done


def erase_due() -> int:
    """Erases what services no longer have a reason to keep; run by the worker."""
    done = 0
    for case in erasing.due_for_erasure(database_now()):
        try:
            move(case, "erase", actor=SYSTEM)
        except TransitionError:
            continue  # held or erased meanwhile
        done += 1
    return done
