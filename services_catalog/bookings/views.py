"""The resident's side: choosing a date, booking, waiting, taking an offer, giving up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import database_now
from core.locks import advisory_lock
from core.throttle import throttle, visitor_key
from core.tokens.models import AccessToken
from core.tokens.views import Question, TokenView
from core.transitions import Refused, TransitionError, available
from services_catalog.bookings import notices, rules, seats, selectors, services, states
from services_catalog.bookings.access import actor_for, grant
from services_catalog.bookings.calendars import calendar_text
from services_catalog.bookings.forms import (
    BookingForm,
    BookingLostLinkForm,
    BookingPinForm,
    PackageBookingForm,
)
from services_catalog.bookings.models import Booking
from services_catalog.bookings.rules import LinkHolder
from services_catalog.selectors.packages import find_package
from services_catalog.selectors.services import find_service
from services_catalog.timetable.models import Slot
from services_catalog.timetable.selectors import open_slots

#: Moves a resident may press on the booking's page.
MOVES = ("accept", "decline", "leave", "cancel")
DATES_SHOWN = 40
DATES_OF_A_PACKAGE = 8


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


# --- Choosing -----------------------------------------------------------------------------------


@require_safe
def dates(request: HttpRequest, slug: str) -> HttpResponse:
    """The dates of a service that can be booked, with the places they have."""
    service = find_service(slug, language=_language())
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


def _initial(request: HttpRequest) -> dict[str, Any]:
    user = request.user
    return {"name": user.get_full_name(), "email": user.email} if user.is_authenticated else {}


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Places on one date, or in its queue, with or without an account."""
    slot = find_slot(uuid)
    service = find_service(slot.service.slug, language=_language())
    if service is None:
        raise Http404
    form = BookingForm(request.POST or None, initial=_initial(request))
    can_wait = False
    if request.method == "POST":
        throttle("services.book", visitor_key(request), limit=30, per=timedelta(hours=1))
        if form.is_valid():
            try:
                booking = services.book(
                    slot,
                    actor=request.user,
                    language=_language(),
                    join_queue="queue" in request.POST,
                    **form.cleaned_data,
                )
            except services.NoPlace as full:
                form.add_error("party_size", str(full))
                can_wait = full.can_wait
            except Refused as refusal:
                form.add_error(refusal.field or None, str(refusal))
            else:
                return _after(request, booking, reverse("services:book_sent", args=[slot.uuid]))
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
    package = find_package(slug, language=_language())
    if package is None:
        raise Http404
    slots = {
        service.canonical.pk: list(open_slots(service.canonical)[:DATES_OF_A_PACKAGE])
        for service in package.services
    }
    missing = [service for service in package.required if not slots[service.canonical.pk]]
    form = PackageBookingForm(
        request.POST or None, initial=_initial(request), package=package, slots=slots
    )
    if request.method == "POST" and not missing:
        throttle("services.book", visitor_key(request), limit=30, per=timedelta(hours=1))
        if form.is_valid():
            try:
                bookings = services.book_package(
                    package.row,
                    form.chosen,
                    actor=request.user,
                    language=_language(),
                    **form.request_values,
                )
            except Refused as refusal:
                form.add_error(
                    refusal.field if refusal.field in form.fields else None, str(refusal)
                )
            else:
                sent = reverse("services:book_sent", args=[bookings[0].slot.uuid])
                return _after(request, bookings[0], sent)
    context = {
        "package": package,
        "form": form,
        "missing": missing,
        "hold_minutes": int(rules.HOLD_FOR.total_seconds() // 60),
        "retention_months": package.row.coordination.retention_months,
    }
    status = 422 if form.is_bound else 200
    return render(request, "services_catalog/bookings/book_package.html", context, status=status)


def _after(request: HttpRequest, booking: Booking, sent: str) -> HttpResponse:
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
        "service": find_service(slot.service.slug, language=_language()),
        "hold_minutes": int(rules.HOLD_FOR.total_seconds() // 60),
    }
    return render(request, "services_catalog/bookings/sent.html", context)


# --- The booking --------------------------------------------------------------------------------


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
    is_late = booking.slot.cancel_until <= now
    if is_late:
        moves = [row for row in moves if row.verb != "cancel"]
    language = _language()
    together = [
        (one, notices.service_name(one.slot.service, language))
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
        "is_offered": booking.state == states.OFFERED,
        "is_unproven": booking.state in states.UNPROVEN,
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
    text = calendar_text([booking], _language(), is_cancelled=not booking.is_live)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{booking.number}.ics"'
    return response


# --- Links from mail ----------------------------------------------------------------------------


class BookingLink(TokenView):
    """A private link of a booking. What cannot be done any more is said in a sentence."""

    def booking(self, token: AccessToken) -> Booking:
        return find_booking(token.object_id)

    def lock(self, token: AccessToken) -> None:
        """Person, dates, booking, token: in the order of everything that books."""
        booking = self.booking(token)
        if booking.person_key:
            advisory_lock("services.bookings.person", booking.person_key)
        together = notices.together_with(booking).values_list("slot", flat=True)
        seats.lock_slots(together)
        super().lock(token)

    def post(self, request: HttpRequest, *, token: str, **kwargs: Any) -> HttpResponse:
        try:
            with seats.short_transaction():
                return super().post(request, token=token, **kwargs)
        except PermissionDenied:
            raise
        except TransitionError as error:
            return render(request, self.template_name, {"refusal": str(error)}, status=409)

    def done(self, booking: Booking, sentence: str) -> HttpResponse:
        grant(self.request, booking)
        messages.success(self.request, sentence)
        return redirect("services:booking", pk=booking.pk)

    def date(self, booking: Booking) -> str:
        from core.i18n.dates import date_range

        name = notices.service_name(booking.slot.service, _language())
        return f"{name}, {date_range(booking.slot.starts_at, booking.slot.ends_at)}"


class OpenBooking(BookingLink):
    """Shows the booking for an hour."""

    purpose = notices.FOLLOW

    def question(self, token: AccessToken) -> Question:
        booking = self.booking(token)
        return Question(
            heading=_("Booking %(number)s") % {"number": booking.number},
            text=_("This link is yours alone. Press the button to see the booking for an hour."),
            button=_("Show my booking"),
        )

    def act(self, token: AccessToken) -> HttpResponse:
        booking = self.booking(token)
        grant(self.request, booking)
        return redirect("services:booking", pk=booking.pk)


class ConfirmBooking(BookingLink):
    """Confirms the address: the held places are booked, or the place in the queue taken."""

    purpose = notices.CONFIRM

    def question(self, token: AccessToken) -> Question:
        booking = self.booking(token)
        if booking.state == states.UNCONFIRMED:
            button = _("I join the queue")
        else:
            button = _("I confirm my booking")
        return Question(
            heading=_("Confirm %(number)s") % {"number": booking.number},
            text=self.date(booking),
            button=button,
        )

    def act(self, token: AccessToken) -> HttpResponse:
        booking = self.booking(token)
        if booking.state in (states.CONFIRMED, states.WAITING, states.OFFERED):
            return self.done(booking, _("It is confirmed already."))
        holder = LinkHolder(booking=booking.bundle or booking.pk)
        was = booking.state
        services.confirm(booking, actor=holder)
        if was == states.UNCONFIRMED:
            return self.done(booking, _("Thank you. You are in the queue."))
        return self.done(booking, _("Thank you. The places are yours."))


class AcceptOffer(BookingLink):
    """Takes an offered place. Pressed again it says that the place is yours."""

    purpose = notices.ACCEPT

    def question(self, token: AccessToken) -> Question:
        booking = self.booking(token)
        return Question(
            heading=_("A place is free for you"),
            text=self.date(booking),
            button=_("I take the place"),
        )

    def act(self, token: AccessToken) -> HttpResponse:
        booking = self.booking(token)
        if booking.state != states.CONFIRMED:
            services.move(booking, "accept", actor=LinkHolder(booking=booking.pk))
        return self.done(booking, _("The place is yours."))


class GiveUpBooking(BookingLink):
    """Cancels, leaves the queue or declines, whichever the state allows."""

    purpose = notices.GIVE_UP

    def question(self, token: AccessToken) -> Question:
        booking = self.booking(token)
        match booking.state:
            case states.WAITING | states.UNCONFIRMED:
                heading, button = _("Leave the queue?"), _("I leave the queue")
            case states.OFFERED:
                heading, button = _("Give up the offered place?"), _("I do not need it any more")
            case _booked:
                heading, button = _("Cancel the booking?"), _("I cancel my booking")
        return Question(heading=heading, text=self.date(booking), button=button)

    def act(self, token: AccessToken) -> HttpResponse:
        booking = self.booking(token)
        if booking.state == states.CANCELLED:
            return self.done(booking, _("It is cancelled already."))
        services.give_up(booking, actor=LinkHolder(booking=booking.bundle or booking.pk))
        return self.done(booking, _("Done. Thank you for letting us know."))


# --- Without a link -----------------------------------------------------------------------------


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def lost_link(request: HttpRequest) -> HttpResponse:
    """Number and address give a new link by mail; the answer is the same always."""
    form = BookingLostLinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        throttle("services.link", visitor_key(request), limit=10, per=timedelta(hours=1))
        services.send_new_link(**form.cleaned_data)
        return redirect(reverse("services:lost_link_sent"))
    status = 422 if form.is_bound else 200
    return render(
        request, "services_catalog/bookings/lost_link.html", {"form": form}, status=status
    )


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def open_with_pin(request: HttpRequest) -> HttpResponse:
    """Number and PIN from a paper slip open a booking for an hour; wrong ones answer alike."""
    form = BookingPinForm(request.POST or None)
    if request.method == "POST":
        throttle("services.pin", visitor_key(request), limit=20, per=timedelta(hours=1))
        if form.is_valid():
            booking = services.find_by_pin(**form.cleaned_data)
            if booking is not None:
                grant(request, booking)
                return redirect("services:booking", pk=booking.pk)
            form.add_error(
                None,
                _(
                    "Number and PIN do not fit together. After five wrong tries the PIN is "
                    "locked; we print a new one at the desk."
                ),
            )
    status = 422 if form.is_bound else 200
    return render(request, "services_catalog/bookings/pin.html", {"form": form}, status=status)
