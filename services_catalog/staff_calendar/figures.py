"""Reports about slots: how full, who waits, who did not come, how rooms are used."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from openpyxl import Workbook

from core.admin import no_formula
from core.audit import record
from core.clock import database_now
from core.references import Reference
from directory.models import RoomUse
from services_catalog.bookings.models import Booking
from services_catalog.cases.figures import bars
from services_catalog.staff_calendar.forms import as_day
from services_catalog.staff_calendar.grid import waiting_of
from services_catalog.timetable import permissions, states
from services_catalog.timetable.models import Slot
from services_catalog.timetable.recurrence import day_bounds, town_day

LENGTH = ExpressionWrapper(F("ends_at") - F("starts_at"), output_field=DurationField())
#: A file holds as much as a year of a busy building.
ROWS_AT_MOST = 20_000


def period(params: Mapping[str, str]) -> tuple[date, date]:
    """The days that an address names, else the last month and the coming one."""
    today = town_day(database_now())
    first = as_day(params.get("od", "")) or today - timedelta(days=30)
    last = as_day(params.get("do", "")) or today + timedelta(days=30)
    last = min(max(first, last), first + timedelta(days=730))
    return first, last


def _slots(user: Any, first: date, last: date) -> QuerySet[Slot]:
    found: QuerySet[Slot] = Slot.objects.visible_to(user).between(
        *day_bounds(first, (last - first).days + 1)
    )
    return found.exclude(state=states.DRAFT)


def report(user: Any, first: date, last: date) -> dict[str, Any]:
    """Everything the report shows, of what the person may see; a constant number of queries."""
    slots = _slots(user, first, last)
    held = slots.exclude(state=states.CANCELLED)
    by_service = (
        held.filter(capacity__gt=0)
        .values("service__name")
        .annotate(number=Count("pk"), places=Sum("capacity"), taken=Sum(F("booked") + F("held")))
        .order_by("-taken", "service__name")
    )
    bookings = Booking.objects.filter(slot__in=held)
    waits = (
        bookings.filter(queue_no__isnull=False)
        .values("slot__service__name")
        .annotate(
            joined=Sum("party_size"),
            waiting=Sum("party_size", filter=Q(state="waiting"), default=0),
            came=Sum(
                "party_size", filter=Q(state__in=("confirmed", "attended", "no_show")), default=0
            ),
        )
        .order_by("-joined", "slot__service__name")
    )
    absent = (
        bookings.filter(state__in=("attended", "no_show"))
        .values("slot__service__name")
        .annotate(
            people=Sum("party_size"),
            missing=Sum("party_size", filter=Q(state="no_show"), default=0),
        )
        .order_by("-missing", "slot__service__name")
    )
    return {
        "services": [
            {**row, "percent": round(100 * row["taken"] / row["places"])} for row in by_service
        ],
        "fullness": bars(
            (row["service__name"], round(100 * row["taken"] / row["places"])) for row in by_service
        ),
        "waits": list(waits),
        "absent": [
            {**row, "percent": round(100 * row["missing"] / row["people"])} for row in absent
        ],
        "rooms": room_hours(user, first, last),
        "cancelled": slots.filter(state=states.CANCELLED).count(),
        "number": held.count(),
    }


def room_hours(user: Any, first: date, last: date) -> list[Any]:
    """Hours in which each room is used: by slots, and for those who see all, by anything else."""
    start, end = day_bounds(first, (last - first).days + 1)
    hours: dict[str, float] = {}
    slots = _slots(user, first, last).exclude(state=states.CANCELLED).filter(room__isnull=False)
    rows = slots.values("room__number", "room__name_pl").annotate(length=Sum(LENGTH))
    for row in rows.order_by("room__number"):
        hours[f"{row['room__number']}. {row['room__name_pl']}"] = row["length"].total_seconds()
    if permissions.may_read_all(user):
        others = RoomUse.objects.standing().between(start, end).filter(slot=None)
        for use in others.select_related("room"):
            label = f"{use.room.number}. {use.room.name_pl}"
            length = min(use.period.upper, end) - max(use.period.lower, start)
            hours[label] = hours.get(label, 0) + length.total_seconds()
    return bars((label, round(seconds / 3600)) for label, seconds in sorted(hours.items()))


@require_safe
def reports_view(request: HttpRequest) -> HttpResponse:
    """The figures of a period."""
    if not permissions.may_enter(request.user):
        raise PermissionDenied
    first, last = period(request.GET)
    context = {**report(request.user, first, last), "first": first, "last": last}
    return render(request, "services_catalog/admin/calendar_reports.html", context)


@require_safe
def export_view(request: HttpRequest, kind: str) -> HttpResponse:
    """The slots of a period as a file; no names are in it. Each file is in the audit trail."""
    if not permissions.may_enter(request.user):
        raise PermissionDenied
    first, last = period(request.GET)
    slots = list(
        _slots(request.user, first, last)
        .select_related("service", "room", "provider")
        .order_by("starts_at", "pk")[:ROWS_AT_MOST]
    )
    waiting = waiting_of(slots)
    head = [
        _("Day"), _("From"), _("To"), _("Service"), _("Room"), _("Provider"), _("State"),
        _("Places"), _("Booked"), _("Held"), _("Waiting"), _("Public note"),
    ]  # fmt: skip
    rows = [[no_formula(cell) for cell in _row(slot, waiting.get(slot.pk, 0))] for slot in slots]
    record(Reference("services_catalog.slot", "export"), "export", actor=request.user)
    name = f"terminy-{first}-{last}.{kind}"
    if kind == "csv":
        text = io.StringIO()
        csv.writer(text).writerows([head, *rows])
        response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    else:
        book = Workbook(write_only=True)
        sheet = book.create_sheet(_("Slots"))
        for row in [head, *rows]:
            sheet.append(row)
        content = io.BytesIO()
        book.save(content)
        kind_of = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        response = HttpResponse(content.getvalue(), content_type=kind_of)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _row(slot: Slot, waiting: int) -> list[Any]:
    start, end = timezone.localtime(slot.starts_at), timezone.localtime(slot.ends_at)
    return [
        start.strftime("%Y-%m-%d"), start.strftime("%H:%M"), end.strftime("%H:%M"),
        slot.service.name, slot.room.name if slot.room else "",
        slot.provider.name if slot.provider else "", slot.staff_state_label,
        slot.capacity, slot.booked, slot.held, waiting, slot.note,
    ]  # fmt: skip
