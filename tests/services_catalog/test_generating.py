"""Rules make slots: again and again, around closed days, past what people have done."""

import uuid
from datetime import date, time, timedelta

import pytest

from accounts.roles import Role
from core.actors import SYSTEM
from core.clock import database_now
from core.transitions import NotAllowed, Refused
from core.worktime import easter, holidays
from directory.models import ClosedDay
from services_catalog.bookings.services import book, move
from services_catalog.timetable import states
from services_catalog.timetable.generating import finish_over, make_slots, preview, tick
from services_catalog.timetable.models import ScheduleRule, Slot
from services_catalog.timetable.recurrence import town_day
from services_catalog.timetable.services import (
    change_rule,
    create_slot,
    edit_slot,
    move_rule,
    move_slot,
)
from tests.factories.catalogue import RoomFactory, ServiceFactory
from tests.factories.people import person_with
from tests.factories.timetable import HOUR, make_rule, make_slot, soon

EVERY_DAY = "MO,TU,WE,TH,FR,SA,SU"


@pytest.fixture
def desk(db):
    return person_with(Role.SERVICE_COORDINATOR)


def running(desk, **fields):
    fields.setdefault("runs_on_holidays", True)
    fields.setdefault("weeks_ahead", 3)
    return move_rule(make_rule(**fields), "start", actor=desk)


def days(rule):
    live = rule.slots.exclude(state=states.CANCELLED)
    return list(live.order_by("occurs_on").values_list("occurs_on", flat=True))


def test_it_makes_what_is_missing_and_nothing_twice(desk):
    rule = running(desk, byday="MO,TH", capacity=7, book_until_hours=2, book_from_days=3)
    outcome = make_slots(rule.pk)
    assert outcome.made == rule.slots.count() in range(5, 8)
    again = make_slots(rule.pk)
    assert (again.made, again.changed, again.cancelled) == (0, 0, 0)
    assert tick() == 0
    slot = rule.slots.first()
    assert (slot.capacity, slot.state) == (7, states.OPEN)
    assert slot.starts_at - slot.book_until == 2 * HOUR
    assert town_day(slot.book_from) == slot.occurs_on - timedelta(days=3)
    assert days(rule)[-1] <= date.today() + timedelta(weeks=3)


def test_a_draft_and_a_stopped_rule_make_nothing(desk):
    draft = make_rule(byday=EVERY_DAY)
    assert make_slots(draft.pk).made == 0
    rule = running(desk, byday=EVERY_DAY)
    rule = move_rule(rule, "stop", actor=desk)
    assert make_slots(rule.pk).made == 0
    with pytest.raises(NotAllowed):
        move_rule(rule, "start", actor=person_with(Role.AUDITOR))
    over = make_rule(
        valid_from=date.today() - timedelta(days=9), valid_to=date.today() - timedelta(days=1)
    )
    with pytest.raises(Refused):
        move_rule(over, "start", actor=desk)


def test_what_people_have_changed_booked_or_cancelled_stays(desk):
    rule = running(desk, byday=EVERY_DAY, weeks_ahead=1)
    make_slots(rule.pk)
    edited, booked, cancelled, plain = rule.slots.filter(starts_at__gt=database_now() + 48 * HOUR)[
        :4
    ]
    edit_slot(edited, actor=desk, starts_at=edited.starts_at + HOUR, ends_at=edited.ends_at + HOUR)
    Slot.objects.filter(pk=booked.pk).update(booked=1)
    move_slot(cancelled, "cancel", actor=desk, reason="Prowadząca jest chora")
    change_rule(rule, actor=desk, opens_at=time(15), closes_at=time(16), capacity=3)
    outcome = make_slots(rule.pk)
    assert [slot.pk for slot in outcome.kept] == [booked.pk]
    before = {slot.pk: slot.starts_at for slot in (booked, cancelled, plain)}
    for slot in (edited, booked, cancelled, plain):
        slot.refresh_from_db()
    assert edited.ends_at - edited.starts_at == 2 * HOUR
    assert (booked.starts_at, booked.capacity) == (before[booked.pk], 5)
    assert cancelled.state == states.CANCELLED
    assert (plain.starts_at, plain.capacity) == (before[plain.pk] + 6 * HOUR, 3)
    assert not plain.is_edited


def test_closed_days_take_slots_away_and_give_them_back(desk):
    room = RoomFactory()
    rule = running(desk, byday=EVERY_DAY, room=room)
    make_slots(rule.pk)
    day = date.today() + timedelta(days=4)
    other = ClosedDay.objects.create(
        name_pl="Malowanie", starts_on=day, ends_on=day, room=RoomFactory()
    )
    assert make_slots(rule.pk).cancelled == 0
    other.delete()
    closed = ClosedDay.objects.create(name_pl="Inwentaryzacja", starts_on=day, ends_on=day)
    outcome = make_slots(rule.pk)
    slot = rule.slots.get(occurs_on=day)
    assert outcome.cancelled == 1
    assert (slot.state, slot.cancel_reason) == (states.CANCELLED, "Inwentaryzacja")
    assert make_slots(rule.pk).cancelled == 0
    closed.delete()
    change_rule(rule, actor=desk, opens_at=time(10))
    make_slots(rule.pk)
    renewed = rule.slots.get(occurs_on=day)
    assert (renewed.state, renewed.room_use.cancelled_at) == (states.OPEN, None)
    assert renewed.starts_at == slot.starts_at + HOUR
    assert renewed.sequence > slot.sequence


def test_a_booked_slot_on_a_closed_day_waits_for_a_person(desk):
    rule = running(desk, byday=EVERY_DAY)
    make_slots(rule.pk)
    day = date.today() + timedelta(days=4)
    rule.slots.filter(occurs_on=day).update(booked=2)
    ClosedDay.objects.create(name_pl="Awaria", starts_on=day, ends_on=day)
    assert [slot.occurs_on for slot in make_slots(rule.pk).kept] == [day]


def test_who_waits_keeps_a_slot_where_it_is(desk):
    """Closed for bookings and with people in the queue alone: their date does not move away."""
    rule = running(desk, byday=EVERY_DAY, weeks_ahead=1, capacity=1, waitlist_max=3)
    make_slots(rule.pk)
    slot, emptied = rule.slots.filter(starts_at__gt=database_now() + 48 * HOUR)[:2]
    for one in (slot, emptied):
        booked = [
            book(
                one, actor=desk, party_size=1, name=name, email=f"{name}@example.org",
                language="pl", channel="desk", submission_key=uuid.uuid4(), join_queue=bool(number),
            )
            for number, name in enumerate(("anna", "jan"))
        ]  # fmt: skip
        move_slot(one, "close", actor=desk)
        for booking in booked if one == emptied else booked[:1]:
            move(booking, "cancel_for", actor=desk)
    slot.refresh_from_db()
    assert (slot.booked, slot.held, slot.bookings.get(state="waiting").state) == (0, 0, "waiting")
    before = slot.starts_at, emptied.starts_at
    change_rule(rule, actor=desk, opens_at=time(15), closes_at=time(16))
    assert [one.pk for one in make_slots(rule.pk).kept] == [slot.pk]
    for one in (slot, emptied):
        one.refresh_from_db()
    assert (slot.starts_at, emptied.starts_at) == (before[0], before[1] + 6 * HOUR)
    ClosedDay.objects.create(name_pl="Awaria", starts_on=slot.occurs_on, ends_on=slot.occurs_on)
    assert [one.pk for one in make_slots(rule.pk).kept] == [slot.pk]
    slot.refresh_from_db()
    assert slot.state == states.CLOSED


def test_public_holidays_movable_ones_too(desk):
    year = date.today().year + 1
    feast = easter(year)
    values = {"byday": EVERY_DAY, "valid_from": feast - timedelta(days=2), "weeks_ahead": 52}
    rule = running(desk, runs_on_holidays=False, valid_to=feast + timedelta(days=63), **values)
    made = {one.day: one for one in preview(rule, now=database_now(), limit=80)}
    away = {day for day, one in made.items() if one.closed}
    assert {feast, feast + timedelta(1), feast + timedelta(49), feast + timedelta(60)} <= away
    assert away == holidays(year) & set(made)


def test_a_taken_room_is_told_and_the_other_days_are_made(desk):
    room = RoomFactory(name_pl="Sala kinowa")
    rule = running(desk, byday=EVERY_DAY, room=room, opens_at=time(9), closes_at=time(11))
    day = date.today() + timedelta(days=3)
    holder = make_slot(
        room=room, service=ServiceFactory(name="Próba chóru"),
        starts_at=soon(3, 0), ends_at=soon(4, 0),
    )  # fmt: skip
    (planned,) = [one for one in preview(rule, now=database_now()) if one.conflict]
    assert planned.day == day
    assert "Próba chóru" in planned.conflict
    outcome = make_slots(rule.pk)
    assert [found for found, _sentence in outcome.conflicts] == [day]
    assert "Próba chóru" in outcome.conflicts[0][1]
    move_slot(holder, "cancel", actor=desk, reason="Przeniesione")
    assert make_slots(rule.pk).made == 1


def test_another_day_of_the_week_moves_the_series(desk):
    rule = running(desk, byday=EVERY_DAY)
    make_slots(rule.pk)
    change_rule(rule, actor=desk, byday="WE")
    make_slots(rule.pk)
    assert {day.weekday() for day in days(rule)} == {2}


def test_what_is_over_is_done(desk):
    past = create_slot(
        ServiceFactory(), starts_at=soon(-2), ends_at=soon(-1), capacity=1, actor=SYSTEM,
        may_be_past=True,
    )  # fmt: skip
    make_slot()
    assert finish_over() == 1
    past.refresh_from_db()
    assert past.state == states.DONE
    assert finish_over() == 0


def test_a_preview_asks_the_same_however_long(desk, django_assert_num_queries):
    for weeks in (1, 40):
        rule = running(desk, byday=EVERY_DAY, weeks_ahead=weeks, room=RoomFactory())
        make_slots(rule.pk)
        fresh = ScheduleRule.objects.select_related("service", "room").get(pk=rule.pk)
        with django_assert_num_queries(4):
            preview(fresh, now=database_now())


@pytest.mark.concurrency
def test_two_workers_make_every_day_once(together):
    desk = person_with(Role.SERVICE_COORDINATOR)
    rule = running(desk, byday=EVERY_DAY, room=RoomFactory())
    results = together(*[lambda: make_slots(rule.pk) for _number in range(4)])
    assert not [one for one in results if isinstance(one, Exception)]
    assert sum(one.made for one in results) == Slot.objects.count() == len(set(days(rule)))
