"""One mail a day to everybody who has cases to work on, instead of one mail for each."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from accounts.permissions import people_with
from accounts.roles import Role
from core.clock import ClockTimestamp, database_now
from core.i18n.dates import TOWN_TIME
from core.outbox import queue_mail
from core.outbox.models import OutboxMail
from core.worktime import is_working_day
from services_catalog.cases import permissions, states
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.notices import STAFF_LANGUAGE

FROM = time(7)


def send_digests(now: datetime | None = None) -> int:
    """The day's mail to staff, once a working day from seven on; gives how many were written.

    It has numbers of cases, no names. Whoever has nothing to do gets none.
    """
    local = (now or database_now()).astimezone(TOWN_TIME)
    if not is_working_day(local.date()) or local.time() < FROM:
        return 0
    day = local.date().isoformat()
    sent = set(
        OutboxMail.objects.filter(dedupe_key__startswith=f"case-digest:{day}:").values_list(
            "dedupe_key", flat=True
        )
    )
    written = 0
    for person in people_with(
        Role.SERVICE_COORDINATOR, Role.CONSORTIUM_MEMBER, Role.CONSORTIUM_LEAD
    ):
        key = f"case-digest:{day}:{person.pk}"
        if key in sent:
            continue
        figures = digest_of(person)
        if not any(figures.values()):
            continue
        with transaction.atomic():
            queue_mail(
                "services_admin/digest",
                person.email,
                {**figures, "link": reverse("services_catalog_cases:index"), "day": local},
                dedupe_key=key,
                language=STAFF_LANGUAGE,
            )
        written += 1
    return written


def digest_of(person: Any) -> dict[str, int]:
    """What waits for somebody: new for them, their own, late, soon due, offered."""
    rows: QuerySet[ServiceRequest] = ServiceRequest.objects.visible_to(person)
    is_desk = permissions.may_work(person)
    mine = Q(assigned_to=person, state__in=states.OURS)
    # The consortium's lead sees the offers to all members, and answers those to its own.
    free = (
        Q(state__in=states.UNASSIGNED)
        if is_desk
        else Q(state=states.OFFERED, assigned_org__in=permissions.own_organisations(person))
    )
    concerned = mine | free
    late = Q(due_at__lt=ClockTimestamp())
    found: dict[str, int] = rows.filter(concerned).aggregate(
        waiting=Count("pk", filter=free),
        own=Count("pk", filter=mine),
        late=Count("pk", filter=late),
        soon=Count("pk", filter=~late & Q(warn_at__lte=ClockTimestamp())),
    )
    return found
