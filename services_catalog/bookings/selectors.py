"""Reads of bookings for pages, lists, the board and the calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.clock import ClockTimestamp, database_now
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
    """How a date stands, as newcomers see it. Keeping and offers end by the clock, whether or not
    anything has been written down since.
    """

    free: int
    held: int
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


def is_over(now: Any) -> Q:
    """Bookings that keep places or a place in the queue only until their time, which has come."""
    return Q(state__in=states.UNPROVEN, hold_until__lte=now) | Q(
        state=states.OFFERED, offer_until__lte=now
    )


def places_of(slots: Iterable[Slot], now: datetime | None = None) -> dict[int, Places]:
    """How each of these dates stands, by its number; one query."""
    slots = list(slots)
    over = is_over(now or ClockTimestamp())
    rows = (
        Booking.objects.filter(
            slot__in=[slot.pk for slot in slots], state__in=(*states.QUEUED, *states.COUNTED_HELD)
        )
        .order_by()
        .values("slot")
        .annotate(
            groups=Count("pk", filter=Q(state__in=states.QUEUED) & ~over),
            waiting=Sum("party_size", filter=Q(state=states.WAITING), default=0),
            lapsed=Sum("party_size", filter=Q(state__in=states.COUNTED_HELD) & over, default=0),
        )
    )
    found = {}
    claims = {row["slot"]: row for row in rows}
    for slot in slots:
        claim = claims.get(slot.pk, {"groups": 0, "waiting": 0, "lapsed": 0})
        held = max(slot.held - claim["lapsed"], 0)
        free = max(slot.capacity - slot.booked - held - claim["waiting"], 0)
        found[slot.pk] = Places(
            free=free,
            held=held,
            waiting=claim["groups"],
            is_full=free == 0,
            can_wait=slot.state == slot_states.OPEN and claim["groups"] < slot.waitlist_max,
        )
    return found


def free_places(slots: Iterable[Slot], now: datetime) -> dict[int, int]:
    """The places of each date that newcomers can have; for the timetable, which knows no queue."""
    return {number: places.free for number, places in places_of(slots, now).items()}


def next_slots(services: Iterable[Any], now: datetime) -> dict[int, Slot]:
    """The next date of each of these services that takes bookings, by the service's number.

    One query. A date with places goes before an earlier one that is full.
    """
    claimed = (
        Booking.objects.filter(
            slot=OuterRef("pk"), state__in=(states.WAITING, *states.COUNTED_HELD)
        )
        .order_by()
        .values("slot")
        .annotate(
            people=Sum(
                Case(
                    When(state=states.WAITING, then=F("party_size")),
                    When(is_over(now), then=-F("party_size")),
                    default=0,
                )
            )
        )
        .values("people")
    )
    rows = (
        Slot.objects.bookable(now)
        .filter(service__in=[service.pk for service in services], starts_at__gt=now)
        .annotate(claimed=Coalesce(Subquery(claimed), 0))
        .annotate(is_full=Q(capacity__lte=F("booked") + F("held") + F("claimed")))
        .order_by("service_id", "is_full", "starts_at")
        .distinct("service_id")
    )
    return {slot.service_id: slot for slot in rows}


def next_dates(services: Iterable[Any], now: datetime) -> dict[int, NextDate]:
    """The same in words, for the catalogue and the board; two queries."""
    slots = next_slots(services, now)
    places = places_of(slots.values(), now)
    return {
        number: NextDate(slot.starts_at, places[slot.pk].label, places[slot.pk].is_full)
        for number, slot in slots.items()
    }


def attendance(slot: Slot) -> dict[str, list[Booking]]:
    """Everybody of one date by what they are there: coming, held, waiting, gone; two queries."""
    rows = list(
        slot.bookings.select_related("contact")
        .exclude(state=states.EXPIRED)
        .exclude(is_over(ClockTimestamp()))
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
        .filter(state=states.OFFERED, contact__email="", offer_until__gt=ClockTimestamp())
        .select_related("slot__service", "contact")
        .order_by("offer_until")
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
    now = database_now()
    with translation.override(language):
        for booking in rows.order_by("-slot__starts_at")[:200]:
            yield matter(booking, now)


def opened_bookings(pks: Iterable[UUID]) -> list[Matter]:
    """The bookings that private links have opened in a browser, in the active language."""
    rows = Booking.objects.filter(pk__in=list(pks)).select_related("slot__service")
    now = database_now()
    return [matter(booking, now) for booking in rows]


def matter(booking: Booking, now: datetime) -> Matter:
    """One booking as a line of a person's matters."""
    language = translation.get_language() or "pl"
    title = notices.service_name(booking.slot.service, language)
    has_lapsed = booking.has_lapsed(now)
    is_offer = booking.state == states.OFFERED and not has_lapsed
    return Matter(
        platform=Platform.SERVICES,
        kind=_("Booking"),
        title=f"{title}, {date_range(booking.slot.starts_at, booking.slot.ends_at)}",
        url=reverse("services:booking", args=[booking.pk]),
        number=booking.number,
        state=booking.state_label_at(now),
        action=_("Take the place") if is_offer else "",
        due=booking.offer_until if is_offer else None,
        updated_at=booking.updated_at,
        waits_for_me=is_offer,
        is_closed=has_lapsed or not booking.is_live,
    )


class BookingActivity(ActivitySource):
    """A person's bookings; for the desk, offers to be told by telephone."""

    def mine(self, *, user: Any, language: str) -> Iterable[Matter]:
        return my_bookings(user, language)

    def waiting_for(self, *, user: Any, language: str) -> Iterable[Matter]:
        return waiting_offers(user, language)
