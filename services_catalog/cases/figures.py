"""Figures about cases: what is due, who has how much, what came when. No personal data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from core.clock import ClockTimestamp
from services_catalog.cases import permissions, states
from services_catalog.cases.models import ServiceRequest

MONTHS = 12


@dataclass(frozen=True)
class Bar:
    """One row of a chart and of the table that says the same."""

    label: str
    value: int
    share: int


def bars(rows: Iterable[tuple[str, int]]) -> list[Bar]:
    """Rows for a chart, each with its share of the longest."""
    found = list(rows)
    most = max((value for _label, value in found), default=0) or 1
    return [Bar(label, value, round(100 * value / most)) for label, value in found]


def free_states(user: Any) -> tuple[str, ...]:
    """In which states nobody has a case yet: for whoever sees offers alone, those offered."""
    return states.UNASSIGNED if permissions.may_read_all(user) else (states.OFFERED,)


def due_figures(user: Any) -> dict[str, int]:
    """What stands on the first page of the admin; each is the length of a list one may open."""
    rows = ServiceRequest.objects.visible_to(user)
    now = ClockTimestamp()
    found: dict[str, int] = rows.filter(state__in=states.OPEN).aggregate(
        new=Count("pk", filter=Q(state__in=free_states(user))),
        overdue=Count("pk", filter=Q(state__in=states.OURS, due_at__lt=now)),
        waiting=Count("pk", filter=Q(state=states.WAITING)),
        mine=Count("pk", filter=Q(assigned_to=user, state__in=states.OURS)),
    )
    return found


def due_soon(user: Any) -> QuerySet[ServiceRequest]:
    """The cases somebody should look at first: their own, and those nobody has."""
    rows = ServiceRequest.objects.visible_to(user).with_overdue()
    mine = rows.for_the_next_move_of(user)
    free = states.UNASSIGNED if permissions.may_work(user) else (states.OFFERED,)
    return (
        mine.filter(Q(assigned_to=user) | Q(state__in=free))
        .select_related("service")
        .order_by("due_at")[:8]
    )


def report(user: Any) -> dict[str, Any]:
    """Everything the report shows: load, what came by month and by group, how it ended."""
    rows = ServiceRequest.objects.visible_to(user)
    since = timezone.now() - timedelta(days=30 * MONTHS)
    lately = rows.filter(created_at__gte=since)
    load = (
        rows.filter(state__in=states.OPEN)
        .values("assigned_org__name_pl")
        .annotate(
            open=Count("pk"),
            late=Count("pk", filter=Q(state__in=states.OURS, due_at__lt=ClockTimestamp())),
        )
        .order_by("-open")
    )
    months = (
        lately.annotate(month=TruncMonth("created_at"))
        .values("month")
        .annotate(number=Count("pk"))
        .order_by("month")
    )
    groups = (
        lately.exclude(service__target_groups=None)
        .values("service__target_groups__name_pl")
        .annotate(number=Count("pk", distinct=True))
        .order_by("-number")
    )
    by_service = lately.values("service__name").annotate(number=Count("pk")).order_by("-number")
    ends = lately.exclude(outcome="").values("outcome").annotate(number=Count("pk"))
    times = lately.filter(first_reply_at__isnull=False).aggregate(
        wait=Avg(F("first_reply_at") - F("created_at")), rating=Avg("feedback__rating")
    )
    labels = dict(ServiceRequest._meta.get_field("outcome").flatchoices)
    return {
        "load": [
            (row["assigned_org__name_pl"] or "", row["open"], row["late"]) for row in load[:30]
        ],
        "months": bars(
            (timezone.localtime(row["month"]).strftime("%m.%Y"), row["number"]) for row in months
        ),
        "groups": bars((row["service__target_groups__name_pl"], row["number"]) for row in groups),
        "services": bars((row["service__name"], row["number"]) for row in by_service[:15]),
        "outcomes": bars((str(labels[row["outcome"]]), row["number"]) for row in ends),
        "wait_hours": round(times["wait"].total_seconds() / 3600) if times["wait"] else None,
        "rating": times["rating"],
    }
