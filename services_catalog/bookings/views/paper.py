"""A booking without its link: a new one by mail, or number and PIN from the slip."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from services_catalog.bookings import services
from services_catalog.bookings.access import grant
from services_catalog.bookings.forms import BookingLostLinkForm, BookingPinForm
from services_catalog.without_link import LostLinkView, PinView


class BookingLostLink(LostLinkView):
    """Number and address of a booking."""

    form_class = BookingLostLinkForm
    template_name = "services_catalog/bookings/lost_link.html"

    def send(self, **values: Any) -> None:
        services.send_new_link(**values)


class BookingByPin(PinView):
    """Number and PIN of a booking."""

    form_class = BookingPinForm
    template_name = "services_catalog/bookings/pin.html"

    def open(self, **values: Any) -> HttpResponse | None:
        booking = services.find_by_pin(**values)
        if booking is None:
            return None
        grant(self.request, booking)
        return redirect("services:booking", pk=booking.pk)
