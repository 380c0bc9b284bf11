"""Drafts that nobody sends: reminded of before the close, forgotten a year after the last word."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from core.actors import SYSTEM
from core.audit import record
from core.clock import database_now
from core.files import remove
from core.outbox import queue_mail
from core.transitions import lock_row
from core.transitions import transition as change_state
from incubator.models import Application, ApplicationDraft, Call
from incubator.services.saves import KEPT
from incubator.states import UNNUMBERED, State

#: How long before the close unfinished drafts are reminded of.
REMINDERS = (timedelta(days=7), timedelta(hours=48), timedelta(hours=3))
#: How long before a draft goes people are warned.
WARNINGS = (timedelta(days=30), timedelta(days=7))


def remind_of_drafts() -> int:
    """Tell teams whose draft was not sent that the call closes soon; gives the number of teams.

    Of the reminders only the next one is sent, and none that lay before the draft was begun.
    """
    now = database_now()
    drafts = Application.objects.filter(
        state=State.DRAFT, call__is_published=True, call__annulled_at=None, call__opens_at__lte=now
    ).select_related("call", "organisation")
    return sum(_remind(draft, now) for draft in drafts)


def _remind(application: Application, now: datetime) -> bool:
    closes = application.closes_at
    left = closes - now
    due = [before for before in REMINDERS if timedelta(0) < left <= before]
    if not due or closes - min(due) < application.created_at:
        return False
    name = f"incubator.draft:{application.pk}:{min(due)}:{closes.isoformat()}"
    with transaction.atomic():
        current: Application = lock_row(application)
        # Sent this moment: nobody is reminded of what is done.
        if current.state == State.DRAFT:
            _tell("incubator/draft_reminder", current, name, closes_at=closes)
    return True


def old_drafts(now: datetime) -> QuerySet[Application]:
    """Applications that were never sent and that nobody has written in for a year."""
    rows = Application.objects.filter(state__in=UNNUMBERED).annotate(
        written=Coalesce("draft__saved_at", "created_at")
    )
    return rows.filter(written__lte=now - KEPT).exclude(draft__forgotten_at__isnull=False)


def forget_old_drafts() -> int:
    """Warn twice, then give the draft up and empty it; gives the number of emptied ones."""
    now = database_now()
    _warn(now)
    return sum(_forget(application) for application in old_drafts(now))


def _warn(now: datetime) -> None:
    rows = Application.objects.filter(state=State.DRAFT).annotate(
        written=Coalesce("draft__saved_at", "created_at")
    )
    due = rows.filter(written__lte=now - KEPT + max(WARNINGS), written__gt=now - KEPT)
    for application in due.select_related("call", "organisation"):
        goes = application.written + KEPT
        before = min(before for before in WARNINGS if goes - now <= before)
        name = f"incubator.draft:{application.pk}:goes:{before.days}:{goes:%Y%m%d}"
        with transaction.atomic():
            _tell("incubator/draft_goes", application, name, goes_at=goes)


@transaction.atomic
def _forget(application: Application) -> bool:
    current: Application = lock_row(application)
    draft = ApplicationDraft.objects.select_for_update().get(application=current)
    written = draft.saved_at or current.created_at
    # Somebody has written or sent meanwhile.
    if current.state not in UNNUMBERED or written > database_now() - KEPT:
        return False
    if current.state == State.DRAFT:
        change_state(current, "abandon", actor=SYSTEM)
    for attachment in current.attachments.select_related("file"):
        attachment.delete()
        remove(attachment.file)
    current.comments.all().delete()
    draft.saves.all().delete()
    draft.data, draft.marks, draft.representation = {}, {}, {}
    draft.forgotten_at = database_now()
    draft.save()
    record(current, "forget_draft", actor=SYSTEM)
    return True


def _tell(template: str, application: Application, key: str, **values: datetime) -> None:
    call: Call = application.call
    for membership in application.organisation.memberships.select_related("user"):
        if membership.user.is_active and membership.role in ("owner", "editor"):
            queue_mail(
                template,
                membership.user.email,
                {
                    "application": application,
                    "call": call,
                    "organisation": application.organisation,
                    "path": f"/inkubator/wnioski/{application.uuid}/",
                    **values,
                },
                dedupe_key=f"{key}:{membership.user_id}",
                language=settings.LANGUAGE_CODE,
            )
