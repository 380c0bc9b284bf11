"""Bookings for the demo: a date that is filling up, and one that is full with a queue."""

from __future__ import annotations

import uuid
from typing import Any

from accounts.demo import demo_user
from core.clock import database_now
from core.ports import DemoReport
from services_catalog.bookings import services
from services_catalog.bookings.models import Booking
from services_catalog.cases.models import Channel
from services_catalog.models.service import ServiceMode
from services_catalog.timetable.models import Slot

NAMESPACE = uuid.UUID("6c5b0f0e-4a0f-4b37-9d4e-7d1f5f6f2b11")
OFFICE = "koordynatorka.uslug"
RESIDENTS = ("mieszkanka", "mieszkaniec")


def load(report: DemoReport) -> None:
    """Makes the bookings that are missing; nothing where there are no dates to book."""
    now = database_now()
    dates = list(
        Slot.objects.bookable(now)
        .filter(starts_at__gt=now, service__mode=ServiceMode.SLOTS, capacity__gte=4)
        .select_related("service")
        .order_by("starts_at", "pk")[:20]
    )
    if dates and not Booking.objects.filter(submission_key=_key("first")).exists():
        _fill(dates)
    report(f"{Booking.objects.count()} bookings")


def _fill(dates: list[Slot]) -> None:
    clerk = demo_user(OFFICE)
    for number, login in enumerate(RESIDENTS):
        user = demo_user(login)
        services.book(
            dates[0],
            actor=user,
            name=user.get_full_name(),
            email=user.email,
            party_size=number + 1,
            **_common("first" if number == 0 else f"first-{number}"),
        )
    # One resident is on both, so they must not overlap.
    later = (slot for slot in dates if slot.starts_at >= dates[0].ends_at)
    with_queue = next((slot for slot in later if slot.waitlist_max >= 3), None)
    if with_queue is None:
        return
    for number in range(with_queue.capacity):
        _take_down(with_queue, clerk, number)
    resident = demo_user(RESIDENTS[0])
    services.book(
        with_queue,
        actor=resident,
        name=resident.get_full_name(),
        email=resident.email,
        party_size=1,
        join_queue=True,
        **_common("queue"),
    )
    for number in (100, 101):
        _take_down(with_queue, clerk, number, join_queue=True)


def _take_down(slot: Slot, clerk: Any, number: int, **fields: Any) -> None:
    services.book(
        slot,
        actor=clerk,
        name=f"Osoba Przykładowa {number % 100 + 1}",
        phone=f"850000{number:03d}",
        channel=Channel.PHONE,
        party_size=1,
        **_common(f"taken-{number}"),
        **fields,
    )


def _common(name: str) -> dict[str, Any]:
    return {"language": "pl", "submission_key": _key(name), "is_example": True}


def _key(name: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, name)
