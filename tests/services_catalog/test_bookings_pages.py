"""Bookings in pages: residents with and without an account, links from mail, the desk."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from accounts.roles import Role
from core.actors import SYSTEM
from core.audit.models import AuditEvent
from core.outbox.models import OutboxMail
from core.outbox.sending import as_message
from core.pagecache import middleware
from core.pagecache.generation import current
from core.pagecache.models import PublicChange
from directory.models import Membership, TeamRole
from services_catalog.bookings import selectors, services, upkeep
from services_catalog.bookings.models import Booking
from services_catalog.models import Package, PackageItem, Slot
from services_catalog.personal_data import BookingPersonalData
from services_catalog.selectors import ServiceActivity
from services_catalog.timetable import weeks
from services_catalog.timetable.recurrence import town_day
from tests.factories.catalogue import OrganisationFactory, ServiceFactory
from tests.factories.people import UserFactory, person_with
from tests.factories.site import make_site
from tests.factories.timetable import make_slot, soon
from tests.services_catalog.test_bookings import guest, known, links, mails, values, waiting

pytestmark = pytest.mark.django_db
CANARY = "Kanarek Żółtobrzuch"


@pytest.fixture
def slot():
    return make_slot(capacity=3, waitlist_max=5)


def form_of(slot, **fields):
    data = {**values(), **fields}
    data.pop("language")
    return data


def post(client, slot, **fields):
    return client.post(reverse("services:book", args=[slot.uuid]), form_of(slot, **fields))


class TestGuest:
    def test_books_confirms_and_cancels_by_links_whose_get_never_acts(self, client, slot):
        answer = post(client, slot, party_size=2, email="jan@example.org")
        assert answer.status_code == 302 and answer.url.endswith("/wyslane/")
        assert "jan@example.org" not in client.get(answer.url).content.decode()
        booking = Booking.objects.get()
        [confirm] = links("confirm", "potwierdz")
        for method in (client.get, client.head, client.get):
            assert method(confirm).status_code == 200
            booking.refresh_from_db()
            assert booking.state == "held"
        other = Client()
        shown = other.post(confirm, follow=True)
        assert booking.number in shown.content.decode()
        booking.refresh_from_db()
        assert booking.state == "confirmed"
        assert other.post(confirm, follow=True).status_code == 200  # pressed twice
        [give_up] = links("booked", "rezygnuje")
        assert client.get(give_up).status_code == 200
        client.post(give_up)
        booking.refresh_from_db()
        assert booking.state == "cancelled"
        assert client.post(give_up, follow=True).status_code == 200

    def test_mail_has_the_date_as_a_calendar(self, client, slot):
        post(client, slot)
        client.post(links("confirm", "potwierdz")[0])
        [mail] = mails("booked")
        [(name, content, kind)] = as_message(mail).attachments
        [event] = Calendar.from_ical(content).walk("VEVENT")
        assert (name, kind) == ("termin.ics", "text/calendar")
        assert event["dtstart"].dt == slot.starts_at and str(event["status"]) == "CONFIRMED"

    def test_one_answer_whether_or_not_the_address_has_a_booking(self, client, slot):
        user = UserFactory()
        known(slot, user)
        first = post(client, slot, email=user.email)
        second = post(client, slot, email="nowa@example.org")
        assert (first.status_code, first.url) == (second.status_code, second.url)
        assert not client.session.get("booking_access")

    def test_full_offers_the_queue_and_an_offer_is_taken_by_a_button(self, client, slot):
        booked = known(slot, party_size=3)
        refused = post(client, slot, email="jan@example.org")
        assert refused.status_code == 422 and 'name="queue"' in refused.content.decode()
        assert "jan@example.org" in refused.content.decode()
        post(client, slot, email="jan@example.org", queue="1")
        client.post(links("confirm_queue", "potwierdz")[0])
        mine = Booking.objects.exclude(pk=booked.pk).get()
        page = client.get(reverse("services:booking", args=[mine.pk])).content.decode()
        assert mine.state == "waiting" and "1" in page
        services.give_up(booked, actor=booked.requester)
        [accept] = links("offer", "biore")
        assert client.get(accept).status_code == 200
        for _ in range(2):
            shown = client.post(accept, follow=True)
            assert shown.status_code == 200
        mine.refresh_from_db()
        assert mine.state == "confirmed"

    def test_an_expired_offer_says_so(self, client, slot):
        booked = known(slot, party_size=3)
        first = waiting(slot)
        services.give_up(booked, actor=booked.requester)
        Booking.objects.filter(pk=first.pk).update(
            offer_until=datetime.now(UTC) - timedelta(minutes=1)
        )
        answer = client.post(links("offer", "biore")[0])
        assert answer.status_code == 409
        upkeep.tick()
        assert client.post(links("offer", "biore")[0]).status_code == 409

    @pytest.mark.parametrize("fields", [{"party_size": 0}, {"party_size": "x"}, {"party_size": 9},
                                        {"email": ""}, {"email": "x"}, {"name": ""}])  # fmt: skip
    def test_bad_input_is_said_and_kept(self, client, slot, fields):
        answer = post(client, slot, **{"name": "Zofia", **fields})
        assert answer.status_code == 422 and "error-summary" in answer.content.decode()
        assert not Booking.objects.exists()

    def test_what_was_sent_by_another_site_is_refused(self, client, slot):
        post(client, slot)
        [confirm] = links("confirm", "potwierdz")
        assert client.post(confirm, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403

    def test_others_see_nothing(self, client, slot):
        booking = known(slot)
        url = reverse("services:booking", args=[booking.pk])
        stranger = UserFactory()
        for one in (client, Client()):
            assert one.get(url).status_code == 404
            assert one.post(f"{url}cancel/").status_code == 404
            assert one.get(f"{url}termin.ics").status_code == 404
            client.force_login(stranger)

    def test_lost_link_and_pin(self, client, slot):
        desk = person_with(Role.SERVICE_COORDINATOR)
        booking = known(slot, name="Anna")
        for email in (booking.contact.email, "inny@example.org"):
            answer = client.post(
                reverse("services:booking_lost_link"), {"number": booking.number, "email": email}
            )
            assert answer.url == reverse("services:lost_link_sent")
        assert len(mails("already")) == 1
        paper = services.book(slot, actor=desk, **values(email="", channel="desk", pin="12345678"))
        url = reverse("services:booking_pin")
        assert client.post(url, {"number": paper.number, "pin": "1"}).status_code == 422
        shown = client.post(url, {"number": paper.number, "pin": "12345678"}, follow=True)
        assert paper.number in shown.content.decode()


class TestAccount:
    def test_books_at_once_sees_it_among_matters_and_cancels(self, client, slot):
        user = UserFactory()
        client.force_login(user)
        shown = client.post(
            reverse("services:book", args=[slot.uuid]), form_of(slot, email=user.email), follow=True
        )
        booking = Booking.objects.get()
        assert booking.number in shown.content.decode() and booking.state == "confirmed"
        assert booking.number in client.get("/sprawy/").content.decode()
        client.post(reverse("services:booking_move", args=[booking.pk, "cancel"]))
        booking.refresh_from_db()
        assert booking.state == "cancelled"

    def test_leaves_the_queue_and_declines_an_offer(self, client, slot):
        booked = known(slot, party_size=3)
        left = waiting(slot)
        declined, last = waiting(slot, party_size=3), waiting(slot, party_size=3)

        def press(booking, verb):
            client.force_login(booking.requester)
            page = reverse("services:booking", args=[booking.pk])
            button = reverse("services:booking_move", args=[booking.pk, verb])
            assert button in client.get(page).content.decode()
            client.get(button)
            before = booking.state
            booking.refresh_from_db()
            assert booking.state == before  # a link that is opened does nothing
            shown = client.post(button, follow=True).content.decode()
            booking.refresh_from_db()
            assert button not in shown
            return shown

        assert "Nie stoisz już w kolejce" in press(left, "leave")
        assert left.state == "cancelled"
        services.give_up(booked, actor=booked.requester)
        declined.refresh_from_db()
        last.refresh_from_db()
        assert (declined.state, last.state) == ("offered", "waiting")
        assert "Miejsce dostanie następna osoba" in press(declined, "decline")
        last.refresh_from_db()
        assert (declined.state, last.state) == ("cancelled", "offered")

    def test_too_late_to_cancel_is_said(self, client, slot):
        booking = known(slot)
        Slot.objects.filter(pk=slot.pk).update(cancel_until=soon(-1))
        client.force_login(booking.requester)
        url = reverse("services:booking", args=[booking.pk])
        assert f"{url}cancel/" not in client.get(url).content.decode()
        client.post(f"{url}cancel/")
        booking.refresh_from_db()
        assert booking.state == "confirmed"


def label(slot):
    """The places of a date as the board tells them."""
    [line] = [
        line
        for line in ServiceActivity().open_now(language="pl", now=datetime.now(UTC))
        if line.title == slot.service.name
    ]
    return line.capacity


class TestLive:
    def test_board_and_catalogue_follow_every_booking(self, slot):
        before, first = current(), label(slot)
        booking = known(slot)
        assert "3" in first and "2" in label(slot) and current() > before
        before = current()
        services.give_up(booking, actor=booking.requester)
        assert current() > before and "3" in label(slot)

    def test_the_queue_is_followed_too(self, slot):
        """A group that waits for more than is free keeps the free places from newcomers."""
        known(slot, party_size=2)
        before, alone = current(), label(slot)
        group = waiting(slot, party_size=2)
        kept = label(slot)
        slot.refresh_from_db()
        assert (slot.booked, slot.held) == (2, 0)
        assert current() > before and "1" in alone and kept != alone
        before = current()
        services.give_up(group, actor=group.requester)
        assert current() > before and label(slot) == alone
        # Staff take somebody out of the queue, and a queue ends by itself.
        other = waiting(slot, party_size=2)
        before = current()
        services.move(other, "cancel_for", actor=person_with(Role.SERVICE_COORDINATOR))
        assert current() > before and label(slot) == alone
        waiting(slot, party_size=2)
        begun = datetime.now(UTC) - timedelta(minutes=1)
        Slot.objects.filter(pk=slot.pk).update(starts_at=begun, book_until=begun)
        before = current()
        upkeep.tick()
        assert Booking.objects.filter(state="expired").count() == 1 and current() > before

    def test_a_request_for_the_queue_is_followed_until_it_runs_out(self):
        """The waiting list of one is full while somebody is asked to confirm."""
        slot = make_slot(capacity=1, waitlist_max=1)
        known(slot)
        open_list = label(slot)
        before = current()
        asked = guest(slot, join_queue=True)
        assert asked.state == "unconfirmed"
        assert current() > before and label(slot) != open_list
        before = current()
        Booking.objects.filter(pk=asked.pk).update(
            hold_until=datetime.now(UTC) - timedelta(minutes=1)
        )
        upkeep.tick()
        asked.refresh_from_db()
        assert asked.state == "expired"
        assert current() > before and label(slot) == open_list

    def test_places_kept_in_vain_are_free_at_once(self, client, root):
        """By the clock, in every place that tells them, before the worker has come by."""
        slot = make_slot(service=ServiceFactory(slug="szycie", mode="slots"), capacity=2)
        later = make_slot(service=slot.service, starts_at=soon(9), capacity=2)
        held = guest(slot, party_size=2)
        moment = timedelta(microseconds=1)
        before, after = held.hold_until - moment, held.hold_until

        def seen(now):
            [entry] = weeks.entries_of([slot], "pl", now)
            place = selectors.places_of([slot], now)[slot.pk]
            return (
                place.free, place.held, entry.free, entry.places,
                selectors.next_slots([slot.service], now)[slot.service_id],
            )  # fmt: skip

        slot.refresh_from_db()
        assert seen(before) == (0, 2, 0, "brak wolnych miejsc", later)
        assert seen(after) == (2, 0, 2, "2 wolne miejsca", slot)
        assert held.has_lapsed(after) and not held.has_lapsed(before)
        # The same through pages: only the clock has moved, nobody has written anything.
        link = links("confirm", "potwierdz")[0]
        Booking.objects.update(hold_until=datetime.now(UTC) - moment)
        week = f"/harmonogram/?dzien={town_day(slot.starts_at)}"
        book = reverse("services:book", args=[slot.uuid])
        for page in ("/uslugi/szycie/terminy/", book, "/uslugi/szycie/", week):
            assert "2 wolne miejsca" in client.get(page).content.decode(), page
        assert client.post(link).status_code == 409
        assert Booking.objects.get().state == "held", "nothing has settled the date meanwhile"
        client.force_login(person_with(Role.SERVICE_COORDINATOR))
        page = client.get(reverse("services_catalog_bookings:date", args=[slot.pk]))
        assert page.context["held"] == [] and page.context["places"].held == 0

    def test_an_offer_is_over_by_the_clock(self, client):
        slot = make_slot(capacity=1, waitlist_max=3)
        booked = known(slot)
        first, second = waiting(slot), waiting(slot)
        services.give_up(booked, actor=booked.requester)
        first.refresh_from_db()
        slot.refresh_from_db()
        assert (first.state, slot.held) == ("offered", 1)
        place = selectors.places_of([slot], first.offer_until)[slot.pk]
        # Whoever waits has the place before any newcomer.
        assert (place.free, place.held, place.waiting) == (0, 0, 1) and second.state == "waiting"
        page = reverse("services:booking", args=[first.pk])
        client.force_login(first.requester)
        assert "Weź miejsce" in client.get("/sprawy/").content.decode()
        assert "accept/" in client.get(page).content.decode()
        Booking.objects.filter(pk=first.pk).update(offer_until=datetime.now(UTC))
        text = client.get(page).content.decode()
        assert "accept/" not in text and "Wygas" in text
        assert "Weź miejsce" not in client.get("/sprawy/").content.decode()

    def test_stored_pages_are_drawn_anew_when_a_hold_ends(self, slot):
        held = guest(slot)
        before = current()
        due = PublicChange.objects.filter(due_at=held.hold_until)
        assert due.count() == 1, "nobody has to come by for it"
        due.update(due_at=datetime.now(UTC))
        assert current() == before + 1

    def test_stored_pages_show_the_new_number(self, settings, monkeypatch):
        settings.PAGE_CACHE = True
        monkeypatch.setattr("core.pagecache.generation.MAX_AGE_S", 0)
        make_site()
        slot = make_slot(capacity=3, starts_at=soon(1))
        middleware.store.clear()
        middleware.clock.forget()
        pages = ("/", "/uslugi/")
        try:
            for page in pages:
                assert "3 wolne miejsca" in Client().get(page).content.decode(), page
            with CaptureQueriesContext(connection) as found:
                Client().get("/uslugi/")
            assert len(found) == 1  # only the generation: the page came from the store
            known(slot)
            for page in pages:
                text = Client().get(page).content.decode()
                assert "2 wolne miejsca" in text and "3 wolne miejsca" not in text, page
        finally:
            middleware.store.clear()
            middleware.clock.forget()

    def test_pages_take_the_same_queries_however_much_there_is(self, client, slot, root):
        def queries(url):
            with CaptureQueriesContext(
                connection,
            ) as found:
                assert client.get(url).status_code == 200
            return len(found)

        urls = [
            reverse("services:dates", args=[slot.service.slug]),
            reverse("services:book", args=[slot.uuid]),
        ]
        desk = person_with(Role.SERVICE_COORDINATOR)
        client.force_login(desk)
        staff = [
            reverse("services_catalog_bookings:date", args=[slot.pk]),
            reverse("services_catalog_bookings:dates"),
            reverse("services_catalog_bookings:index"),
        ]
        known(slot)
        for url in (*urls, *staff):
            queries(url)  # what is remembered per process
        few = [queries(url) for url in (*urls, *staff)]
        for number in range(4):
            other = make_slot(service=slot.service, starts_at=soon(10 + number), waitlist_max=9)
            guest(other)
        known(slot, party_size=2)
        for _ in range(3):
            waiting(slot)
        many = [queries(url) for url in (*urls, *staff)]
        assert [b - a for a, b in zip(few, many, strict=True)] == [0] * 5, (few, many)

    def test_nothing_is_cached_that_is_somebodys(self, client, slot):
        booking = known(slot)
        client.force_login(booking.requester)
        for name, args in (("booking", [booking.pk]), ("book", [slot.uuid])):
            answer = client.get(reverse(f"services:{name}", args=args))
            assert "no-store" in answer["Cache-Control"] or "private" in answer["Cache-Control"]


class TestDesk:
    @pytest.fixture
    def desk(self, client):
        user = person_with(Role.SERVICE_COORDINATOR)
        client.force_login(user)
        return user

    def date(self, slot):
        return reverse("services_catalog_bookings:date", args=[slot.pk])

    def test_list_marks_and_prints(self, client, desk, slot):
        booking = known(slot, name="Wanda Przykładowa")
        page = client.get(self.date(slot)).content.decode()
        assert "Wanda Przykładowa" in page
        assert AuditEvent.objects.filter(verb="see_people").count() == 1
        moment = datetime.now(UTC) - timedelta(minutes=10)
        Slot.objects.filter(pk=slot.pk).update(
            starts_at=moment, ends_at=moment + timedelta(hours=1), book_until=moment,
            cancel_until=moment,
        )  # fmt: skip
        url = reverse("services_catalog_bookings:move", args=[booking.pk, "attend"])
        client.get(url)
        booking.refresh_from_db()
        assert booking.state == "confirmed"
        client.post(url)
        booking.refresh_from_db()
        assert booking.state == "attended"

    def test_books_for_somebody_without_an_address_and_prints_a_slip(self, client, desk, slot):
        url = reverse("services_catalog_bookings:take_down", args=[slot.pk])
        data = form_of(slot, email="", phone="85 682 21 80", channel="desk", name="Jan Kowal")
        slip = client.post(url, data)
        booking = Booking.objects.get()
        [pin] = re.findall(r">(\d{8})<", slip.content.decode())
        assert "no-store" in slip["Cache-Control"] and booking.number in slip.content.decode()
        assert services.find_by_pin(number=booking.number, pin=pin) == booking
        assert client.post(url, data).status_code == 302  # sent again: no second booking, no PIN
        assert Booking.objects.count() == 1

    def test_writes_to_everybody_who_waits(self, client, desk, slot):
        known(slot, party_size=3)
        first, second = waiting(slot), waiting(slot)
        data = {"to": "waiting", "text": "Jest drugi termin w piątek.",
                "submission_key": values()["submission_key"]}  # fmt: skip
        url = reverse("services_catalog_bookings:write", args=[slot.pk])
        for _ in range(2):
            assert client.post(url, data).status_code == 302
        assert {mail.to for mail in mails("message")} == {
            first.contact.email, second.contact.email,
        }  # fmt: skip
        assert len(mails("message")) == 2

    def test_an_organisation_sees_its_own_dates_alone(self, client, slot):
        own = make_slot(provider=OrganisationFactory())
        mine, others = known(own, name="Moja Osoba"), known(slot, name="Cudza Osoba")
        member = person_with(Role.CONSORTIUM_MEMBER)
        Membership.objects.create(organisation=own.provider, user=member, role=TeamRole.EDITOR)
        client.force_login(member)
        assert "Moja Osoba" in client.get(self.date(own)).content.decode()
        assert client.get(self.date(slot)).status_code == 404
        index = reverse("services_catalog_bookings:index")
        for url in (index, f"{index}?q=REZ", f"{index}?export=csv"):
            answer = client.get(url)
            text = (
                b"".join(answer.streaming_content) if answer.streaming else answer.content
            ).decode()
            assert mine.number in text and others.number not in text
        move = reverse("services_catalog_bookings:move", args=[others.pk, "cancel_for"])
        assert client.post(move).status_code == 404

    def test_a_booking_is_found_by_number_digits_or_service(self, client, desk, slot):
        mine, other = known(slot), known(make_slot(service=ServiceFactory(name="Szycie")))
        index = reverse("services_catalog_bookings:index")

        def found(text):
            page = client.get(index, {"q": text}).content.decode()
            return {one for one in (mine, other) if one.number in page}

        _series, year, digits, _check = mine.number.split("-")
        for text in (mine.number, mine.number.lower(), f"rez-{year}-{digits}", digits.lstrip("0")):
            assert found(text) == {mine}, text
        assert found("szyc") == {other}
        assert found("REZ-") == {mine, other}
        assert found("9" * 30) == set()
        # Beginnings of numbers go through their index, however many there are.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            plan = Booking.objects.filter(number__startswith=mine.number[:12]).explain()
        assert "Index" in plan

    @pytest.mark.parametrize("role", [Role.EDITOR, Role.CITY_OFFICER, Role.REVIEWER])
    def test_other_roles_see_nothing(self, client, slot, role):
        known(slot)
        client.force_login(person_with(role))
        assert client.get(self.date(slot)).status_code in {302, 403, 404}
        assert Booking.objects.visible_to(person_with(role)).count() == 0


class TestPersonalData:
    def test_a_canary_is_found_nowhere_after_erasing(self, slot):
        user = UserFactory(first_name="Kanarek", last_name="Żółtobrzuch")
        booking = known(slot, user, name=CANARY, for_whom=f"Dziecko {CANARY}", phone="856822180")
        assert BookingPersonalData().export(user).data[0]["contact"]["name"] == CANARY
        services.give_up(booking, actor=user)
        BookingPersonalData().erase(user)
        booking.refresh_from_db()
        assert booking.erased_at and booking.requester is None and booking.person_key == ""
        needles = (CANARY, user.email, "856822180")
        with connection.cursor() as cursor:
            for table in ("services_catalog_booking", "services_catalog_bookingcontact",
                          "core_outboxmail", "core_accesstoken"):  # fmt: skip
                cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")  # noqa: S608
                text = "\n".join(row[0] for row in cursor.fetchall())
                assert not any(needle in text for needle in needles), table

    def test_a_coming_date_is_cancelled_first(self, slot):
        from core.ports import CannotErase

        booking = known(slot)
        with pytest.raises(CannotErase):
            BookingPersonalData().erase(booking.requester)

    def test_old_bookings_are_erased(self, slot):
        booking = known(slot)
        start = soon(-800)
        Slot.objects.filter(pk=slot.pk).update(
            starts_at=start, ends_at=start + timedelta(hours=1), book_until=start,
            cancel_until=start,
        )  # fmt: skip
        assert upkeep.erase_due() == 1
        booking.refresh_from_db()
        assert booking.erased_at and not OutboxMail.objects.exclude(to="").exists()


def make_package():
    package = Package(slug="start", name_pl="Start", summary_pl="x", coordination=ServiceFactory())
    package.items = [PackageItem(service=ServiceFactory(mode="slots")) for _ in range(2)]
    package.save()
    slots = [
        make_slot(service=item.service, starts_at=soon(7 + number))
        for number, item in enumerate(package.items.all())
    ]
    return package, slots


def test_a_whole_package_is_cancelled_by_one_button(client):
    package, slots = make_package()
    user = UserFactory()
    request = values(email=user.email)
    first, second = services.book_package(package, slots, actor=user, **request)
    page = reverse("services:booking", args=[second.pk])
    button = reverse("services:booking_move", args=[second.pk, "cancel_all"])
    assert client.post(button).status_code == 404
    client.force_login(UserFactory())
    assert client.post(button).status_code == 404
    client.force_login(user)
    assert button in client.get(page).content.decode()
    client.get(button)
    assert set(Booking.objects.values_list("state", flat=True)) == {"confirmed"}
    client.post(button)
    assert set(Booking.objects.values_list("state", flat=True)) == {"cancelled"}
    for slot in slots:
        slot.refresh_from_db()
    assert [slot.booked for slot in slots] == [0, 0]
    assert button not in client.get(reverse("services:booking", args=[first.pk])).content.decode()


def test_a_package_in_one_form(client):
    _package, slots = make_package()
    page = client.get("/uslugi/pakiety/start/").content.decode()
    url = reverse("services:book_package", args=["start"])
    assert url in page
    data = form_of(slots[0])
    assert client.post(url, data).status_code == 422
    data |= {f"service-{slot.service_id}": slot.pk for slot in slots}
    assert client.post(url, data).status_code == 302
    client.post(links("confirm", "potwierdz")[0])
    assert set(Booking.objects.values_list("state", flat=True)) == {"confirmed"}
    services.cancel_slots(slots, SYSTEM, "Awaria.")
    assert len(mails("called_off")) == 1
