"""What time does to bookings; run by the worker again and again."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import IntegrityError
from django.db.models import F, Q, Sum

from core import pagecache
from core.actors import SYSTEM
from core.audit import record
from core.clock import database_now
from core.transitions import TransitionError
from services_catalog.bookings import seats, services, states
from services_catalog.bookings.models import Booking
from services_catalog.timetable import states as slot_states
from services_catalog.timetable.models import Slot

log = logging.getLogger("services_catalog.bookings")

#: Bookings that nobody confirmed are nobody's and go soon.
NEVER_CONFIRMED = timedelta(days=7)
_MONTH = timedelta(days=30.44)
AT_ONCE = 200


def tick() -> int:
    """Ends holds, offers and queues whose time is over and offers what is free; each date is
    a transaction of its own. Gives how many dates there were.
    """
    now = database_now()
    over = Q(state__in=states.UNPROVEN, hold_until__lte=now) | Q(
        state=states.OFFERED, offer_until__lte=now
    )
    in_vain = Q(state=states.WAITING) & (
        Q(slot__starts_at__lte=now) | ~Q(slot__state__in=(slot_states.OPEN, slot_states.CLOSED))
    )
    fitting = Q(
        state=states.WAITING,
        slot__state=slot_states.OPEN,
        slot__capacity__gte=F("slot__booked") + F("slot__held") + F("party_size"),
    )
    due = Booking.objects.filter(over | in_vain | fitting).order_by().values("slot").distinct()
    done = 0
    for number in sorted(row["slot"] for row in due[:AT_ONCE]):
        try:
            with seats.short_transaction():
                seats.settle(seats.lock_slots([number])[number], database_now())
        except seats.Busy:
            continue  # whoever holds the date settles it
        done += 1
    return done


def check_counters() -> int:
    """Compares the counters of every date that is not over long with the sums of its bookings.

    What differs is logged, written down in the audit trail and put right; gives how many. More
    bookings than places cannot be put right here: that is logged as an error for people.
    """
    since = database_now() - timedelta(days=40)
    people = "bookings__party_size"
    rows = Slot.objects.filter(ends_at__gte=since).annotate(
        sum_booked=Sum(people, filter=Q(bookings__state__in=states.COUNTED_BOOKED), default=0),
        sum_held=Sum(people, filter=Q(bookings__state__in=states.COUNTED_HELD), default=0),
    )
    differ = rows.exclude(booked=F("sum_booked"), held=F("sum_held"))
    wrong = 0
    for number in list(differ.order_by("pk").values_list("pk", flat=True)):
        # Perhaps somebody was booking at this moment: once more behind the lock.
        try:
            wrong += _mend(number)
        except IntegrityError:
            log.exception("date %s has more bookings than places", number)
            wrong += 1
    return wrong


def _mend(number: int) -> bool:
    with seats.short_transaction():
        slot = seats.lock_slots([number])[number]
        found = seats.count(slot)
        if (slot.booked, slot.held) == (found.booked, found.held):
            return False
        log.error("the counters of date %s did not fit its bookings", number)
        Slot.objects.filter(pk=number).update(booked=found.booked, held=found.held)
        pagecache.changed()
        record(slot, "recount", actor=SYSTEM, fields=["booked", "held"])
    return True


def erase_due() -> int:
    """Erases who came, once the service's time of keeping is over."""
    now = database_now()
    rows = Booking.objects.filter(erased_at=None).order_by("slot__ends_at", "pk")
    found = list(
        rows.filter(state=states.EXPIRED, queue_no=None, created_at__lt=now - NEVER_CONFIRMED)[
            :AT_ONCE
        ]
    )
    months = rows.values_list("slot__service__retention_months", flat=True).order_by().distinct()
    for number in sorted(set(months)):
        found += rows.filter(
            slot__service__retention_months=number, slot__ends_at__lt=now - number * _MONTH
        )[:AT_ONCE]
    done = 0
    for booking in found:
        try:
            services.move(booking, "erase", actor=SYSTEM)
        except TransitionError:
            continue  # erased meanwhile
        done += 1
    return done
