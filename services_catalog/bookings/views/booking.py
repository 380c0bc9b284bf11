"""One booking as its person sees it, and the buttons there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import database_now
from core.i18n.active import active_language
from core.transitions import TransitionError, available
from services_catalog.bookings import notices, selectors, services, states
from services_catalog.bookings.access import actor_for
from services_catalog.bookings.calendars import calendar_text
from services_catalog.bookings.models import Booking

#: Moves a resident may press on the booking's page.
MOVES = ("accept", "decline", "leave", "cancel")


def find_booking(pk: Any) -> Booking:
    """A booking for a page; whoever may see it is asked next."""
    rows = Booking.objects.select_related(
        "slot__service__locale", "slot__room", "slot__provider", "contact", "package"
    )
    return get_object_or_404(rows, pk=pk)


@never_cache
@require_safe
def booking_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One booking, to whoever may see it; to all others the ways to open one."""
    try:
        booking = find_booking(pk)
        actor = actor_for(request, booking)
    except Http404:
        # The same page whether there is such a booking or not.
        return render(request, "services_catalog/bookings/no_access.html", status=404)
    now = database_now()
    moves = [row for row in available(booking, actor) if row.verb in MOVES]
    has_lapsed = booking.has_lapsed(now)
    if has_lapsed:
        moves = []
    is_late = booking.slot.cancel_until <= now
    if is_late:
        moves = [row for row in moves if row.verb != "cancel"]
    language = active_language()
    together = [
        (one, notices.service_name(one.slot.service, language), one.state_label_at(now))
        for one in notices.together_with(booking)
        .select_related("slot__service")
        .order_by("slot__starts_at")
        if one.pk != booking.pk
    ]
    context = {
        "booking": booking,
        "service": notices.service_name(booking.slot.service, language),
        "service_url": f"/uslugi/{booking.slot.service.slug}/",
        "moves": moves,
        "together": together,
        "place": selectors.place_in_queue(booking) if booking.state == states.WAITING else 0,
        "is_booked": booking.state == states.CONFIRMED,
        "state_label": booking.state_label_at(now),
        "is_offered": booking.state == states.OFFERED and not has_lapsed,
        "is_unproven": booking.state in states.UNPROVEN and not has_lapsed,
        "is_late": is_late and booking.state == states.CONFIRMED,
        "may_cancel_all": any(row.verb == "cancel" for row in moves) and bool(together),
    }
    response = render(request, "services_catalog/bookings/booking.html", context)
    # Not `no-referrer`: from such a page browsers send `Origin: null`, and the forms here would
    # be refused. The address holds no secret, and other sites learn nothing.
    response["Referrer-Policy"] = "same-origin"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move_booking(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """A button on the booking's page; only POST acts, everything else leads to that page."""
    if request.method != "POST":
        return redirect("services:booking", pk=pk)
    booking = find_booking(pk)
    actor = actor_for(request, booking)
    if verb not in (*MOVES, "cancel_all"):
        raise Http404
    try:
        if verb == "cancel_all":
            services.cancel_bundle(booking, actor=actor)
        elif verb == "accept" and booking.state == states.CONFIRMED:
            pass  # pressed twice: it is done
        elif verb in ("leave", "decline"):
            services.give_up(booking, actor=actor)
        else:
            services.move(booking, verb, actor=actor)
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _said(verb))
    return redirect("services:booking", pk=booking.pk)


def _said(verb: str) -> str:
    match verb:
        case "accept":
            return _("The place is yours.")
        case "leave":
            return _("You have left the queue.")
        case "decline":
            return _("Thank you. The place goes to the next person in the queue.")
        case _cancelled:
            return _("Your booking is cancelled. The place is free for somebody else.")


@never_cache
@require_safe
def booking_calendar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The booking as a calendar file."""
    booking = find_booking(pk)
    actor_for(request, booking)
    text = calendar_text([booking], active_language(), is_cancelled=not booking.is_live)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{booking.number}.ics"'
    return response
