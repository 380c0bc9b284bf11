"""Slots: time, room, places, every move by every role."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.roles import Role
from core.actors import SYSTEM
from core.audit import history
from core.transitions import NotAllowed, Refused, WrongState
from core.transitions.matrix import matrix
from directory.models import RoomUse, TeamRole
from directory.services import add_member
from services_catalog.timetable import selectors, states
from services_catalog.timetable.models import ScheduleRule, Slot
from services_catalog.timetable.recurrence import town_day
from services_catalog.timetable.rooms import RoomConflict
from services_catalog.timetable.services import create_slot, edit_slot, move_slot
from tests.factories.catalogue import OrganisationFactory, RoomFactory, ServiceFactory
from tests.factories.people import person_with
from tests.factories.timetable import HOUR, make_rule, make_slot, soon


def member_of(organisation):
    person = person_with(Role.CONSORTIUM_MEMBER)
    add_member(organisation, user=person, role=TeamRole.EDITOR, actor=SYSTEM)
    return person


@pytest.mark.django_db
class TestRooms:
    def test_a_taken_room_is_explained_by_what_holds_it(self):
        room = RoomFactory(name_pl="Sala kinowa")
        holder = OrganisationFactory(name_pl="Zwrotnica")
        make_slot(room=room, service=ServiceFactory(name="Szycie"), provider=holder)
        with pytest.raises(RoomConflict) as caught:
            make_slot(room=room, starts_at=soon() + HOUR)
        sentence = caught.value.messages[0]
        assert all(words in sentence for words in ("Sala kinowa", "Szycie", "Zwrotnica"))
        assert Slot.objects.count() == 1

    def test_shared_slots_share(self):
        room = RoomFactory()
        make_slot(room=room, shares_room=True)
        make_slot(room=room, shares_room=True)
        with pytest.raises(RoomConflict):
            make_slot(room=room)

    def test_moving_takes_the_room_along_and_a_conflict_leaves_all_as_it_was(self):
        room, other = RoomFactory(), RoomFactory()
        slot = make_slot(room=room, book_from=soon() - 24 * HOUR)
        make_slot(room=other)
        desk = person_with(Role.SERVICE_COORDINATOR)
        moved = edit_slot(
            slot, actor=desk, starts_at=slot.starts_at + HOUR, ends_at=slot.ends_at + HOUR
        )
        assert (moved.book_until, moved.book_from) == (
            slot.book_until + HOUR, slot.book_from + HOUR,
        )  # fmt: skip
        assert moved.is_edited
        assert moved.sequence == 1
        with pytest.raises(RoomConflict):
            edit_slot(moved, actor=desk, room=other)
        moved.refresh_from_db()
        assert moved.room == room
        standing = RoomUse.objects.standing().filter(room=room)
        assert [use.pk for use in standing] == [moved.room_use_id]
        assert [event.verb for event in history(moved)] == ["create", "edit"]

    def test_a_cancelled_slot_gives_the_room_back(self):
        slot = make_slot(room=RoomFactory())
        slot = move_slot(slot, "cancel", actor=SYSTEM, reason="Awaria ogrzewania")
        assert slot.room_use is None
        assert not RoomUse.objects.standing().exists()
        make_slot(room=slot.room)


@pytest.mark.django_db
class TestMoves:
    def test_roles_alone(self):
        """The coordinator moves every slot; no other role does without an organisation."""
        for cell in matrix(states.SLOT, Role):
            if cell.row is None:
                continue
            allowed = cell.row.allows(_Holder(cell.role), Slot(state=cell.state))
            assert (
                allowed
                == cell.is_allowed
                == (cell.role == Role.SERVICE_COORDINATOR and cell.verb not in {"finish", "renew"})
            ), str(cell)

    def test_a_team_runs_its_own_slots_alone(self):
        ours, theirs = OrganisationFactory(), OrganisationFactory()
        person = member_of(ours)
        assert move_slot(make_slot(provider=ours), "close", actor=person).state == states.CLOSED
        for provider in (theirs, None):
            with pytest.raises(NotAllowed):
                move_slot(make_slot(provider=provider), "close", actor=person)
            with pytest.raises(PermissionDenied):
                make_slot(provider=provider, actor=person)
        assert list(Slot.objects.visible_to(person)) == list(Slot.objects.filter(provider=ours))
        assert Slot.objects.visible_to(person_with(Role.AUDITOR)).count() == 3
        assert not Slot.objects.visible_to(person_with(Role.EDITOR)).exists()
        assert not Slot.objects.run_by(person_with(Role.AUDITOR)).exists()

    def test_bookings_go_first_and_a_reason_is_asked_for(self):
        slot = make_slot()
        with pytest.raises(Refused) as caught:
            move_slot(slot, "cancel", actor=SYSTEM, reason=" ")
        assert caught.value.field == "reason"
        Slot.objects.update(booked=1)
        with pytest.raises(Refused):
            move_slot(slot, "cancel", actor=SYSTEM, reason="Awaria")
        with pytest.raises(Refused):
            move_slot(slot, "set_capacity", actor=SYSTEM, capacity=0)
        assert move_slot(slot, "set_capacity", actor=SYSTEM, capacity=1).capacity == 1

    def test_what_is_over_stays(self):
        slot = make_slot(starts_at=soon(-1), may_be_past=True)
        for verb, context in (("close", {}), ("cancel", {"reason": "x"}), ("edit", {"values": {}})):
            with pytest.raises(Refused):
                move_slot(slot, verb, actor=person_with(Role.SERVICE_COORDINATOR), **context)
        done = move_slot(slot, "finish", actor=SYSTEM)
        with pytest.raises(WrongState):
            move_slot(done, "finish", actor=SYSTEM)

    def test_what_cannot_be_is_refused_by_field(self):
        service = ServiceFactory()
        options = {"capacity": 1, "actor": SYSTEM}
        for field, times in (
            ("ends_at", {"starts_at": soon(), "ends_at": soon()}),
            ("starts_at", {"starts_at": soon(-3), "ends_at": soon(-2)}),
            ("book_from", {"starts_at": soon(), "ends_at": soon(8), "book_from": soon()}),
        ):
            with pytest.raises(ValidationError) as caught:
                create_slot(service, **times, **options)
            assert list(caught.value.message_dict) == [field]
        slot = make_slot(service=service)
        for field, values in (
            ("ends_at", {"ends_at": slot.starts_at}),
            ("starts_at", {"starts_at": soon(-3), "ends_at": soon(-2)}),
        ):
            with pytest.raises(Refused) as refused:
                edit_slot(slot, actor=SYSTEM, **values)
            assert refused.value.field == field


class _Holder:
    """Somebody with one role, without a row for it."""

    is_active = is_authenticated = True
    pk = 0

    def __init__(self, role):
        self._role_names = frozenset({role})


@pytest.mark.django_db
@pytest.mark.database
class TestTheDatabase:
    @pytest.mark.parametrize(
        "values",
        [
            "ends_at = starts_at",
            "booked = capacity + 1",
            "held = capacity, booked = 1",
            "booked = -1",
            "book_until = ends_at + interval '1 s'",
            "cancel_until = ends_at + interval '1 s'",
            "book_from = book_until",
            "state = 'unknown'",
            "state = 'cancelled'",
            "room_use_id = NULL",
            "occurs_on = '2026-01-01'",
        ],
    )
    def test_it_refuses(self, values):
        slot = make_slot(room=RoomFactory())
        with (
            pytest.raises(IntegrityError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                f"UPDATE services_catalog_slot SET {values} WHERE id = {slot.pk}"  # noqa: S608
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_a_rule_makes_one_slot_a_day(self):
        rule = make_rule()
        day = rule.valid_from
        make_slot(series=rule, occurs_on=day)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_slot(series=rule, occurs_on=day)
        for values in ({"closes_at": rule.opens_at}, {"valid_to": day - timedelta(1)}):
            with pytest.raises(IntegrityError), transaction.atomic():
                ScheduleRule.objects.update(**values)


@pytest.mark.django_db
class TestReading:
    def test_bookable_is_open_and_in_its_time(self):
        slot = make_slot(book_from=soon(1), book_until=soon(2))
        found = lambda: list(selectors.open_slots(slot.service))  # noqa: E731
        assert found() == []
        edit_slot(slot, actor=SYSTEM, book_from=None)
        assert found() == [slot]
        move_slot(slot, "close", actor=person_with(Role.SERVICE_COORDINATOR))
        assert found() == []

    def test_drafts_and_hidden_services_are_nobodys(self):
        slot = make_slot(is_draft=True)
        monday = selectors.monday_of(town_day(slot.starts_at))
        assert not selectors.slots_of_week(monday).exists()
        assert list(selectors.slots_of_room(slot.room, slot.starts_at, slot.ends_at)) == list(
            Slot.objects.filter(room=slot.room)
        )
        slot = move_slot(slot, "publish", actor=person_with(Role.SERVICE_COORDINATOR))
        assert list(selectors.slots_of_week(monday)) == [slot]
        assert list(selectors.slots_of_day(town_day(slot.starts_at))) == [slot]
        assert list(selectors.slots_of_week(monday, service=slot.service)) == [slot]
        assert not selectors.slots_of_week(monday, room=RoomFactory()).exists()
        slot.service.live = False
        slot.service.save()
        assert not selectors.slots_of_week(monday).exists()


@pytest.mark.concurrency
def test_of_two_slots_at_one_moment_one_gets_the_room(together):
    room = RoomFactory()
    service = ServiceFactory()
    results = together(*[lambda: make_slot(service=service, room=room) for _number in range(6)])
    assert [isinstance(one, Slot) for one in results].count(True) == 1
    assert [isinstance(one, RoomConflict) for one in results].count(True) == 5
    assert Slot.objects.count() == RoomUse.objects.count() == 1
