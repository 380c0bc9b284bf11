"""The formal check: its points, asking for clarification, what ends by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.actors import SYSTEM
from core.audit import record
from core.clock import database_now
from core.outbox import queue_mail
from core.transitions import TransitionError, lock_row
from core.transitions import transition as change_state
from core.worktime import after_working_days
from directory import permissions as directory_permissions
from incubator.criteria import criteria_of
from incubator.models import Application, Clarification, FormalItem
from incubator.services.writing import back_to_sent
from incubator.states import CHECKERS, State

#: Working days that an applicant has unless staff say otherwise, and the longest time.
USUAL_DAYS = 5
MOST_DAYS = 30
#: How long before its end a clarification is reminded of.
REMIND_BEFORE = timedelta(days=2)


@transaction.atomic
def save_check(
    application: Application, answers: Mapping[str, tuple[str, str]], *, actor: Any
) -> Application:
    """Keep results and notes of points of the check, by criterion.

    Raises `PermissionDenied` for whoever does not check, and for people of the applicant's team.
    """
    current: Application = lock_row(application)
    if not CHECKERS(actor, current) or directory_permissions.role_in(actor, current.organisation):
        raise PermissionDenied
    if current.state != State.FORMAL_CHECK:
        raise PermissionDenied
    known = criteria_of(current.call)
    changed = []
    for criterion, (result, note) in answers.items():
        if criterion not in known or result not in FormalItem.Result.values:
            continue
        before = FormalItem.objects.filter(application=current, criterion=criterion).first()
        if before and (before.result, before.note) == (result, note):
            continue
        FormalItem.objects.update_or_create(
            application=current,
            criterion=criterion,
            defaults={"result": result, "note": note, "by": actor.pk, "at": database_now()},
        )
        changed.append(criterion)
    if changed:
        record(current, "check", actor=actor, fields=changed)
    return current


@transaction.atomic
def ask_clarification(
    application: Application, *, questions: str, keys: Iterable[str], days: int, actor: Any
) -> Clarification:
    """Open single questions of the form to the applicant for so many working days.

    The draft goes back to what was sent, so that nothing else comes in with the answer. Raises
    what `transition` raises.
    """
    current: Application = lock_row(application)
    form = current.form_version.form
    unlocked = [key for key in form.fields if key in set(keys)]
    due = after_working_days(database_now(), min(max(days, 1), MOST_DAYS))
    change_state(
        current, "ask", actor=actor, questions=questions, unlocked_keys=unlocked, due_at=due
    )
    back_to_sent(current)
    found = current.open_clarification
    assert found is not None
    return found


def tidy_clarifications() -> None:
    """What time brings: those that were not answered end, others are reminded of."""
    now = database_now()
    for found in Clarification.objects.filter(state=Clarification.State.OPEN, due_at__lt=now):
        try:
            change_state(found.application, "expire", actor=SYSTEM)
        except TransitionError:
            # Still in its grace, or answered this moment: the next run looks again.
            continue
    soon = Clarification.objects.filter(
        state=Clarification.State.OPEN,
        application__state=State.CLARIFICATION,
        due_at__gt=now,
        due_at__lt=now + REMIND_BEFORE,
    ).select_related("application__call", "application__organisation")
    for found in soon:
        if found.due_at - found.asked_at > REMIND_BEFORE:
            _remind(found)


@transaction.atomic
def _remind(found: Clarification) -> None:
    application = found.application
    for membership in application.organisation.memberships.select_related("user"):
        if membership.user.is_active and membership.role in ("owner", "editor"):
            queue_mail(
                "incubator/clarification_reminder",
                membership.user.email,
                {
                    "application": application,
                    "call": application.call,
                    "clarification": found,
                    "path": f"/inkubator/wnioski/{application.uuid}/",
                },
                dedupe_key=f"incubator.clarification:{found.pk}:{membership.pk}:reminder",
                language="pl",
            )
