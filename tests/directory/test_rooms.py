"""A room is nobody's twice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from core.audit import history
from directory.models import RoomUse
from directory.services import RoomTaken, release_room, reserve_room
from tests.factories.catalogue import RoomFactory
from tests.factories.people import UserFactory

NINE = datetime(2026, 12, 7, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def reserve(room, start=NINE, end=None, *, actor=None, **options):
    options.setdefault("purpose", "Warsztat")
    return reserve_room(
        room, start, end or start + 2 * HOUR, actor=actor or UserFactory(), **options
    )


@pytest.mark.django_db
class TestReserving:
    def test_a_taken_room_is_refused_with_a_sentence(self):
        room = RoomFactory(name_pl="Sala kinowa")
        use = reserve(room)
        assert [event.verb for event in history(use)] == ["reserve"]
        with pytest.raises(RoomTaken) as caught:
            reserve(room, NINE + HOUR)
        assert "Sala kinowa" in caught.value.messages[0]
        assert "9:00" not in caught.value.messages[0]
        assert "10:00" in caught.value.messages[0]

    def test_one_may_begin_when_the_other_ends(self):
        room = RoomFactory()
        reserve(room)
        reserve(room, NINE + 2 * HOUR)
        reserve(room, NINE - 2 * HOUR)
        assert RoomUse.objects.between(NINE, NINE + 2 * HOUR).count() == 1

    def test_another_room_is_free(self):
        reserve(RoomFactory())
        reserve(RoomFactory())

    def test_what_was_given_back_is_free(self):
        room, person = RoomFactory(), UserFactory()
        use = reserve(room)
        release_room(use, actor=person)
        release_room(use, actor=person)
        reserve(room)
        assert [event.verb for event in history(use)] == ["reserve", "release"]

    def test_shared_uses_share_with_each_other_alone(self):
        room = RoomFactory()
        reserve(room, is_shared=True)
        reserve(room, is_shared=True)
        with pytest.raises(RoomTaken):
            reserve(room)
        other = RoomFactory()
        reserve(other)
        with pytest.raises(RoomTaken):
            reserve(other, is_shared=True)

    @pytest.mark.parametrize("length", [timedelta(0), -HOUR])
    def test_the_end_comes_after_the_beginning(self, length):
        with pytest.raises(ValidationError, match=r".") as caught:
            reserve(RoomFactory(), NINE, NINE + length)
        assert caught.value.code == "no_time"

    @pytest.mark.database
    def test_the_database_itself_refuses_two_at_once(self):
        room = RoomFactory()
        for hours in (0, 5):
            RoomUse.objects.create(room=room, period=_period(hours), purpose="x")
        for hours in (-1, 0, 1, 4, 6):
            with pytest.raises(IntegrityError), transaction.atomic():
                RoomUse.objects.create(room=room, period=_period(hours), purpose="x")

    @pytest.mark.database
    @pytest.mark.parametrize("period", ["empty", "(,)", "[2026-01-01 10:00+00,)"])
    def test_a_use_has_a_beginning_and_an_end(self, period):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO directory_roomuse "
                "(uuid, room_id, period, purpose, party, is_shared, created_at) "
                "VALUES (gen_random_uuid(), %s, %s, '', '', false, now())",
                [RoomFactory().pk, period],
            )


def _period(hours):
    return (NINE + hours * HOUR, NINE + (hours + 2) * HOUR)


@pytest.mark.concurrency
class TestAtTheSameMoment:
    def test_of_many_one_gets_the_room_and_the_others_a_sentence(self, together):
        room = RoomFactory()
        people = [UserFactory() for _number in range(8)]
        results = together(
            *(lambda person=person: reserve(room, actor=person) for person in people)
        )
        assert [isinstance(result, RoomUse) for result in results].count(True) == 1
        assert [isinstance(result, RoomTaken) for result in results].count(True) == 7
        assert RoomUse.objects.count() == 1

    def test_without_the_check_the_constraint_decides(self, together, monkeypatch):
        _without_the_check(monkeypatch)
        room = RoomFactory()
        people = [UserFactory() for _number in range(8)]
        results = together(
            *(lambda person=person: reserve(room, actor=person) for person in people)
        )
        assert [isinstance(result, RoomTaken) for result in results].count(True) == 7
        assert RoomUse.objects.count() == 1

    def test_control_without_either_the_room_is_taken_twice(self, together, monkeypatch):
        _without_the_check(monkeypatch)
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE directory_roomuse DROP CONSTRAINT directory_room_taken_once"
            )
        room = RoomFactory()
        people = [UserFactory() for _number in range(8)]
        together(*(lambda person=person: reserve(room, actor=person) for person in people))
        assert RoomUse.objects.count() > 1


def _without_the_check(monkeypatch):
    monkeypatch.setattr("directory.services.rooms._is_taken", lambda *args, **options: False)
