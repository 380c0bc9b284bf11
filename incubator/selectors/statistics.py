"""Figures of one call, for staff: how far applications came, and when they were sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from directory.models import LegalForm
from incubator.models import Application, ApplicationSnapshot, Call
from incubator.states import UNNUMBERED, State

#: How long before the close an application was sent: up to so much.
WHEN = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))


@dataclass(frozen=True)
class Bar:
    """One line of a chart: `share` is its length in per cent of the longest."""

    label: Any
    value: int
    share: int


def bars(rows: Iterable[tuple[Any, int]]) -> list[Bar]:
    """Lines of a chart."""
    known = list(rows)
    most = max((value for _label, value in known), default=0) or 1
    return [Bar(label, value, 100 * value // most) for label, value in known]


def call_figures(call: Call) -> list[dict[str, Any]]:
    """The charts of a call: title, heading of the lines, lines."""
    rows = Application.objects.filter(call=call)
    states = dict(rows.values_list("state").annotate(number=Count("pk")).order_by())
    sent = sum(number for state, number in states.items() if state not in UNNUMBERED)
    funnel = [
        (_("begun"), sum(states.values())),
        (_("sent"), sent),
        (_("formally correct"), states.get(State.FORMAL_OK, 0)),
    ]
    forms = (
        rows.exclude(state__in=UNNUMBERED)
        .values_list("organisation__legal_form")
        .annotate(number=Count("pk"))
        .order_by("-number")
    )
    labels = dict(LegalForm.choices)
    return [
        {"title": _("How far they came"), "head": _("Applications"), "bars": bars(funnel)},
        {"title": _("When they were sent"), "head": _("Before the close"), "bars": _when(call)},
        {
            "title": _("Who applies"),
            "head": _("Legal form"),
            "bars": bars((labels.get(form, form), number) for form, number in forms),
        },
    ]


def _when(call: Call) -> list[Bar]:
    """First sendings by the time that was left; those in the time of grace apart."""
    counts = [0] * (len(WHEN) + 2)
    first = ApplicationSnapshot.objects.filter(application__call=call, seq=1)
    for arrived, in_grace in first.values_list("arrived_at", "in_grace"):
        if in_grace:
            counts[-1] += 1
            continue
        left = call.closes_at - arrived
        place = next((n for n, limit in enumerate(WHEN) if left <= limit), len(WHEN))
        counts[place] += 1
    labels = [
        _("in the last hour"),
        _("in the last day"),
        _("in the last week"),
        _("earlier"),
        _("in the time of grace"),
    ]
    return bars(zip(labels, counts, strict=True))
