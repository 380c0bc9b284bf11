"""Places: locks, counting, and who in the queue is next.

Whatever takes or gives up places first locks the date's row. Everything here expects that lock:
what is read after it stands until the transaction ends. The counters of a date are never added to;
they are counted anew from the bookings, and the database refuses more than there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.db.models import Count as Number
from django.db.models import Min, Sum
from django.utils.translation import gettext_lazy as _

from core import pagecache
from core.actors import SYSTEM
from core.transitions import Refused
from core.transitions import transition as change_state

#: A booking waits so long for others; then it says so instead of hanging.
LOCK_TIMEOUT_S = 8
LOCK_NOT_AVAILABLE = "55P03"
#: A group that does not fit lets smaller ones pass so often, or so long after the first of them.
SKIPS_AT_MOST = 3
PASSED_AT_MOST = timedelta(hours=48)


class Busy(Refused):
    """Others hold the date for too long; nothing was done."""


@contextmanager
def short_transaction() -> Iterator[None]:
    """A transaction that rather gives up than waits long for a lock."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'")
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
            raise
        raise Busy(
            _("Many people are booking this date right now. Wait a moment and try again.")
        ) from error


def lock_slots(numbers: Iterable[int]) -> dict[int, Any]:
    """The rows of these dates, locked in the order of their numbers, so that no two cross."""
    model = apps.get_model("services_catalog", "Slot")
    rows = model.objects.select_for_update(of=("self",)).filter(pk__in=set(numbers)).order_by("pk")
    return {slot.pk: slot for slot in rows.select_related("service")}


def lock_booking(booking: Any) -> Any:
    """A booking as it is now, locked behind the row of its date."""
    slot = lock_slots([booking.slot_id])[booking.slot_id]
    rows = type(booking)._base_manager.select_for_update(of=("self",))
    fresh = rows.select_related("contact").get(pk=booking.pk)
    fresh.slot = slot
    return fresh


@dataclass(frozen=True)
class Count:
    """What the bookings of one date add up to, and when the next of them is over."""

    booked: int
    held: int
    waiting: int
    #: Groups in the queue or on their way into it: what the length of the waiting list limits.
    queued: int
    next_end: datetime | None

    @property
    def taken(self) -> int:
        return self.booked + self.held

    @property
    def shown(self) -> tuple[int, ...]:
        """Everything that the public number of free places is made of."""
        return self.booked, self.held, self.waiting, self.queued


def count(slot: Any) -> Count:
    """Counted anew from the bookings, in one query."""
    from services_catalog.bookings import states

    rows = _bookings(slot).filter(state__in=(*states.LIVE, *states.COUNTED_BOOKED)).order_by()
    found = {
        row["state"]: row
        for row in rows.values("state").annotate(
            groups=Number("pk"),
            people=Sum("party_size"),
            hold_end=Min("hold_until"),
            offer_end=Min("offer_until"),
        )
    }
    people = {state: row["people"] for state, row in found.items()}
    ends = [found[state]["hold_end"] for state in states.UNPROVEN if state in found]
    ends += [found[states.OFFERED]["offer_end"]] if states.OFFERED in found else []
    return Count(
        booked=sum(people.get(state, 0) for state in states.COUNTED_BOOKED),
        held=sum(people.get(state, 0) for state in states.COUNTED_HELD),
        waiting=people.get(states.WAITING, 0),
        queued=sum(found[state]["groups"] for state in states.QUEUED if state in found),
        next_end=min((end for end in ends if end is not None), default=None),
    )


def free_for_newcomers(slot: Any) -> int:
    """Places that nobody has and nobody in the queue waits for."""
    found = count(slot)
    return max(slot.capacity - found.taken - found.waiting, 0)


def settle(slot: Any, now: datetime) -> None:
    """Before and after every change: end what is over, offer what is free, write the counters.

    Public pages follow what this changes. Who joins or leaves the queue tells them as well.
    """
    before = found = count(slot)
    if found.waiting or (found.next_end is not None and found.next_end <= now):
        _end_what_is_over(slot, now)
        _promote(slot, now)
        found = count(slot)
    if (slot.booked, slot.held) != (found.booked, found.held):
        slot.booked, slot.held = found.booked, found.held
        type(slot).objects.filter(pk=slot.pk).update(booked=found.booked, held=found.held)
        pagecache.changed()
    elif before.shown != found.shown:
        pagecache.changed()


def _end_what_is_over(slot: Any, now: datetime) -> None:
    """Holds and offers whose time is over, whether or not the worker has come by yet."""
    from services_catalog.bookings import states

    rows = _bookings(slot)
    for booking in [
        *rows.filter(state__in=states.UNPROVEN, hold_until__lte=now).order_by("pk"),
        *rows.filter(state=states.OFFERED, offer_until__lte=now).order_by("pk"),
    ]:
        change_state(booking, "expire", actor=SYSTEM)
    for booking in rows.filter(state=states.WAITING).order_by("queue_no"):
        if waits_in_vain(slot, booking, now):
            change_state(booking, "lapse", actor=SYSTEM)


def waits_in_vain(slot: Any, booking: Any, now: datetime) -> bool:
    """Whether no place can come any more: begun, called off, or too small for the group."""
    from services_catalog.timetable import states as slots

    return (
        slot.starts_at <= now
        or slot.state not in (slots.OPEN, slots.CLOSED)
        or booking.party_size > slot.capacity
    )


def _promote(slot: Any, now: datetime) -> None:
    """Offers free places along the queue.

    A group that does not fit lets smaller ones pass, up to three of them or for two days; from
    then on the places are kept until there are enough for it.
    """
    from services_catalog.timetable import states as slots

    if slot.state != slots.OPEN or slot.starts_at <= now:
        return
    free = slot.capacity - count(slot).taken
    if free <= 0:
        return
    passed: list[Any] = []
    for booking in _bookings(slot).waiting():
        if any(must_not_be_passed(one, now) for one in passed) or free <= 0:
            return
        if booking.party_size > free:
            passed.append(booking)
            continue
        passed = [change_state(one, "pass_over", actor=SYSTEM) for one in passed]
        change_state(booking, "offer", actor=SYSTEM)
        free -= booking.party_size


def must_not_be_passed(booking: Any, now: datetime) -> bool:
    """Whether a group has let enough others go first."""
    return booking.skips >= SKIPS_AT_MOST or (
        booking.passed_at is not None and now - booking.passed_at >= PASSED_AT_MOST
    )


def _bookings(slot: Any) -> Any:
    return apps.get_model("services_catalog", "Booking").objects.filter(slot_id=slot.pk)
