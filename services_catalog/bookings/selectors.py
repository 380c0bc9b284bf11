"""Reads of bookings for pages, lists, the board and the calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.i18n.dates import date_range
from core.ports import ActivitySource, Matter, Platform
from services_catalog.bookings import notices, states
from services_catalog.bookings.models import Booking
from services_catalog.cases.permissions import may_work
from services_catalog.selectors.dates import NextDate
from services_catalog.timetable import states as slot_states
from services_catalog.timetable.models import Slot


def place_in_queue(booking: Booking) -> int:
    """1 for whoever is next."""
    ahead = Q(priority__gt=booking.priority) | Q(
        priority=booking.priority, queue_no__lt=booking.queue_no
    )
    queue = Booking.objects.filter(slot_id=booking.slot_id, state=states.WAITING)
    return queue.filter(ahead).count() + 1


@dataclass(frozen=True)
class Places:
    """How a date stands, as newcomers see it."""

    free: int
    waiting: int
    is_full: bool
    can_wait: bool

    @property
    def label(self) -> str:
        """In words, as on the board."""
        if not self.is_full:
            return ngettext("%(count)d place free", "%(count)d places free", self.free) % {
                "count": self.free
            }
        if self.can_wait:
            return _("full, waiting list open")
        return _("full")


def places_of(slots: Iterable[Slot]) -> dict[int, Places]:
    """How each of these dates stands, by its number; one query."""
    slots = list(slots)
    rows = (
        Booking.objects.filter(slot__in=[slot.pk for slot in slots], state__in=states.QUEUED)
        .order_by()
        .values("slot")
        .annotate(
            groups=Count("pk"), people=Sum("party_size", filter=Q(state=states.WAITING), default=0)
        )
    )
    queues = {row["slot"]: row for row in rows}
    found = {}
    for slot in slots:
        queue = queues.get(slot.pk, {"groups": 0, "people": 0})
        free = max(slot.capacity - slot.booked - slot.held - queue["people"], 0)
        found[slot.pk] = Places(
            free=free,
            waiting=queue["groups"],
            is_full=free == 0,
            can_wait=slot.state == slot_states.OPEN and queue["groups"] < slot.waitlist_max,
        )
    return found


def next_slots(services: Iterable[Any], now: datetime) -> dict[int, Slot]:
    """The next date of each of these services that takes bookings, by the service's number.

    One query. A date with places goes before an earlier one that is full.
    """
    rows = (
        Slot.objects.bookable(now)
        .filter(service__in=[service.pk for service in services], starts_at__gt=now)
        .annotate(is_full=Q(capacity__lte=F("booked") + F("held")))
        .order_by("service_id", "is_full", "starts_at")
        .distinct("service_id")
    )
    return {slot.service_id: slot for slot in rows}


def next_dates(services: Iterable[Any], now: datetime) -> dict[int, NextDate]:
    """The same in words, for the catalogue and the board; two queries."""
    slots = next_slots(services, now)
    places = places_of(slots.values())
    return {
        number: NextDate(slot.starts_at, places[slot.pk].label, places[slot.pk].is_full)
        for number, slot in slots.items()
    }


def attendance(slot: Slot) -> dict[str, list[Booking]]:
    """Everybody of one date by what they are there: coming, held, waiting, gone; two queries."""
    rows = list(
        slot.bookings.select_related("contact")
        .exclude(state=states.EXPIRED)
        .order_by("-priority", "queue_no", "number")
    )
    return {
        "coming": sorted((row for row in rows if row.state in states.COUNTED_BOOKED), key=_by_name),
        "held": [row for row in rows if row.state in states.COUNTED_HELD],
        "waiting": [row for row in rows if row.state == states.WAITING],
        "gone": [row for row in rows if row.state == states.CANCELLED],
    }


def _by_name(booking: Booking) -> Any:
    from core.i18n.sorting import sort_key

    contact = getattr(booking, "contact", None)
    return sort_key((contact.for_whom or contact.name) if contact else "")


def to_be_phoned(user: Any) -> QuerySet[Booking]:
    """Offers of people without an e-mail address: somebody has to call them in time."""
    return (
        Booking.objects.visible_to(user)
        .filter(state=states.OFFERED, contact__email="")
        .select_related("slot__service", "contact")
        .order_by("offer_until")
    )


def phone_list(bookings: Iterable[Booking]) -> str:
    """Whom to call about what no mail could tell: number, name and telephone of each."""
    none = _("no telephone")
    return "; ".join(
        f"{one.number}, {one.contact.name}, {one.contact.phone or none}" for one in bookings
    )


def waiting_offers(user: Any, language: str) -> Iterable[Matter]:
    """Offers that somebody has to tell by telephone, for the dashboard."""
    if not may_work(user):
        return
    with translation.override(language):
        for booking in to_be_phoned(user)[:50]:
            yield Matter(
                platform=Platform.SERVICES,
                kind=_("Place to be offered by telephone"),
                title=booking.slot.service.name,
                url=reverse("services_catalog_bookings:date", args=[booking.slot_id]),
                number=booking.number,
                state=booking.staff_state_label,
                due=booking.offer_until,
                updated_at=booking.updated_at,
                waits_for_me=True,
            )


def my_bookings(user: Any, language: str) -> Iterable[Matter]:
    """A resident's bookings for `/sprawy/`."""
    rows = Booking.objects.of_person(user).select_related("slot__service")
    with translation.override(language):
        for booking in rows.order_by("-slot__starts_at")[:200]:
            yield matter(booking)


def opened_bookings(pks: Iterable[UUID]) -> list[Matter]:
    """The bookings that private links have opened in a browser, in the active language."""
    rows = Booking.objects.filter(pk__in=list(pks)).select_related("slot__service")
    return [matter(booking) for booking in rows]


def matter(booking: Booking) -> Matter:
    """One booking as a line of a person's matters."""
    language = translation.get_language() or "pl"
    title = notices.service_name(booking.slot.service, language)
    is_offer = booking.state == states.OFFERED
    return Matter(
        platform=Platform.SERVICES,
        kind=_("Booking"),
        title=f"{title}, {date_range(booking.slot.starts_at, booking.slot.ends_at)}",
        url=reverse("services:booking", args=[booking.pk]),
        number=booking.number,
        state=booking.state_label,
        action=_("Take the place") if is_offer else "",
        due=booking.offer_until if is_offer else None,
        updated_at=booking.updated_at,
        waits_for_me=is_offer,
        is_closed=not booking.is_live,
    )


class BookingActivity(ActivitySource):
    """A person's bookings; for the desk, offers to be told by telephone."""

    def mine(self, *, user: Any, language: str) -> Iterable[Matter]:
        return my_bookings(user, language)

    def waiting_for(self, *, user: Any, language: str) -> Iterable[Matter]:
        return waiting_offers(user, language)
