"""The yearly review of the accessibility statement, and what it still lacks."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from core.outbox import queue_mail
from home.models import LegalDetails

#: By 31 March of every year (article 11 of the act); the reminder comes four weeks before.
DUE_MONTH, DUE_DAY = 3, 31
REMIND_FROM = (3, 3)


def review_due(details: LegalDetails, today: date) -> date | None:
    """Until when the statement has to be reviewed, when that is near or past; else nothing."""
    if details.reviewed_on and details.reviewed_on.year >= today.year:
        return None
    near = (today.month, today.day) >= REMIND_FROM
    long_past = details.reviewed_on is None or details.reviewed_on.year < today.year - 1
    if not near and not long_past:
        return None
    return date(today.year if near else today.year - 1, DUE_MONTH, DUE_DAY)


def remind_of_review() -> int:
    """One mail a year to every chief editor while the review is due; gives how many were due."""
    today = timezone.localdate()
    count = 0
    for details in LegalDetails.objects.select_related("site"):
        due = review_due(details, today)
        if due is None:
            continue
        for person in User.objects.filter(is_active=True, groups__name=Role.CHIEF_EDITOR):
            queue_mail(
                "home/declaration_review",
                person.email,
                {"due": due},
                dedupe_key=f"declaration:{due.year}:{person.pk}",
                language="pl",
            )
            count += 1
    return count
