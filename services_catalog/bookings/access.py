"""Which bookings this browser may see: those of the account, and those opened by a private link."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest

from services_catalog.bookings import rules
from services_catalog.bookings.models import Booking
from services_catalog.bookings.rules import LinkHolder

ACCESS_KEY = "booking_access"
ACCESS_FOR = timedelta(minutes=60)


def grant(request: HttpRequest, booking: Booking) -> None:
    """Lets this browser see this booking, and those made together with it, for an hour."""
    access = _open_now(request)
    access[str(booking.bundle or booking.pk)] = time.time() + ACCESS_FOR.total_seconds()
    request.session[ACCESS_KEY] = access


def actor_for(request: HttpRequest, booking: Booking) -> Any:
    """Who is looking: the account that booked, or the holder of an opened link. 404 for others."""
    if rules.person(request.user, booking):
        return request.user
    if str(booking.bundle or booking.pk) in _open_now(request):
        return LinkHolder(booking=booking.bundle or booking.pk)
    raise Http404


def opened_bookings(request: HttpRequest) -> list[UUID]:
    """The bookings that private links have opened in this browser, while that lasts."""
    return [UUID(key) for key in _open_now(request)]


def _open_now(request: HttpRequest) -> dict[str, float]:
    now = time.time()
    kept = request.session.get(ACCESS_KEY, {})
    return {key: end for key, end in kept.items() if end > now}
