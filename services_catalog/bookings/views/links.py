"""The private links in mail. Opening one does nothing; its button acts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.i18n.active import active_language
from core.i18n.dates import date_range
from core.locks import advisory_lock
from core.tokens.models import AccessToken
from core.tokens.views import Question, TokenView
from core.transitions import TransitionError
from services_catalog.bookings import notices, seats, services, states
from services_catalog.bookings.access import grant
from services_catalog.bookings.models import Booking
from services_catalog.bookings.rules import LinkHolder
from services_catalog.bookings.views.booking import find_booking


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
        name = notices.service_name(booking.slot.service, active_language())
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
