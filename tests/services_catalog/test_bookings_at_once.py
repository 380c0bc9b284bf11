"""Bookings under simultaneous requests, on PostgreSQL itself."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError

from accounts.roles import Role
from core.actors import SYSTEM
from core.outbox.models import OutboxMail
from core.transitions import Refused, TransitionError, WrongState
from services_catalog.bookings import seats, services, upkeep
from services_catalog.bookings.models import Booking
from services_catalog.models import Package, PackageItem, Slot
from tests.factories.catalogue import ServiceFactory
from tests.factories.people import UserFactory, person_with
from tests.factories.timetable import make_slot, soon
from tests.services_catalog.test_bookings import guest, known, link, values, waiting

pytestmark = pytest.mark.concurrency
ROUNDS = 20


def fresh(slot) -> Slot:
    return Slot.objects.get(pk=slot.pk)


def fits(slot) -> bool:
    slot = fresh(slot)
    found = seats.count(slot)
    return (found.booked, found.held) == (slot.booked, slot.held) and found.taken <= slot.capacity


def patiently(function, *args, **fields):
    """As people do who are told that many are booking just now: tries again, some times."""
    for _try in range(20):
        try:
            return function(*args, **fields)
        except seats.Busy:
            continue
    raise AssertionError("everybody was told to wait for minutes")


class TestFortyForFive:
    """Forty clients, five places: five each time, never six and never four."""

    @pytest.fixture
    def slots(self):
        service = ServiceFactory(mode="slots")
        return [make_slot(service=service, starts_at=soon(7 + number)) for number in range(ROUNDS)]

    def race(self, together, slots):
        """Forty clients that go from date to date; gives the people let in on each."""

        def client():
            for slot in slots:
                try:
                    patiently(guest, slot)
                except services.NoPlace:
                    continue

        results = together(*[client] * 40)
        return [result for result in results if result is not None]

    def test_exactly_five_in_twenty_rounds(self, together, slots):
        assert self.race(together, slots) == []
        held = [slot.bookings.filter(state="held").count() for slot in slots]
        assert held == [5] * ROUNDS
        assert all(fits(slot) for slot in slots)

    def test_the_control_without_the_lock_oversells(self, together, slots, monkeypatch):
        """Without the lock and the database's own check the race is lost: so the rounds above
        prove something.
        """
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE services_catalog_slot DROP CONSTRAINT services_slot_not_oversold"
            )

        def unlocked(numbers):
            rows = Slot.objects.filter(pk__in=set(numbers)).select_related("service")
            return {slot.pk: slot for slot in rows}

        monkeypatch.setattr(seats, "lock_slots", unlocked)
        self.race(together, slots[:5])
        let_in = [slot.bookings.filter(state="held").count() for slot in slots[:5]]
        assert max(let_in) > 5, let_in


def test_groups_of_one_to_four_fill_without_overselling(together):
    chance = random.Random(7)
    slot = make_slot(capacity=12)
    sizes = [chance.randint(1, 4) for _ in range(24)]
    results = together(*[partial(patiently, guest, slot, party_size=size) for size in sizes])
    let_in = [one.party_size for one in results if isinstance(one, Booking)]
    refused = [
        size for size, one in zip(sizes, results, strict=True) if isinstance(one, services.NoPlace)
    ]
    assert len(let_in) + len(refused) == len(sizes), results
    assert sum(let_in) <= 12 and fits(slot)
    # Nobody was sent away while there was a place for them.
    assert min(refused) > 12 - sum(let_in)


def test_packages_with_the_same_dates_in_another_order(together):
    lead, one, two = (ServiceFactory(mode="slots") for _ in range(3))
    package = Package(slug="a", name_pl="a", summary_pl="x", coordination=lead)
    package.items = [PackageItem(service=service) for service in (one, two)]
    package.save()
    first = make_slot(service=one, capacity=6, starts_at=soon(7))
    second = make_slot(service=two, capacity=6, starts_at=soon(8))

    def send(number):
        slots = [first, second] if number % 2 else [second, first]
        booker = UserFactory.build()
        patiently(services.book_package, package, slots, actor=booker, **values())

    results = together(*[partial(send, number) for number in range(12)])
    assert sum(result is None for result in results) == 6, results
    assert all(result is None or isinstance(result, services.NoPlace) for result in results)
    assert fits(first) and fits(second) and fresh(first).held == fresh(second).held == 6


def test_one_form_pressed_ten_times_is_one_booking(together):
    slot, fields = make_slot(), values()
    user = UserFactory(email=fields["email"])
    results = together(*[partial(patiently, services.book, slot, actor=user, **fields)] * 10)
    assert len({one.pk for one in results}) == 1 and fresh(slot).booked == 1
    assert OutboxMail.objects.count() == 1


def test_one_person_on_two_dates_at_the_same_time(together):
    slots = [make_slot(starts_at=soon(7)) for _ in range(6)]
    user = UserFactory()
    results = together(*[partial(known, slot, user) for slot in slots])
    assert sum(isinstance(one, Booking) for one in results) == 1, results
    assert sum(isinstance(one, Refused) for one in results) == 5


def offered_one(**fields):
    slot = make_slot(capacity=1, waitlist_max=10, **fields)
    booked = known(slot)
    queue = [waiting(slot) for _ in range(3)]
    services.give_up(booked, actor=booked.requester)
    return slot, queue


def test_accept_against_expire(together):
    for _ in range(5):
        slot, (first, second, _third) = offered_one()
        past = datetime.now(UTC) + timedelta(seconds=0.02)
        Booking.objects.filter(pk=first.pk).update(offer_until=past)
        results = together(
            partial(services.move, first, "accept", actor=first.requester),
            upkeep.tick,
            upkeep.tick,
        )
        upkeep.tick()
        first.refresh_from_db()
        second.refresh_from_db()
        if isinstance(results[0], TransitionError):
            assert (first.state, second.state) == ("expired", "offered")
        else:
            assert (first.state, second.state) == ("confirmed", "waiting"), results
        assert fits(slot)


def test_accept_pressed_ten_times(together):
    slot, (first, *_rest) = offered_one()
    results = together(*[partial(services.move, first, "accept", actor=first.requester)] * 10)
    assert sum(isinstance(one, Booking) for one in results) == 1
    assert sum(isinstance(one, WrongState) for one in results) == 9
    assert (fresh(slot).booked, fresh(slot).held) == (1, 0)


def test_cancel_against_book(together):
    for _ in range(5):
        slot = make_slot(capacity=2, waitlist_max=5)
        gone = known(slot, party_size=2)
        first = waiting(slot)
        results = together(
            partial(services.give_up, gone, actor=gone.requester),
            partial(known, slot),
            partial(known, slot),
        )
        first.refresh_from_db()
        assert first.state == "offered"  # never a newcomer instead
        assert sum(isinstance(one, Booking) for one in results[1:]) <= 1
        assert fits(slot)


def test_fewer_places_against_book(together):
    desk = person_with(Role.SERVICE_COORDINATOR)
    for _ in range(5):
        slot = make_slot(capacity=3)
        known(slot)
        results = together(
            partial(services.change_capacity, slot, 1, desk),
            partial(known, slot),
            partial(known, slot),
        )
        assert not any(isinstance(one, IntegrityError) for one in results), results
        assert fits(slot)
        lowered = not isinstance(results[0], Refused)
        assert fresh(slot).capacity == (1 if lowered else 3)
        assert fresh(slot).booked == (1 if lowered else 3) or not lowered


def test_two_promotions_make_one_offer(together):
    slot, (first, second, third) = offered_one()
    Booking.objects.filter(pk=first.pk).update(offer_until=datetime.now(UTC))
    together(*[upkeep.tick] * 6)
    offers = OutboxMail.objects.filter(kind="bookings/offer")
    assert offers.count() == 2  # to the first, then to the second
    assert [Booking.objects.get(pk=one.pk).state for one in (first, second, third)] == [
        "expired",
        "offered",
        "waiting",
    ]
    assert fits(slot)


def test_confirming_ten_times_and_the_hold_expiring(together):
    slot = make_slot(capacity=1)
    held = guest(slot)
    Booking.objects.filter(pk=held.pk).update(
        hold_until=datetime.now(UTC) + timedelta(seconds=0.03)
    )
    confirm = partial(services.confirm, held, actor=link(held))
    results = together(*[confirm] * 5, upkeep.tick, partial(known, slot))
    upkeep.tick()
    assert fits(slot) and fresh(slot).booked <= 1
    assert sum(isinstance(one, Booking) for one in results) <= 1, results


def test_calling_off_against_booking_and_promoting(together):
    for _ in range(3):
        slot, (first, *_rest) = offered_one()
        together(
            partial(services.cancel_slots, [slot], SYSTEM, "Awaria."),
            partial(services.move, first, "accept", actor=first.requester),
            partial(services.give_up, first, actor=first.requester),
            partial(known, slot, submission_key=uuid.uuid4()),
        )
        assert fresh(slot).state == "cancelled"
        assert not slot.bookings.live().exists()
        assert fits(slot)
