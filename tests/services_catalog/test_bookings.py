"""Bookings: the table of moves, places, the queue, what is refused and how."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from core import clock
from core.actors import SYSTEM
from core.audit.models import AuditEvent
from core.outbox.models import OutboxMail
from core.transitions import NotAllowed, Refused, WrongState, available, matrix
from directory.models import Membership, TeamRole
from services_catalog.bookings import rules, seats, services, states, upkeep
from services_catalog.bookings.models import Booking
from services_catalog.bookings.rules import LinkHolder
from services_catalog.bookings.services import NoPlace
from services_catalog.models import Package, PackageItem, Slot
from tests.factories.catalogue import OrganisationFactory, ServiceFactory
from tests.factories.people import UserFactory, person_with
from tests.factories.timetable import make_slot, soon

VISITOR = AnonymousUser()
pytestmark = pytest.mark.django_db


def values(**fields):
    number = uuid.uuid4().hex[:8]
    return {
        "party_size": 1,
        "name": "Maria Przykładowa",
        "email": f"{number}@example.org",
        "language": "pl",
        "submission_key": uuid.uuid4(),
        **fields,
    }


def guest(slot, **fields) -> Booking:
    """Somebody without an account: places held, or asked for in the queue."""
    return services.book(slot, actor=VISITOR, **values(**fields))


def known(slot, user=None, **fields) -> Booking:
    """Somebody with an account."""
    user = user or UserFactory()
    return services.book(slot, actor=user, **values(email=user.email, **fields))


def waiting(slot, **fields) -> Booking:
    booking = known(slot, join_queue=True, **fields)
    assert booking.state == "waiting"
    return booking


def link(booking) -> LinkHolder:
    return LinkHolder(booking=booking.pk)


def state(booking) -> str:
    return Booking.objects.get(pk=booking.pk).state


def counters(slot) -> tuple[int, int]:
    slot.refresh_from_db()
    return slot.booked, slot.held


def mails(kind: str) -> list[OutboxMail]:
    return list(OutboxMail.objects.filter(kind=f"bookings/{kind}").order_by("id"))


def links(kind: str, name: str) -> list[str]:
    text = "\n".join(mail.text for mail in mails(kind))
    return re.findall(rf"https?://[^/\s]+(/\S*/{name}/\S+/)", text)


@pytest.fixture
def later(monkeypatch):
    """Lets time pass for everything that asks the database's clock."""

    def go(**time):
        passed = timedelta(**time)
        real = clock.database_now
        services = "services_catalog.bookings.services"
        for module in ("core.transitions.doing", f"{services}.booking", f"{services}.dates",
                       f"{services}.moves", f"{services}.paper",
                       "services_catalog.bookings.upkeep"):  # fmt: skip
            monkeypatch.setattr(f"{module}.database_now", lambda: real() + passed)

    return go


@pytest.fixture
def desk():
    return person_with(Role.SERVICE_COORDINATOR)


@pytest.fixture
def slot():
    return make_slot(capacity=3, waitlist_max=10)


class TestBooking:
    def test_a_guest_holds_confirms_and_cancels(self, slot):
        held = guest(slot, party_size=2)
        assert (held.state, counters(slot)) == ("held", (0, 2))
        booked = services.confirm(held, actor=link(held))
        assert (booked.state, counters(slot)) == ("confirmed", (2, 0))
        services.give_up(booked, actor=link(held))
        assert (state(booked), counters(slot)) == ("cancelled", (0, 0))
        assert [mail.kind for mail in OutboxMail.objects.order_by("id")] == [
            "bookings/confirm",
            "bookings/booked",
            "bookings/cancelled",
        ]
        assert [event.verb for event in AuditEvent.objects.filter(object_id=str(held.pk))] == [
            "hold", "confirm", "cancel",
        ]  # fmt: skip

    def test_an_account_books_at_once_and_a_strange_address_has_to_be_confirmed(self, slot):
        assert known(slot).state == "confirmed"
        user = UserFactory()
        other = services.book(slot, actor=user, **values(email="ktos@example.org"))
        assert other.state == "held" and other.requester is None

    def test_the_calendar_goes_along(self, slot):
        booking = known(slot)
        [mail] = mails("booked")
        assert f"UID:booking-{booking.pk}@" in mail.calendar.replace("\r\n ", "")
        assert "METHOD:PUBLISH" in mail.calendar and mail.calendar.endswith("END:VCALENDAR\r\n")
        services.move(booking, "cancel_for", actor=person_with(Role.SERVICE_COORDINATOR))
        [mail] = mails("cancelled")
        assert "STATUS:CANCELLED" in mail.calendar and "SEQUENCE:1" in mail.calendar

    def test_the_same_form_twice_is_one_booking(self, slot):
        user, key = UserFactory(), uuid.uuid4()
        first, second = (known(slot, user, submission_key=key) for _ in range(2))
        assert first == second and counters(slot) == (1, 0)

    def test_a_hold_that_is_over_is_free_again_before_the_worker_comes(self, slot, later):
        held = guest(slot, party_size=3)
        with pytest.raises(NoPlace):
            known(slot)
        later(minutes=31)
        with pytest.raises(Refused, match=r"\d:\d\d"):
            services.confirm(held, actor=link(held))
        assert known(slot, party_size=3).state == "confirmed"
        assert state(held) == "expired"

    @pytest.mark.parametrize(
        ("fields", "changes"),
        [
            ({"party_size": 4}, {}),
            ({"party_size": 0}, {}),
            ({}, {"starts_at": soon(-1), "ends_at": soon(-1, 11)}),
            ({}, {"book_from": soon(3)}),
            ({}, {"book_until": soon(-1)}),
            ({}, {"state": "closed"}),
            ({}, {"state": "draft"}),
        ],
        ids=["too large", "nobody", "past", "too early", "too late", "closed", "draft"],
    )
    def test_what_is_refused(self, slot, fields, changes):
        if "starts_at" in changes:
            changes |= {"book_until": changes["starts_at"], "cancel_until": changes["starts_at"]}
        Slot.objects.filter(pk=slot.pk).update(**changes)
        with pytest.raises(Refused) as refused:
            known(slot, **fields)
        assert not isinstance(refused.value, NoPlace) and len(str(refused.value)) > 10
        assert not Booking.objects.exists() and counters(slot) == (0, 0)

    def test_only_so_many_are_free(self, slot):
        known(slot, party_size=2)
        with pytest.raises(NoPlace) as full:
            known(slot, party_size=2)
        assert (full.value.free, full.value.can_wait) == (1, True)

    def test_the_waiting_list_has_an_end(self, desk):
        slot = make_slot(capacity=1, waitlist_max=1)
        known(slot)
        waiting(slot)
        with pytest.raises(NoPlace) as full:
            known(slot, join_queue=True)
        assert not full.value.can_wait

    def test_one_person_at_one_time(self, slot):
        user = UserFactory()
        known(slot, user)
        with pytest.raises(Refused, match="REZ-"):
            known(slot, user)
        same_time = make_slot(starts_at=slot.starts_at + timedelta(minutes=30))
        with pytest.raises(Refused, match="REZ-"):
            known(same_time, user)
        assert known(same_time, user, for_whom="Syn Jan").state == "confirmed"
        afterwards = make_slot(starts_at=slot.ends_at)
        assert known(afterwards, user).state == "confirmed"

    def test_an_overlap_is_said_to_a_guest_only_who_has_shown_whose_address_it_is(self, slot):
        user = UserFactory()
        known(slot, user)
        other = make_slot(starts_at=slot.starts_at)
        held = guest(other, email=user.email)
        assert held.state == "held"
        with pytest.raises(Refused, match="REZ-"):
            services.confirm(held, actor=link(held))

    def test_a_stranger_learns_nothing_of_a_booking_and_its_person_gets_a_mail(self, slot):
        user = UserFactory()
        mine = known(slot, user)
        found = guest(slot, email=user.email)
        assert found == mine and Booking.objects.count() == 1
        assert [mail.to for mail in mails("already")] == [user.email]

    def test_a_hold_in_somebodys_name_gives_way_to_that_person(self, slot):
        user = UserFactory()
        strangers = guest(slot, email=user.email, party_size=3)
        assert known(slot, user).state == "confirmed"
        assert state(strangers) == "cancelled" and counters(slot) == (1, 0)

    def test_staff_book_without_an_address(self, slot, desk):
        booking = services.book(
            slot, actor=desk, **values(email="", phone="856822180", channel="desk", pin="12345678")
        )
        assert booking.state == "confirmed" and not OutboxMail.objects.exists()
        assert services.find_by_pin(number=booking.number, pin="1234 5678") == booking
        with pytest.raises(NotAllowed):
            services.book(slot, actor=UserFactory(), **values(channel="desk"))

    def test_five_wrong_tries_lock_a_pin(self, slot, desk):
        booking = services.book(
            slot, actor=desk, **values(email="", channel="desk", pin="12345678")
        )
        for _ in range(5):
            assert services.find_by_pin(number=booking.number, pin="87654321") is None
        assert services.find_by_pin(number=booking.number, pin="12345678") is None
        pin = services.renew_pin(booking, actor=desk)
        assert services.find_by_pin(number=booking.number, pin=pin) == booking


class TestPackage:
    @pytest.fixture
    def package(self):
        lead = ServiceFactory()
        found = Package(slug="start", name_pl="Start", summary_pl="x", coordination=lead)
        found.items = [
            PackageItem(service=ServiceFactory(mode="slots"), is_required=required)
            for required in (True, False)
        ]
        found.save()
        return found

    @pytest.fixture
    def slots(self, package):
        made = [
            make_slot(service=item.service, capacity=2, starts_at=soon(7 + number))
            for number, item in enumerate(package.items.all())
        ]
        return made

    def test_all_or_nothing(self, package, slots):
        one, two = slots
        known(two, party_size=2)
        with pytest.raises(NoPlace):
            services.book_package(package, slots, actor=VISITOR, **values())
        assert counters(one) == (0, 0) and not one.bookings.exists()

    def test_one_mail_confirms_all(self, package, slots):
        held = services.book_package(package, slots, actor=VISITOR, **values(party_size=2))
        assert [one.state for one in held] == ["held", "held"] and len(mails("confirm")) == 1
        services.confirm(held[0], actor=link(held[0]))
        assert [state(one) for one in held] == ["confirmed", "confirmed"]
        [mail] = mails("booked")
        assert mail.calendar.count("BEGIN:VEVENT") == 2
        services.cancel_bundle(held[1], actor=LinkHolder(booking=held[0].pk))
        assert [counters(slot) for slot in slots] == [(0, 0), (0, 0)]

    def test_what_is_refused(self, package, slots):
        one, two = slots
        for chosen in ([two], [one, one], [], [one, make_slot()]):
            with pytest.raises(Refused):
                services.book_package(package, chosen, actor=VISITOR, **values())
        at_once = make_slot(service=two.service, starts_at=one.starts_at)
        with pytest.raises(Refused):
            services.book_package(package, [one, at_once], actor=VISITOR, **values())
        assert not Booking.objects.exists()


class TestQueue:
    def test_the_first_is_offered_what_somebody_gives_up(self, slot):
        booked = known(slot, party_size=3)
        first, second = waiting(slot), waiting(slot)
        services.give_up(booked, actor=booked.requester)
        assert [state(one) for one in (first, second)] == ["offered", "offered"]
        assert counters(slot) == (0, 2)
        taken = services.move(first, "accept", actor=first.requester)
        assert taken.state == "confirmed" and counters(slot) == (1, 1)
        services.give_up(second, actor=second.requester)
        assert counters(slot) == (1, 0)

    def test_a_guest_waits_from_when_the_address_is_confirmed(self, slot):
        known(slot, party_size=3)
        asked = guest(slot, join_queue=True)
        before = waiting(slot)
        assert (asked.state, len(mails("confirm_queue"))) == ("unconfirmed", 1)
        services.confirm(asked, actor=link(asked))
        asked.refresh_from_db()
        assert asked.state == "waiting" and asked.queue_no > before.queue_no

    def test_who_would_wait_books_while_there_are_places(self, slot):
        assert known(slot, join_queue=True).state == "confirmed"

    def test_what_the_queue_wants_is_not_free_for_newcomers(self, slot):
        small, large = known(slot), known(slot, party_size=2)
        group = waiting(slot, party_size=3)
        services.give_up(large, actor=large.requester)
        assert state(group) == "waiting"
        with pytest.raises(NoPlace):
            known(slot)
        services.give_up(small, actor=small.requester)
        assert state(group) == "offered"

    def test_a_group_lets_three_pass_and_then_nobody(self):
        slot = make_slot(capacity=4, waitlist_max=10)
        staying = [known(slot) for _ in range(4)]
        group = waiting(slot, party_size=4)
        single = [waiting(slot) for _ in range(4)]
        for booking in staying:
            services.give_up(booking, actor=booking.requester)
        group.refresh_from_db()
        assert [state(one) for one in single] == ["offered", "offered", "offered", "waiting"]
        assert group.skips == 3 and group.state == "waiting"
        for booking in single[:3]:
            services.give_up(booking, actor=booking.requester)
        assert state(group) == "offered"

    def test_or_lets_others_pass_for_two_days(self, slot, later):
        staying = [known(slot) for _ in range(3)]
        group, *others = waiting(slot, party_size=3), waiting(slot), waiting(slot)
        services.give_up(staying[0], actor=staying[0].requester)
        assert state(others[0]) == "offered"
        services.move(others[0], "accept", actor=others[0].requester)
        later(hours=49)
        services.give_up(staying[1], actor=staying[1].requester)
        assert (state(group), state(others[1])) == ("waiting", "waiting")

    def test_an_offer_lapses_and_goes_to_the_next(self, slot, later):
        booked = known(slot, party_size=3)
        first, second = waiting(slot, party_size=3), waiting(slot, party_size=3)
        services.give_up(booked, actor=booked.requester)
        first.refresh_from_db()
        later(hours=25)
        with pytest.raises(Refused):
            services.move(first, "accept", actor=first.requester)
        assert upkeep.tick() == 1
        assert (state(first), state(second)) == ("expired", "offered")
        assert len(mails("offer_over")) == 1

    @pytest.mark.parametrize(
        ("ahead", "lasts"),
        [
            (timedelta(days=7), timedelta(hours=24)),
            (timedelta(hours=47), timedelta(hours=3)),
            (timedelta(hours=2), timedelta(hours=2)),
        ],
    )
    def test_how_long_an_offer_stands(self, ahead, lasts):
        now = datetime(2026, 3, 1, tzinfo=UTC)
        assert rules.offer_end(now + ahead, now) - now == lasts

    def test_priority_goes_first(self, slot, desk):
        booked = known(slot, party_size=3)
        first, second = waiting(slot), waiting(slot, party_size=3)
        services.move(second, "set_priority", actor=desk, priority=2)
        services.give_up(booked, actor=booked.requester)
        assert (state(first), state(second)) == ("waiting", "offered")

    def test_more_places_go_to_the_queue_first(self, slot, desk):
        known(slot, party_size=3)
        first = waiting(slot, party_size=2)
        services.change_capacity(slot, 4, desk)
        assert state(first) == "waiting"
        services.change_capacity(slot, 5, desk)
        assert state(first) == "offered" and counters(slot) == (3, 2)

    def test_fewer_places_than_taken_are_refused_in_a_sentence(self, slot, desk):
        known(slot, party_size=2)
        guest(slot)
        with pytest.raises(Refused, match="3"):
            services.change_capacity(slot, 2, desk)
        slot.refresh_from_db()
        assert slot.capacity == 3

    def test_a_group_that_no_longer_fits_is_told(self, slot, desk):
        booked = known(slot, party_size=1)
        group, single = waiting(slot, party_size=3), waiting(slot, party_size=1)
        services.change_capacity(slot, 2, desk)
        assert (state(group), state(single)) == ("expired", "offered")
        assert len(mails("queue_over")) == 1 and state(booked) == "confirmed"

    def test_the_queue_ends_with_the_beginning(self, slot, later):
        known(slot, party_size=3)
        first = waiting(slot)
        later(days=8)
        upkeep.tick()
        assert state(first) == "expired"

    def test_nobody_is_offered_a_closed_date_until_it_reopens(self, slot, desk):
        from services_catalog.timetable.services import move_slot

        booked = known(slot, party_size=3)
        first = waiting(slot)
        move_slot(slot, "close", actor=desk)
        services.give_up(booked, actor=booked.requester)
        assert state(first) == "waiting"
        services.reopen_slot(slot, desk)
        assert state(first) == "offered"

    def test_place_in_the_queue(self, slot):
        from services_catalog.bookings.selectors import place_in_queue

        known(slot, party_size=3)
        first, second = waiting(slot), waiting(slot)
        assert [place_in_queue(one) for one in (first, second)] == [1, 2]
        services.give_up(first, actor=first.requester)
        assert place_in_queue(second) == 1


class TestDates:
    def test_a_series_called_off_is_one_mail_each(self, desk):
        slots = [make_slot(starts_at=soon(7 + number)) for number in range(3)]
        user, other = UserFactory(), UserFactory()
        for slot in slots:
            known(slot, user)
        known(slots[0], other)
        services.cancel_slots(slots, desk, "Awaria ogrzewania.")
        assert sorted(mail.to for mail in mails("called_off")) == sorted([user.email, other.email])
        to_user = next(mail for mail in mails("called_off") if mail.to == user.email)
        assert to_user.calendar.count("STATUS:CANCELLED") == 3 and "ogrzewania" in to_user.text
        assert set(Booking.objects.values_list("state", flat=True)) == {"cancelled"}
        assert {slot.state for slot in Slot.objects.all()} == {"cancelled"}

    def test_two_languages_of_one_address_are_one_mail_in_the_latest(self, desk):
        slots = [make_slot(starts_at=soon(7 + number)) for number in range(3)]
        user = UserFactory()
        for slot, language in zip(slots, ("pl", "it", "be"), strict=True):
            known(slot, user, language=language)
        first = Booking.objects.get(language="pl")
        # The newest is not the one of the latest date.
        Booking.objects.filter(language="it").update(
            created_at=first.created_at + timedelta(days=1)
        )
        done, without = services.cancel_slots(slots, desk, "Awaria.")
        [mail] = mails("called_off")
        assert (mail.to, mail.language) == (user.email, "it")
        assert mail.calendar.count("STATUS:CANCELLED") == len(done) == 3 and not without

    def test_who_has_no_address_is_given_back_to_be_called(self, slot, desk):
        known(slot)
        phone = {"email": "", "phone": "856822180", "channel": "phone", "pin": "12345678"}
        caller = services.book(slot, actor=desk, **values(**phone))
        _changed, without = services.edit_slot(slot, desk, note="Proszę zabrać fartuch.")
        assert without == []
        _changed, without = services.edit_slot(slot, desk, starts_at=soon(9), ends_at=soon(9, 11))
        assert without == [caller] and len(mails("moved")) == 1
        [_slot], without = services.cancel_slots([slot], desk, "Awaria.")
        assert without == [caller] and len(mails("called_off")) == 1

    def test_a_moved_date_is_told(self, slot, desk):
        known(slot, UserFactory())
        services.edit_slot(slot, desk, starts_at=soon(9), ends_at=soon(9, 11))
        [mail] = mails("moved")
        assert "SEQUENCE:1" in mail.calendar
        services.edit_slot(slot, desk, note="Proszę zabrać fartuch.")
        assert len(mails("moved")) == 1

    def test_an_offer_never_outlives_the_beginning_of_a_date_moved_to_sooner(self, desk):
        slot = make_slot(capacity=1, waitlist_max=3, starts_at=soon(7))
        booked = known(slot)
        first = waiting(slot)
        asked = guest(slot, join_queue=True)
        services.give_up(booked, actor=booked.requester)
        begins = datetime.now(UTC) + timedelta(hours=2)
        services.edit_slot(slot, desk, starts_at=begins, ends_at=begins + timedelta(hours=1))
        for booking in (first, asked):
            booking.refresh_from_db()
        assert (first.state, first.offer_until) == ("offered", begins)
        assert (asked.state, asked.hold_until) == ("unconfirmed", begins)

    def test_a_message_to_everybody_who_waits(self, slot, desk):
        known(slot, party_size=3)
        first = waiting(slot)
        services.book(
            slot, actor=desk,
            **values(email="", phone="856822180", channel="phone", join_queue=True),
        )  # fmt: skip
        key = uuid.uuid4()
        for _ in range(2):
            number, without = services.message_everybody(
                slot, actor=desk, states_told=["waiting"], text="Nowy termin.", message_key=key
            )
        assert number == 1 and len(without) == 1
        assert [mail.to for mail in mails("message")] == [first.contact.email]
        with pytest.raises(NotAllowed):
            services.message_everybody(
                slot, actor=UserFactory(), states_told=["waiting"], text="x", message_key=key
            )

    def test_came_or_not(self, slot, desk, later):
        booking, other = known(slot), known(slot)
        with pytest.raises(Refused):
            services.move(booking, "attend", actor=desk)
        later(days=7)
        moment = datetime.now(UTC) - timedelta(minutes=30)
        Slot.objects.filter(pk=slot.pk).update(
            starts_at=moment, ends_at=moment + timedelta(hours=2), book_until=moment,
            cancel_until=moment,
        )  # fmt: skip
        services.move(booking, "attend", actor=desk)
        services.move(other, "miss", actor=desk)
        assert (state(booking), state(other), counters(slot)) == ("attended", "no_show", (2, 0))
        services.move(other, "attend", actor=desk)
        services.move(booking, "unmark", actor=desk)
        assert (state(booking), state(other)) == ("confirmed", "attended")


class TestUpkeep:
    def test_the_nightly_check_finds_and_mends_wrong_counters(self, slot, caplog):
        known(slot, party_size=2)
        assert upkeep.check_counters() == 0
        Slot.objects.filter(pk=slot.pk).update(booked=1, held=1)
        assert upkeep.check_counters() == 1
        assert counters(slot) == (2, 0) and str(slot.pk) in caplog.text
        assert AuditEvent.objects.filter(verb="recount").count() == 1

    def test_the_database_refuses_more_than_there_are(self, slot):
        with pytest.raises(IntegrityError), transaction.atomic():
            Slot.objects.filter(pk=slot.pk).update(booked=3, held=1)

    def test_the_database_refuses_one_person_twice(self, slot):
        booking = known(slot)
        with pytest.raises(IntegrityError), transaction.atomic():
            Booking.objects.create(
                slot=slot, person_key=booking.person_key, party_size=1, number="x", language="pl",
                submission_key=uuid.uuid4(),
            )  # fmt: skip


class TestTheTable:
    ROLES = [*Role, "person", "other person", "account", "nobody", "host", "other host"]

    def actor(self, role, booking):
        if role in ("host", "other host"):
            user = person_with(Role.CONSORTIUM_MEMBER)
            organisation = booking.slot.provider if role == "host" else OrganisationFactory()
            Membership.objects.create(organisation=organisation, user=user, role=TeamRole.EDITOR)
            return user
        if role == "person":
            return LinkHolder(booking=booking.pk)
        if role == "other person":
            return LinkHolder(booking=uuid.uuid4())
        if role == "account":
            return booking.requester
        return VISITOR if role == "nobody" else person_with(role)

    def allowed(self, row):
        everybody = set(self.ROLES)
        who = {
            states.DESK: states.STAFF,
            states.PERSON: {"person", "account"},
            states.DESK_OR_PROVEN: {*states.STAFF, "account"},
            states.DESK_PROVEN_OR_LINK: {*states.STAFF, "account", "person"},
            states.DESK_OR_HOST: {*states.STAFF, "host"},
            states.DESK_HOST_OR_SYSTEM: {*states.STAFF, "host"},
            states.ERASER: {*states.STAFF, "account", "person"},
            states.ANYONE: everybody,
            states.SYSTEM_ONLY: set(),
        }
        return who[row.who]

    @pytest.mark.parametrize("in_state", states.STATES)
    def test_every_state_move_and_role(self, in_state):
        slot = make_slot(provider=OrganisationFactory(), waitlist_max=5)
        booking = known(slot)
        moment = soon(3)
        Booking.objects.filter(pk=booking.pk).update(
            state=in_state, queue_no=1, queued_at=moment, hold_until=moment, offer_until=moment
        )
        booking.refresh_from_db()
        actors = {role: self.actor(role, booking) for role in self.ROLES}
        offers = {
            role: {row.verb for row in available(booking, actor)} for role, actor in actors.items()
        }
        for cell in matrix(states.MACHINE, self.ROLES):
            if cell.state != in_state:
                continue
            expected = cell.row is not None and cell.role in self.allowed(cell.row)
            assert (cell.verb in offers[cell.role]) is expected, str(cell)
            if not expected and cell.role in {"person", "host", *states.STAFF}:
                with pytest.raises((NotAllowed, WrongState)):
                    services.move(booking, cell.verb, actor=actors[cell.role])

    def test_only_these_change_a_booking(self, root):
        """Every other way would leave the counters as they were."""
        found = {
            path.name
            for path in (root / "services_catalog" / "bookings").rglob("*.py")
            if "change_state(" in path.read_text()
        }
        assert found == {"seats.py", "booking.py", "dates.py", "moves.py"}


class TestAnyCourse:
    """Random presses of everybody against what has to hold after each."""

    PRESS = st.one_of(
        st.tuples(st.just("book"), st.integers(1, 4)),
        st.tuples(st.just("guest"), st.integers(1, 4)),
        st.tuples(st.just("give_up"), st.integers(0, 30)),
        st.tuples(st.just("accept"), st.integers(0, 30)),
        st.tuples(st.just("confirm"), st.integers(0, 30)),
        st.tuples(st.just("expire"), st.integers(0, 30)),
        st.tuples(st.just("capacity"), st.integers(1, 6)),
    )

    @given(st.lists(PRESS, min_size=1, max_size=14))
    @settings(max_examples=20)
    def test_what_always_holds(self, presses):
        mark = transaction.savepoint()
        try:
            self.run(presses)
        finally:
            transaction.savepoint_rollback(mark)

    def run(self, presses):
        slot = make_slot(capacity=4, waitlist_max=30)
        made: list[Booking] = []
        for act, number in presses:
            try:
                with transaction.atomic():
                    self.press(slot, made, act, number)
            except (Refused, WrongState):
                pass  # what has to hold, holds after a refusal too
            self.check(slot)

    def press(self, slot, made, act, number):
        if act in {"book", "guest"}:
            fields = values(
                email="" if act == "book" else f"{uuid.uuid4().hex}@example.org",
                phone=f"{len(made):09d}" if act == "book" else "",
                channel="phone" if act == "book" else "web",
                party_size=number, join_queue=True,
            )  # fmt: skip
            made.append(services.book(slot, actor=DESK if act == "book" else VISITOR, **fields))
            return
        if act == "capacity":
            services.change_capacity(slot, number, SYSTEM)
            return
        if not made:
            return
        booking = Booking.objects.get(pk=made[number % len(made)].pk)
        if act == "expire":
            past = datetime.now(UTC) - timedelta(hours=1)
            Booking.objects.filter(pk=booking.pk, state="offered").update(offer_until=past)
            Booking.objects.filter(pk=booking.pk, state__in=states.UNPROVEN).update(hold_until=past)
            upkeep.tick()
        elif act == "accept":
            services.move(booking, "accept", actor=link(booking))
        else:
            getattr(services, act)(booking, actor=link(booking))

    def check(self, slot):
        slot.refresh_from_db()
        rows = list(slot.bookings.all())
        total = lambda *names: sum(one.party_size for one in rows if one.state in names)  # noqa: E731
        assert slot.booked == total("confirmed", "attended", "no_show")
        assert slot.held == total("held", "offered")
        assert slot.booked + slot.held <= slot.capacity
        free = slot.capacity - slot.booked - slot.held
        queue = sorted(
            (one for one in rows if one.state == "waiting"), key=lambda one: one.queue_no
        )
        assert all(one.skips <= seats.SKIPS_AT_MOST for one in queue)
        assert all(one.party_size <= slot.capacity for one in queue)
        for one in queue:
            if one.party_size <= free:
                pytest.fail(f"{free} free, and {one.party_size} wait")
            if one.skips >= seats.SKIPS_AT_MOST:
                break  # the places are kept for this group
        # Nobody went past a group that was not let pass as often as its count says.
        for one in queue:
            later = [
                row
                for row in rows
                if row.queue_no and row.queue_no > one.queue_no and row.state != "waiting"
                and AuditEvent.objects.filter(object_id=str(row.pk), verb="offer").exists()
            ]  # fmt: skip
            assert len(later) <= one.skips


class Desk:
    """Takes bookings down; made once, as the course is run often."""

    is_authenticated = is_active = True
    pk = 0
    _role_names = frozenset({Role.SERVICE_COORDINATOR})
    email = ""

    def get_full_name(self):
        return ""


DESK = Desk()
