"""Choosing dates and booking them: one, or one of each service of a package."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import database_now
from core.i18n.active import active_language
from core.throttle import throttle, visitor_key
from core.transitions import Refused
from services_catalog.bookings import rules, selectors, services
from services_catalog.bookings.forms import BookingForm, PackageBookingForm
from services_catalog.bookings.models import Booking
from services_catalog.selectors.packages import find_package
from services_catalog.selectors.services import find_service
from services_catalog.timetable.models import Slot
from services_catalog.timetable.selectors import open_slots

DATES_SHOWN = 40
DATES_OF_A_PACKAGE = 8


@require_safe
def dates(request: HttpRequest, slug: str) -> HttpResponse:
    """The dates of a service that can be booked, with the places they have."""
    service = find_service(slug, language=active_language())
    if service is None:
        raise Http404
    slots = list(open_slots(service.canonical)[:DATES_SHOWN])
    places = selectors.places_of(slots)
    rows = [(slot, places[slot.pk]) for slot in slots]
    context = {"service": service, "rows": rows, "request_url": f"{service.url}zgloszenie/"}
    return render(request, "services_catalog/bookings/dates.html", context)


def find_slot(pk: UUID) -> Slot:
    """A date for everybody, else 404."""
    rows = Slot.objects.public().select_related("service__locale", "room", "provider")
    return get_object_or_404(rows, uuid=pk)


def initial_of(request: HttpRequest) -> dict[str, Any]:
    user = request.user
    return {"name": user.get_full_name(), "email": user.email} if user.is_authenticated else {}


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Places on one date, or in its queue, with or without an account."""
    slot = find_slot(uuid)
    service = find_service(slot.service.slug, language=active_language())
    if service is None:
        raise Http404
    form = BookingForm(request.POST or None, initial=initial_of(request))
    can_wait = False
    if request.method == "POST":
        throttle("services.book", visitor_key(request), limit=30, per=timedelta(hours=1))
        if form.is_valid():
            try:
                booking = services.book(
                    slot,
                    actor=request.user,
                    language=active_language(),
                    join_queue="queue" in request.POST,
                    **form.cleaned_data,
                )
            except services.NoPlace as full:
                form.add_error("party_size", str(full))
                can_wait = full.can_wait
            except Refused as refusal:
                form.add_error(refusal.field or None, str(refusal))
            else:
                return after_booking(
                    request, booking, reverse("services:book_sent", args=[slot.uuid])
                )
    now = database_now()
    places = selectors.places_of([slot])[slot.pk]
    context = {
        "slot": slot,
        "service": service,
        "form": form,
        "places": places,
        "can_wait": can_wait or (places.is_full and places.can_wait),
        "is_open": slot.is_bookable(now) and slot.starts_at > now,
        "is_late": slot.book_until <= now,
        "hold_minutes": int(rules.HOLD_FOR.total_seconds() // 60),
        "retention_months": service.canonical.retention_months,
    }
    status = 422 if form.is_bound else 200
    return render(request, "services_catalog/bookings/book.html", context, status=status)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def book_package(request: HttpRequest, slug: str) -> HttpResponse:
    """A date of every service of a package: all are booked, or none."""
    package = find_package(slug, language=active_language())
    if package is None:
        raise Http404
    slots = {
        service.canonical.pk: list(open_slots(service.canonical)[:DATES_OF_A_PACKAGE])
        for service in package.services
    }
    missing = [service for service in package.required if not slots[service.canonical.pk]]
    form = PackageBookingForm(
        request.POST or None, initial=initial_of(request), package=package, slots=slots
    )
    if request.method == "POST" and not missing:
        throttle("services.book", visitor_key(request), limit=30, per=timedelta(hours=1))
        if form.is_valid():
            try:
                bookings = services.book_package(
                    package.row,
                    form.chosen,
                    actor=request.user,
                    language=active_language(),
                    **form.request_values,
                )
            except Refused as refusal:
                form.add_error(
                    refusal.field if refusal.field in form.fields else None, str(refusal)
                )
            else:
                sent = reverse("services:book_sent", args=[bookings[0].slot.uuid])
                return after_booking(request, bookings[0], sent)
    context = {
        "package": package,
        "form": form,
        "missing": missing,
        "hold_minutes": int(rules.HOLD_FOR.total_seconds() // 60),
        "retention_months": package.row.coordination.retention_months,
    }
    status = 422 if form.is_bound else 200
    return render(request, "services_catalog/bookings/book_package.html", context, status=status)


def after_booking(request: HttpRequest, booking: Booking, sent: str) -> HttpResponse:
    """To the booking for whoever has shown to be its person; to all others the same page."""
    if booking.requester_id is not None and booking.requester_id == request.user.pk:
        return redirect("services:booking", pk=booking.pk)
    return redirect(sent)


@never_cache
@require_safe
def book_sent(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Look into your mail. The same for every address, whatever it has booked before."""
    slot = find_slot(uuid)
    context = {
        "slot": slot,
        "service": find_service(slot.service.slug, language=active_language()),
        "hold_minutes": int(rules.HOLD_FOR.total_seconds() // 60),
    }
    return render(request, "services_catalog/bookings/sent.html", context)
