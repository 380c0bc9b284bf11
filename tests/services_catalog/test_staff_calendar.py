"""The calendar of staff: who sees and changes what, conflicts, series, figures and files."""

import html
import io
import uuid
from datetime import date, time, timedelta
from unittest import mock

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from openpyxl import load_workbook

from accounts.roles import Role
from core.actors import SYSTEM
from core.audit.models import AuditEvent
from core.i18n.dates import short_day
from core.outbox.models import OutboxMail
from directory.models import ClosedDay, TeamRole
from directory.services import add_member, reserve_room
from services_catalog.bookings.models import Booking
from services_catalog.bookings.services import book
from services_catalog.timetable import feeds, states
from services_catalog.timetable.generating import make_slots
from services_catalog.timetable.models import ScheduleRule, Slot
from services_catalog.timetable.recurrence import at, town_day
from services_catalog.timetable.selectors import monday_of
from services_catalog.timetable.services import change_rule, edit_slot, move_rule
from tests.factories.catalogue import OrganisationFactory, RoomFactory, ServiceFactory
from tests.factories.people import UserFactory, person_with
from tests.factories.timetable import HOUR, make_rule, make_slot, soon

pytestmark = pytest.mark.django_db
WEEK = reverse("staff_calendar:week")


@pytest.fixture
def desk(client):
    person = person_with(Role.SERVICE_COORDINATOR)
    client.force_login(person)
    return person


def places(slot, **fields):
    person = fields.pop("person", None) or UserFactory()
    return book(
        slot, actor=person, party_size=1, name="Maria", email=person.email, language="pl",
        submission_key=uuid.uuid4(), **fields,
    )  # fmt: skip


def sent(slot, **fields):
    """The form of a slot as the browser sends it."""
    values = {
        "service": slot.service_id, "provider": slot.provider_id or "", "room": slot.room_id or "",
        "day": town_day(slot.starts_at).isoformat(), "opens_at": "12:00", "closes_at": "13:00",
        "capacity": slot.capacity, "waitlist_max": 0, "note": "",
    }  # fmt: skip
    return {**values, **fields}


def url(name, *args):
    return reverse(f"staff_calendar:{name}", args=args)


def test_the_week_by_room_and_by_provider(client, desk, django_assert_max_num_queries):
    room = RoomFactory(name_pl="Sala kinowa")
    slot = make_slot(service=ServiceFactory(name="Szycie"), room=room, capacity=1, waitlist_max=2)
    places(slot)
    places(slot, join_queue=True)
    path = f"{WEEK}?dzien={town_day(slot.starts_at)}"
    page = client.get(path).content.decode()
    assert all(words in page for words in ("Sala kinowa", "Szycie", "1/1", "1 czeka"))
    with django_assert_max_num_queries(40) as few:
        client.get(path)
    for _number in range(6):
        make_slot(room=RoomFactory(), provider=OrganisationFactory())
    for by in ("sala", "organizacja"):
        with django_assert_max_num_queries(len(few) + 1):
            assert client.get(f"{path}&wedlug={by}").status_code == 200


def test_a_conflict_is_explained_and_nothing_typed_is_lost(client, desk):
    room = RoomFactory(name_pl="Sala kinowa")
    taken = make_slot(service=ServiceFactory(name="Próba chóru"), room=room, starts_at=soon(7, 11))
    service = ServiceFactory()
    values = sent(taken, service=service.pk, note="Weź nuty")
    answer = client.post(url("new_slot"), values)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert all(words in page for words in ("Próba chóru", "Sala kinowa", "Weź nuty"))
    other = RoomFactory()
    answer = client.post(url("new_slot"), {**values, "room": other.pk})
    assert answer.status_code == 302
    made = Slot.objects.get(service=service)
    assert (made.room, made.note) == (other, "Weź nuty")
    answer = client.get(f"{url('new_slot')}?wzor={made.pk}")
    assert answer.context["form"].initial["day"] == town_day(made.starts_at) + timedelta(days=7)


def test_one_slot_is_changed_and_cancelled_and_people_are_told(client, desk):
    slot = make_slot(room=RoomFactory())
    booking = places(slot)
    assert client.post(url("slot", slot.pk), sent(slot, capacity=0)).status_code == 422
    assert client.post(url("slot", slot.pk), sent(slot, capacity=8)).status_code == 302
    slot.refresh_from_db()
    assert (slot.capacity, slot.is_edited) == (8, True)
    assert OutboxMail.objects.filter(kind="bookings/moved").count() == 1
    answer = client.post(url("cancel_slot", slot.pk), {"reason": ""})
    assert answer.status_code == 422
    client.post(url("move_slot", slot.pk, "close"))
    client.post(url("cancel_slot", slot.pk), {"reason": "Awaria"})
    slot.refresh_from_db()
    booking.refresh_from_db()
    assert (slot.state, booking.state) == (states.CANCELLED, "cancelled")
    assert OutboxMail.objects.filter(kind="bookings/called_off").count() == 1
    assert client.get(url("slot", slot.pk)).status_code == 200
    assert client.post(url("slot", slot.pk), sent(slot)).url == reverse("wagtailadmin_home")


def test_who_has_no_address_is_named_to_be_called(client, desk):
    """After a change, a cancelled slot and a cancelled series: number, name, telephone.

    On a page that stays until they are told; nothing of it travels in a message or a cookie.
    """

    def caller(slot, name, phone):
        return book(
            slot, actor=desk, party_size=1, name=name, phone=phone, language="pl", channel="phone",
            submission_key=uuid.uuid4(), pin="12345678",
        )  # fmt: skip

    calls = reverse("services_catalog_bookings:calls")

    def told(answer):
        for cookie in answer.client.cookies.values():
            assert "Kowal" not in cookie.value and "856822180" not in cookie.value
        messages = [str(one) for one in answer.context.get("messages", [])]
        assert not any("Kowal" in words or "Nowak" in words for words in messages)
        return answer.context["bookings"] if answer.redirect_chain[-1][0] == calls else []

    slot = make_slot()
    places(slot)
    booking = caller(slot, "Jan Kowal", "856822180")
    note = sent(slot, opens_at=f"{timezone.localtime(slot.starts_at):%H:%M}",
                closes_at=f"{timezone.localtime(slot.ends_at):%H:%M}", note="Fartuch")  # fmt: skip
    assert told(client.post(url("slot", slot.pk), note, follow=True)) == []
    moved = client.post(url("slot", slot.pk), sent(slot), follow=True)
    cancelled = client.post(url("cancel_slot", slot.pk), {"reason": "Awaria"}, follow=True)
    for answer in (moved, cancelled):
        assert told(answer) == [booking]
        page = html.unescape(answer.content.decode())
        assert all(text in page for text in (booking.number, "Jan Kowal", "856822180"))
        assert "Maria" not in page and "no-store" in answer["Cache-Control"]
    stored = "".join(str(one.get_decoded()) for one in Session.objects.all())
    assert str(booking.pk) in stored and "Kowal" not in stored
    assert "1 osoba" in client.get(WEEK).content.decode()
    rule = move_rule(make_rule(byday="MO,TU,WE,TH,FR,SA,SU", weeks_ahead=1), "start", actor=desk)
    make_slots(rule.pk)
    slot = rule.slots.live().last()
    other = caller(slot, "Ewa Nowak", "601601601")
    answer = client.post(
        url("cancel_series", rule.pk), {"since": date.today(), "reason": "Remont"}, follow=True
    )
    assert set(told(answer)) == {booking, other}, "whom nobody has ticked off stays"
    page = answer.content.decode()
    assert all(text in page for text in (other.number, "Ewa Nowak", "601601601"))
    # Another person's session has nothing of it; a role without dates has no such page.
    stranger = Client()
    stranger.force_login(person_with(Role.SERVICE_COORDINATOR))
    assert "Nowak" not in stranger.get(calls).content.decode()
    stranger.force_login(person_with(Role.EDITOR))
    assert stranger.get(calls).status_code in {302, 403}
    client.get(calls)
    assert client.post(calls).url == url("rule", rule.pk)
    assert client.get(calls).context["bookings"] == []


def test_a_rule_from_draft_to_the_end_of_its_series(client, desk):
    service, room = ServiceFactory(mode="slots"), RoomFactory()
    today = date.today()
    values = {
        "service": service.pk, "provider": "", "room": room.pk, "freq": "MONTHLY",
        "monthly_1": "2MO", "monthly_2": "-1FR", "interval": 1, "opens_at": "10:00",
        "closes_at": "12:00", "valid_from": today, "valid_to": today + timedelta(days=300),
        "capacity": 4, "waitlist_max": 0, "book_until_hours": 0, "cancel_until_hours": 0,
        "weeks_ahead": 20, "runs_on_holidays": "on",
    }  # fmt: skip
    for wrong in ({"monthly_1": "", "monthly_2": ""}, {"closes_at": "09:00"}, {"capacity": "x"}):
        assert client.post(url("new_rule"), {**values, **wrong}).status_code == 422
    assert client.post(url("new_rule"), values).status_code == 302
    rule = ScheduleRule.objects.get()
    assert (rule.byday, rule.state) == ("2MO,-1FR", states.DRAFT)
    client.post(url("move_rule", rule.pk, "start"))
    number = rule.slots.count()
    assert number >= 6
    weekly = {**values, "freq": "WEEKLY", "weekdays": ["TU"], "weeks_ahead": 5}
    assert client.post(url("rule", rule.pk), weekly).status_code == 302
    live = rule.slots.live()
    assert {slot.occurs_on.weekday() for slot in live} == {1}
    first, *_rest, last = live
    maria, jan = UserFactory(), UserFactory()
    for slot in live:
        places(slot, person=maria)
    places(last, person=jan)
    since = first.occurs_on + timedelta(days=1)
    assert client.post(url("cancel_series", rule.pk), {"since": since}).status_code == 422
    client.post(url("cancel_series", rule.pk), {"since": since, "reason": "Remont dachu"})
    assert [slot.pk for slot in rule.slots.live()] == [first.pk]
    told = OutboxMail.objects.filter(kind="bookings/called_off")
    assert sorted(told.values_list("to", flat=True)) == sorted([maria.email, jan.email])
    mail = told.get(to=maria.email)
    assert mail.text.count("Remont dachu") >= 1
    assert Booking.objects.filter(state="confirmed").count() == 1
    make_slots(rule.pk)
    assert rule.slots.live().count() == 1
    client.post(url("cancel_series", rule.pk), {"since": today, "reason": "Koniec"})
    rule.refresh_from_db()
    assert rule.state == states.STOPPED or not rule.slots.live().exists()
    assert client.get(url("rule", rule.pk)).status_code == 200
    assert client.get(url("rules")).status_code == 200


def test_the_rules_say_which_days_somebody_has_to_look_at(
    client, desk, django_assert_max_num_queries
):
    room = RoomFactory(name_pl="Sala kinowa")
    values = {"byday": "MO,TU,WE,TH,FR,SA,SU", "weeks_ahead": 1, "runs_on_holidays": True}
    holder = make_slot(room=room, starts_at=soon(2, 0), ends_at=soon(3, 0))
    rule = move_rule(make_rule(room=room, **values), "start", actor=desk)
    fine = move_rule(make_rule(**values), "start", actor=desk)
    for one in (rule, fine):
        make_slots(one.pk)

    def listed():
        return {one.pk: days for one, days in client.get(url("rules")).context["rules"]}

    blocked = town_day(holder.starts_at)
    assert listed() == {rule.pk: [blocked], fine.pk: []}
    booked, edited, waited = rule.slots.filter(occurs_on__gt=blocked)[:3]
    places(booked)
    edit_slot(edited, actor=desk, note="Sala na piętrze")
    # Only those with people keep the old hour; what staff have changed is meant so.
    change_rule(rule, actor=desk, opens_at=time(12), closes_at=time(13))
    make_slots(rule.pk)
    assert listed()[rule.pk] == [blocked, booked.occurs_on]
    ClosedDay.objects.create(
        name_pl="Malowanie", starts_on=edited.occurs_on, ends_on=waited.occurs_on
    )
    for one in (rule, fine):
        make_slots(one.pk)
    assert listed() == {rule.pk: [blocked, booked.occurs_on, edited.occurs_on], fine.pk: []}
    page = client.get(url("rules")).content.decode()
    assert "Dni do sprawdzenia" in page
    page = client.get(url("rule", rule.pk)).content.decode()
    for day in (blocked, booked.occurs_on, edited.occurs_on):
        assert short_day(day, "pl") in page.split("Najbliższe dni")[0]
    with django_assert_max_num_queries(60) as few:
        client.get(url("rules"))
    for _number in range(4):
        make_slots(move_rule(make_rule(room=RoomFactory(), **values), "start", actor=desk).pk)
    with django_assert_max_num_queries(len(few)):
        client.get(url("rules"))


def test_a_slot_on_a_closed_day_is_warned_of(client, desk):
    slot = make_slot(service=ServiceFactory(mode="slots", place="at_station"))
    day = town_day(slot.starts_at)
    values = sent(slot)
    closed = ClosedDay.objects.create(name_pl="Malowanie ścian", starts_on=day, ends_on=day)
    for address in (url("new_slot"), url("slot", slot.pk)):
        answer = client.post(address, values, follow=True)
        assert "ten dzień jest zamknięty (Malowanie ścian)" in answer.content.decode()
    closed.delete()
    for address in (url("new_slot"), url("slot", slot.pk)):
        page = client.post(address, {**values, "note": "Inaczej"}, follow=True).content.decode()
        assert "jest zamknięty" not in page
    new_year = date(date.today().year + 1, 1, 1).isoformat()
    answer = client.post(url("new_slot"), {**values, "day": new_year}, follow=True)
    assert "ten dzień jest zamknięty (święto" in answer.content.decode()


def test_every_role_sees_and_does_what_is_its_own(client):
    ours, theirs = OrganisationFactory(name_pl="Nasza"), OrganisationFactory(name_pl="Ich")
    member = person_with(Role.CONSORTIUM_MEMBER)
    add_member(ours, user=member, role=TeamRole.EDITOR, actor=SYSTEM)
    own = make_slot(provider=ours, service=ServiceFactory(name="Nasze szycie"))
    other = make_slot(provider=theirs, service=ServiceFactory(name="Obce szycie"))
    rule = make_rule(provider=theirs)
    gets = [WEEK, url("rules"), url("reports"), url("export", "csv"), url("new_slot")]
    sees = {
        Role.SERVICE_COORDINATOR: (200, 200, 200, 200, 200),
        Role.AUDITOR: (200, 200, 200, 200, 403),
        Role.ADMINISTRATOR: (200, 200, 200, 200, 403),
        Role.CONSORTIUM_LEAD: (200, 200, 200, 200, 403),
        Role.EDITOR: (403,) * 5,
        Role.MENTOR: (403,) * 5,
    }
    for role in Role:
        client.force_login(member if role == Role.CONSORTIUM_MEMBER else person_with(role))
        found = tuple(client.get(path).status_code for path in gets)
        if role == Role.CONSORTIUM_MEMBER:
            assert found == (200,) * 5
        elif role in sees:
            # Wagtail sends those who may not enter the admin at all to its front.
            assert all(
                got == want or (want == 403 and got == 302)
                for got, want in zip(found, sees[role], strict=True)
            ), role
        else:
            assert set(found) <= {302, 403}, role
        if role not in {Role.SERVICE_COORDINATOR, Role.CONSORTIUM_MEMBER}:
            client.post(url("cancel_slot", own.pk), {"reason": "x"})
            client.post(url("move_slot", own.pk, "close"))
            client.post(url("slot", own.pk), sent(own, capacity=99))
            client.post(url("move_rule", rule.pk, "start"))
            client.post(url("cancel_series", rule.pk), {"since": "2026-01-01", "reason": "x"})
    own.refresh_from_db()
    rule.refresh_from_db()
    assert (own.state, own.capacity, rule.state) == (states.OPEN, 5, states.DRAFT)
    client.force_login(member)
    page = client.get(f"{WEEK}?dzien={town_day(own.starts_at)}").content.decode()
    assert "Nasze szycie" in page
    assert "Obce szycie" not in page
    assert client.get(url("slot", other.pk)).status_code == 404
    assert client.get(url("rule", rule.pk)).status_code == 404
    assert client.get(f"{url('new_slot')}?wzor={other.pk}").status_code == 404
    assert "Obce" not in client.get(url("export", "csv")).content.decode()
    foreign = sent(own, service=other.service_id, provider=theirs.pk)
    assert client.post(url("new_slot"), foreign).status_code == 422


def test_figures_and_files(client, desk, django_assert_max_num_queries):
    room = RoomFactory(number=77, name_pl="Kuchnia")
    slot = make_slot(
        service=ServiceFactory(name="=2+2"), room=room, capacity=2, note="@ważne", waitlist_max=3
    )
    places(slot)
    places(slot)
    places(slot, join_queue=True)
    answer = client.get(url("reports"))
    report = answer.context
    assert report["services"][0]["percent"] == 100
    assert report["waits"][0]["waiting"] == 1
    assert [(bar.label, bar.value) for bar in report["rooms"]] == [("77. Kuchnia", 2)]
    with django_assert_max_num_queries(40) as few:
        client.get(url("reports"))
    for _number in range(5):
        places(make_slot(room=RoomFactory()))
    with django_assert_max_num_queries(len(few)):
        client.get(url("reports"))
    text = client.get(url("export", "csv")).content.decode()
    assert "'=2+2" in text
    assert "'@ważne" in text
    assert "Maria" not in text
    book_file = load_workbook(io.BytesIO(client.get(url("export", "xlsx")).content))
    cells = [cell for row in book_file.active.iter_rows(values_only=True) for cell in row]
    assert "'=2+2" in cells
    assert AuditEvent.objects.filter(verb="export").count() == 2
    assert client.get(f"{url('reports')}?od=x&do=2020-01-01").status_code == 200


def test_figures_of_who_did_not_come(client, desk):
    slot = make_slot(service=ServiceFactory(name="Szycie"))
    other = make_slot(service=ServiceFactory(name="Kuchnia"))
    for one, came in ((slot, "attended"), (slot, "no_show"), (slot, "no_show"),
                      (slot, "attended"), (other, "attended"), (other, "confirmed")):  # fmt: skip
        Booking.objects.filter(pk=places(one).pk).update(state=came)
    answer = client.get(url("reports"))
    found = [
        (row["slot__service__name"], row["people"], row["missing"], row["percent"])
        for row in answer.context["absent"]
    ]
    assert found == [("Szycie", 4, 2, 50), ("Kuchnia", 1, 0, 0)]
    page = " ".join(answer.content.decode().split())
    assert '<th scope="row">Szycie</th><td>4</td><td>2</td><td>50</td>' in page


def test_by_provider_and_what_others_do_in_a_room(client, desk):
    room, group = RoomFactory(number=78, name_pl="Sala"), OrganisationFactory(name_pl="Koło")
    slot = make_slot(service=ServiceFactory(name="Szycie"), room=room, provider=group)
    end = slot.ends_at + 3 * HOUR
    reserve_room(
        room, slot.ends_at, end, purpose="Zebranie", party="Rada osiedla", actor=SYSTEM
    )  # fmt: skip

    def row(label, by):
        answer = client.get(WEEK, {"dzien": town_day(slot.starts_at), "wedlug": by})
        [found] = [one for one in answer.context["rows"] if one.label == label]
        titles = [item.title for cell in found.cells for item in cell.items]
        assert all(title in answer.content.decode() for title in titles)
        return titles

    assert row("Koło", "organizacja") == ["Szycie"]
    assert row("78. Sala", "sala") == ["Szycie", "Zebranie (Rada osiedla)"]
    answer = client.get(url("reports"))
    assert [(bar.label, bar.value) for bar in answer.context["rooms"]] == [("78. Sala", 5)]
    # An organisation's figures are of its own slots alone.
    member = person_with(Role.CONSORTIUM_MEMBER)
    add_member(group, user=member, role=TeamRole.EDITOR, actor=SYSTEM)
    client.force_login(member)
    answer = client.get(url("reports"))
    assert [(bar.label, bar.value) for bar in answer.context["rooms"]] == [("78. Sala", 2)]


def test_an_hour_that_the_clocks_leave_out_is_refused(client, desk):
    last = date(date.today().year + 1, 3, 31)
    night = last - timedelta(days=(last.weekday() + 1) % 7)
    values = sent(make_slot(), day=night.isoformat())
    for hours in (("02:30", "03:30"), ("01:00", "02:30"), ("02:30", "02:45")):
        answer = client.post(
            url("new_slot"), {**values, "opens_at": hours[0], "closes_at": hours[1]}
        )
        assert answer.status_code == 422, hours
        assert "Tej nocy zegary" in answer.content.decode()
    assert Slot.objects.count() == 1
    client.post(url("new_slot"), {**values, "opens_at": "01:30", "closes_at": "03:30"})
    slot = Slot.objects.latest("pk")
    assert slot.ends_at - slot.starts_at == HOUR
    day_before = (night - timedelta(days=1)).isoformat()
    values |= {"day": day_before, "opens_at": "02:30", "closes_at": "03:30"}
    assert client.post(url("new_slot"), values).status_code == 302


def test_places_that_the_queue_wants_are_not_free_to_others(client):
    slot = make_slot(service=ServiceFactory(mode="slots"), capacity=2, waitlist_max=3)
    page = lambda: client.get(  # noqa: E731
        reverse("timetable:week"), {"dzien": town_day(slot.starts_at)}
    ).content.decode()
    assert "2 wolne miejsca" in page()
    places(slot)
    assert "1 wolne miejsce" in page()
    person = UserFactory()
    book(
        slot, actor=person, party_size=2, name="Grupa", email=person.email, language="pl",
        submission_key=uuid.uuid4(), join_queue=True,
    )  # fmt: skip
    assert "brak wolnych miejsc" in page()


def test_bookings_stand_in_the_calendar_of_their_person(client):
    person = UserFactory()
    slot = make_slot(starts_at=soon())
    booking = places(slot, person=person)
    make_slot()
    token = feeds.new_link(person)
    path = reverse("timetable:person_feed", args=[token])
    read = lambda: Calendar.from_ical(client.get(path).content).walk("VEVENT")  # noqa: E731
    (event,) = read()
    assert (str(event["uid"]), event["status"]) == (
        f"booking-{booking.pk}@hajnowka-odnowa", "CONFIRMED",
    )  # fmt: skip
    before = event["sequence"]
    desk = person_with(Role.SERVICE_COORDINATOR)
    client.force_login(desk)
    client.post(url("cancel_slot", slot.pk), {"reason": "Awaria"})
    client.logout()
    (event,) = read()
    assert event["status"] == "CANCELLED"
    assert event["sequence"] > before
    assert event["dtend"].dt - event["dtstart"].dt == 2 * HOUR


def test_feeds_ask_the_same_for_many_dates(client, django_assert_max_num_queries):
    room, organisation = RoomFactory(slug="kino"), OrganisationFactory()
    person = person_with(Role.CONSORTIUM_MEMBER)
    add_member(organisation, user=person, role=TeamRole.EDITOR, actor=SYSTEM)
    paths = (
        reverse("timetable:room_feed", args=["kino"]),
        reverse("timetable:person_feed", args=[feeds.new_link(person)]),
    )

    def fill(first, last):
        for day in range(first, last):
            slot = make_slot(room=room, provider=organisation, starts_at=soon(day))
            places(slot, person=person)
            places(slot)

    def events(path):
        return len(Calendar.from_ical(client.get(path).content).walk("VEVENT"))

    fill(7, 8)
    few = {}
    for path in paths:
        assert events(path) >= 1
        with django_assert_max_num_queries(12) as found:
            client.get(path)
        few[path] = len(found)
    fill(8, 14)
    for path in paths:
        with django_assert_max_num_queries(few[path]):
            client.get(path)
        assert events(path) >= 7


def test_an_ended_week_is_skipped(client, desk):
    monday = monday_of(town_day(soon(14)))
    ended = make_slot(starts_at=at(monday, time(9)))
    coming = make_slot(starts_at=at(monday + timedelta(days=8), time(9)))

    def first_day(now, **params):
        with mock.patch("services_catalog.staff_calendar.grid.database_now", return_value=now):
            return client.get(WEEK, params).context["monday"]

    assert first_day(ended.starts_at) == monday
    assert first_day(ended.ends_at) == monday + timedelta(days=7)
    assert first_day(ended.ends_at, dzien=monday.isoformat()) == monday, "it is one press away"
    coming.delete()
    assert first_day(ended.ends_at) == monday, "an empty week leads nowhere"


def test_a_whole_series_or_nothing(client, desk):
    """What somebody has already come to cannot be called off, and then nothing is."""
    rule = move_rule(make_rule(byday="MO,TU,WE,TH,FR,SA,SU", weeks_ahead=1), "start", actor=desk)
    make_slots(rule.pk)
    slot = rule.slots.live().last()
    booking = places(slot)
    Booking.objects.filter(pk=booking.pk).update(state="attended")
    answer = client.post(url("cancel_series", rule.pk), {"since": date.today(), "reason": "Remont"})
    assert answer.status_code == 422
    rule.refresh_from_db()
    assert rule.state == states.RUNNING
    assert not rule.slots.filter(state=states.CANCELLED).exists()
