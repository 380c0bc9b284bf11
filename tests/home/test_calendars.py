"""Calendar files, read back with a library."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from home.calendars import calendar_of
from tests.factories.site import make_site

pytestmark = pytest.mark.django_db
WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture
def tree():
    return make_site()


def read(events) -> list:
    return Calendar.from_ical(calendar_of(events).to_ical()).walk("VEVENT")


def test_the_night_of_the_change_keeps_the_true_length(tree):
    event = tree.event(
        starts_at=datetime(2026, 10, 25, 1, 30, tzinfo=WARSAW),
        ends_at=datetime(2026, 10, 25, 3, 30, tzinfo=WARSAW),
    )
    (entry,) = read([event])
    assert (entry["dtend"].dt - entry["dtstart"].dt).total_seconds() == 3 * 3600


def test_the_identifier_survives_an_edit_and_differs_between_events(tree):
    first, second = tree.event(), tree.event("Inne", "inne")
    before = str(read([first])[0]["uid"])
    first.title = "Nowy tytuł"
    first.save_revision().publish()
    first.refresh_from_db()
    assert str(read([first])[0]["uid"]) == before
    assert str(read([second])[0]["uid"]) != before


def test_a_cancelled_event_says_so(tree):
    (entry,) = read([tree.event(is_cancelled=True)])
    assert str(entry["status"]) == "CANCELLED"


def test_text_with_commas_and_polish_letters_comes_back_whole(tree):
    (entry,) = read([tree.event("Żubr, dąb; i „świetlica”", "zubr", place="Plac, pod dębem")])
    assert str(entry["summary"]) == "Żubr, dąb; i „świetlica”"
    assert str(entry["location"]) == "Plac, pod dębem"


def test_lines_are_folded_and_end_as_the_standard_says(tree):
    data = calendar_of([tree.event("Bardzo długi tytuł " * 8, "dlugi")]).to_ical()
    assert b"\r\n" in data
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
