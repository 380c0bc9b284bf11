"""Without a link: a new one by mail, or number and PIN from the slip."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.throttle import throttle, visitor_key
from services_catalog.bookings import services
from services_catalog.bookings.access import grant
from services_catalog.bookings.forms import BookingLostLinkForm, BookingPinForm


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
