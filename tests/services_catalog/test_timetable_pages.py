"""The timetable for everybody: the week, the hall, calendars to subscribe to."""

from datetime import UTC, date, datetime, time, timedelta
from unittest import mock

import pytest
from django.urls import reverse
from icalendar import Calendar

from accounts.roles import Role
from core.actors import SYSTEM
from core.i18n.dates import TOWN_TIME
from directory.models import ClosedDay, TeamRole
from directory.services import add_member
from services_catalog.timetable import feeds
from services_catalog.timetable.models import Slot
from services_catalog.timetable.recurrence import at, town_day
from services_catalog.timetable.selectors import monday_of
from services_catalog.timetable.services import edit_slot, move_slot
from tests.factories.catalogue import (
    OrganisationFactory,
    RoomFactory,
    ServiceFactory,
    TargetGroupFactory,
)
from tests.factories.people import person_with
from tests.factories.site import make_site
from tests.factories.timetable import HOUR, make_slot, soon

DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tree():
    return make_site()


def week_of(moment):
    return f"{reverse('timetable:week')}?dzien={town_day(moment)}"


def read(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    lines = answer.content.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    calendar = Calendar.from_ical(answer.content)
    assert calendar.errors == []
    return {str(one["uid"]): one for one in calendar.walk("VEVENT")}


class TestWeek:
    def test_a_week_by_room_and_group(self, client):
        room, group = RoomFactory(slug="kino"), TargetGroupFactory(slug="seniorzy")
        service = ServiceFactory(name="Szycie", mode="slots", groups=[group])
        slot = make_slot(service=service, room=room, note="Weź nici")
        make_slot(service=ServiceFactory(name="Próba", mode="walk_in"))
        make_slot(service=ServiceFactory(name="Ukryta"), is_draft=True)
        page = client.get(week_of(slot.starts_at)).content.decode()
        assert all(words in page for words in ("Szycie", "Próba", "Weź nici", "5 wolnych miejsc"))
        assert "Ukryta" not in page
        assert 'itemtype="https://schema.org/Event"' in page
        assert page.count(reverse("services:book", args=[slot.uuid])) == 1
        assert page.count('class="slot__book') == 1, "nobody books where one just comes"
        for choice in ("&sala=kino", "&dla=seniorzy"):
            page = client.get(week_of(slot.starts_at) + choice).content.decode()
            assert "Szycie" in page
            assert "Próba" not in page
        move_slot(slot, "cancel", actor=SYSTEM, reason="Awaria pieca")
        page = client.get(week_of(slot.starts_at)).content.decode()
        assert "Awaria pieca" in page
        assert "schema.org/EventCancelled" in page

    def test_on_the_page_of_the_service(self, client):
        slot = make_slot(service=ServiceFactory(slug="szycie", mode="slots"))
        make_slot(service=ServiceFactory(name="Inna usługa"))
        page = client.get(f"/uslugi/szycie/?dzien={town_day(slot.starts_at)}").content.decode()
        assert "5 wolnych miejsc" in page
        assert "Inna usługa" not in page
        assert reverse("timetable:service_feed", args=["szycie"]) in page
        ServiceFactory(slug="bez-terminow")
        assert 'id="terminy"' not in client.get("/uslugi/bez-terminow/").content.decode()

    @pytest.mark.parametrize(
        "day", ["", "x", "9999-12-31", "0001-01-01", "2026-02-30", "2050-01-01"]
    )
    def test_any_address_shows_a_week(self, client, day):
        assert client.get(reverse("timetable:week"), {"dzien": day, "sala": "?"}).status_code == 200

    def test_once_a_week_has_nothing_left_the_next_one_is_shown(self, client):
        monday = monday_of(town_day(soon(14)))
        make_slot(service=ServiceFactory(name="Wtorkowa"), starts_at=at(monday, time(9)) + DAY)
        make_slot(
            service=ServiceFactory(name="Za tydzień"), starts_at=at(monday, time(9)) + 7 * DAY
        )
        url = reverse("timetable:week")

        def page_at(now, path=url):
            with mock.patch("services_catalog.timetable.weeks.database_now", return_value=now):
                return client.get(path).content.decode()

        before, after = at(monday, time(8)), at(monday, time(20)) + 3 * DAY
        assert "Wtorkowa" in page_at(before) and "Za tydzień" not in page_at(before)
        assert "Wtorkowa" not in page_at(after) and "Za tydzień" in page_at(after)
        back = f"{url}?dzien={monday.isoformat()}"
        assert f'href="{back}"' in page_at(after), "the week that runs is one press away"
        assert "Wtorkowa" in page_at(after, back)

    def test_closed_days_and_holidays_are_told(self, client):
        day = date(date.today().year + 1, 1, 6)
        ClosedDay.objects.create(name_pl="Remont", starts_on=day, ends_on=day)
        page = client.get(reverse("timetable:week"), {"dzien": day.isoformat()}).content.decode()
        assert "Remont" in page
        assert "święto" in page

    def test_as_many_queries_for_many_slots(self, client, django_assert_max_num_queries):
        slot = make_slot(room=RoomFactory(), provider=OrganisationFactory())
        path = week_of(slot.starts_at)
        client.get(path)
        with django_assert_max_num_queries(60) as few:
            client.get(path)
        for _number in range(12):
            make_slot(room=RoomFactory(), provider=OrganisationFactory())
        with django_assert_max_num_queries(len(few)):
            page = client.get(path)
        assert page.content.count(b'schema.org/Event"') == 13


class TestHall:
    def test_today_by_itself_and_without_names(self, client):
        now = datetime.now(UTC)
        make_slot(
            service=ServiceFactory(name="Trwa właśnie"), starts_at=now - HOUR,
            room=RoomFactory(name_pl="Kino"),
        )  # fmt: skip
        answer = client.get(reverse("timetable:board"))
        page = answer.content.decode()
        assert answer["Refresh"] == "60"
        assert all(words in page for words in ("Trwa właśnie", "Kino", "trwa"))
        assert "<script" not in page

    def test_an_empty_day_shows_the_next_one(self, client):
        make_slot(service=ServiceFactory(name="Za tydzień"))
        assert "Za tydzień" in client.get(reverse("timetable:board")).content.decode()
        Slot.objects.all().delete()
        assert client.get(reverse("timetable:board")).status_code == 200

    def test_as_many_queries_for_many_slots(self, client, django_assert_max_num_queries):
        now = datetime.now(UTC)
        make_slot(starts_at=now - HOUR, room=RoomFactory())
        url = reverse("timetable:board")
        with django_assert_max_num_queries(20) as few:
            client.get(url)
        for _number in range(8):
            make_slot(starts_at=now - HOUR, room=RoomFactory(), provider=OrganisationFactory())
        with django_assert_max_num_queries(len(few)):
            client.get(url)


class TestFeeds:
    def test_of_a_service_and_of_a_room(self, client, django_assert_max_num_queries):
        room = RoomFactory(slug="kino", name_pl="Sala kinowa")
        name = "Żubr, dąb; i „bardzo” długa nazwa, która nie zmieści się w jednym wierszu"
        slot = make_slot(service=ServiceFactory(slug="szycie", name=name), room=room)
        make_slot()
        make_slot(service=slot.service, is_draft=True)
        for url in (
            reverse("timetable:service_feed", args=["szycie"]),
            reverse("timetable:room_feed", args=["kino"]),
        ):
            ((uid, event),) = read(client, url).items()
            assert uid == f"slot-{slot.uuid}@hajnowka-odnowa"
            assert (str(event["summary"]), str(event["location"])) == (name, "Sala kinowa")
            assert event["dtstart"].dt == slot.starts_at
            assert event["status"] == "CONFIRMED"
            assert event["url"].startswith("http")
        for _number in range(5):
            make_slot(service=slot.service)
        with django_assert_max_num_queries(6):
            client.get(reverse("timetable:service_feed", args=["szycie"]))
        assert client.get(reverse("timetable:service_feed", args=["nie-ma"])).status_code == 404
        assert client.get(reverse("timetable:room_feed", args=["nie-ma"])).status_code == 404

    def test_the_identifier_stays_and_the_sequence_rises(self, client):
        slot = make_slot(service=ServiceFactory(slug="szycie"))
        url = reverse("timetable:service_feed", args=["szycie"])
        (uid,), seen = read(client, url), []
        desk = person_with(Role.SERVICE_COORDINATOR)
        for act in (
            lambda: edit_slot(slot, actor=desk, ends_at=slot.ends_at + HOUR),
            lambda: move_slot(slot, "close", actor=desk),
            lambda: move_slot(slot, "cancel", actor=desk, reason="Awaria; pieca, niestety"),
        ):
            act()
            event = read(client, url)[uid]
            seen.append((event["sequence"], event["dtstamp"].dt))
        assert seen == sorted(seen)
        assert len({sequence for sequence, _stamp in seen}) == 3
        assert event["status"] == "CANCELLED"
        assert "Awaria; pieca, niestety" in str(event["description"])

    def test_across_the_change_of_time(self, client):
        """Nine o'clock in the town before and after; three hours over the long night."""
        service = ServiceFactory(slug="szycie")
        autumn = date(2027, 10, 31)
        starts = [at(autumn + timedelta(days=days), time(9)) for days in (-1, 0)]
        night = at(autumn, time(1))
        for start in (*starts, night):
            end = at(autumn, time(3)) if start == night else start + HOUR
            make_slot(service=service, starts_at=start, ends_at=end)
        events = read(client, reverse("timetable:service_feed", args=["szycie"])).values()
        local = {one["dtstart"].dt.astimezone(TOWN_TIME).hour: one for one in events}
        assert sorted(local) == [1, 9]
        assert {one["dtstart"].dt.hour for one in events} == {23, 7, 8}
        assert local[1]["dtend"].dt - local[1]["dtstart"].dt == 3 * HOUR

    def test_a_personal_one_opens_by_its_link_and_can_be_revoked(self, client):
        organisation = OrganisationFactory()
        person = person_with(Role.CONSORTIUM_MEMBER)
        add_member(organisation, user=person, role=TeamRole.EDITOR, actor=SYSTEM)
        slot = make_slot(provider=organisation)
        make_slot(provider=OrganisationFactory())
        page = reverse("timetable:mine")
        assert client.get(page).status_code == 302
        client.force_login(person)
        assert not feeds.has_link(person)
        answer = client.post(page, {"nowy": ""})
        first = answer.context["link"]
        assert "no-store" in answer["Cache-Control"]
        assert first not in client.get(page).content.decode()
        second = client.post(page, {"nowy": ""}).context["link"]
        client.logout()
        path = lambda link: link[link.index("/konto/") :]  # noqa: E731
        assert client.get(path(first)).status_code == 404, "a new link ends the old one"
        assert list(read(client, path(second))) == [f"slot-{slot.uuid}@hajnowka-odnowa"]
        assert "no-store" in client.get(path(second))["Cache-Control"]
        client.force_login(person)
        client.post(page, {"wylacz": ""})
        assert client.get(path(second)).status_code == 404
        again = client.post(page, {"nowy": ""}).context["link"]
        person.is_active = False
        person.save()
        assert client.get(path(again)).status_code == 404
        assert client.get(reverse("timetable:person_feed", args=["x" * 43])).status_code == 404


def test_a_new_year_and_the_last_week(client):
    """Weeks are counted by their Monday, whichever year that is in."""
    assert monday_of(date(2027, 1, 1)) == date(2026, 12, 28)
    with mock.patch("services_catalog.timetable.weeks.database_now", return_value=soon()):
        assert client.get(reverse("timetable:week")).status_code == 200
