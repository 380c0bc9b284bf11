"""Whom no mail reaches: after an act on a date, the people who have to be called.

The browser's session keeps the numbers of their bookings alone, and no message carries a name: a
message would travel in a cookie. Names and telephones stand on a page of their own.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core.audit import record
from services_catalog.bookings.models import Booking
from services_catalog.cases.permissions import may_enter
from services_catalog.timetable.models import Slot

KEY = "bookings_to_call"


def after_act(request: HttpRequest, bookings: Iterable[Booking], url: str) -> HttpResponse:
    """On to `url`, by way of those who have to be called when there are any."""
    added = [str(booking.pk) for booking in bookings]
    if not added:
        return redirect(url)
    kept = request.session.get(KEY, {}).get("bookings", [])
    request.session[KEY] = {"bookings": list(dict.fromkeys([*kept, *added])), "back": url}
    return redirect("services_catalog_bookings:calls")


def to_call(request: HttpRequest) -> QuerySet[Booking]:
    """The bookings whose people this member of staff has not yet ticked off."""
    numbers = request.session.get(KEY, {}).get("bookings", [])
    return Booking.objects.visible_to(request.user).filter(pk__in=numbers, contact__isnull=False)


@require_http_methods(["GET", "HEAD", "POST"])
def calls_view(request: HttpRequest) -> HttpResponse:
    """Names and telephones; the button says that all of them know."""
    if not may_enter(request.user):
        raise PermissionDenied
    back = request.session.get(KEY, {}).get("back") or reverse("services_catalog_bookings:dates")
    if request.method == "POST":
        request.session.pop(KEY, None)
        return redirect(back)
    rows = to_call(request).select_related("slot__service", "slot__room", "contact")
    found = list(rows.order_by("slot__starts_at", "number"))
    for slot in Slot.objects.filter(pk__in={booking.slot_id for booking in found}):
        record(slot, "see_people", actor=request.user)
    context = {"bookings": found, "back": back}
    response = render(request, "services_catalog/admin/booking_calls.html", context)
    response["Cache-Control"] = "no-store"
    return response
