"""The station board: what is open, the soonest first."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from home.selectors import board_rows
from services_catalog.models import ServiceMode
from tests.factories.catalogue import ServiceFactory
from tests.factories.site import make_site

pytestmark = pytest.mark.django_db
WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2026, 11, 18, 14, 3, tzinfo=WARSAW)  # a Wednesday


@pytest.fixture
def tree():
    return make_site()


def board(language="pl", now=NOW, **options):
    return board_rows(language=language, now=now, **options)


def test_an_empty_town_has_an_empty_board(tree):
    assert board() == []


def test_rows_are_ordered_by_hour_and_an_open_one_stands_last(tree):
    tree.event("Koncert", "koncert", starts_at=NOW + timedelta(days=2))
    ServiceFactory(name="Komputer", hours=[(3, time(9), time(12))])
    ServiceFactory(name="Pomoc w domu", mode=ServiceMode.REQUEST)
    rows = board()
    assert [row.title for row in rows] == ["Komputer", "Koncert", "Pomoc w domu"]
    assert [row.hour for row in rows] == ["9:00", "14:03", ""]
    assert [row.platform_number for row in rows] == [1, 4, 1]


def test_days_are_named_from_today(tree):
    tree.event("Dziś", "dzis", starts_at=NOW + timedelta(hours=1))
    tree.event("Jutro", "jutro", starts_at=NOW + timedelta(days=1))
    labels = [row.day_label.replace("\u00a0", " ") for row in board()]
    assert labels[0].endswith("śr. 18 listopada")
    assert labels[1].endswith("czw. 19 listopada")
    assert labels[0] != labels[1].replace("czw. 19", "śr. 18")


def test_what_has_begun_and_what_is_cancelled_has_departed(tree):
    tree.event("Trwa", "trwa", starts_at=NOW - timedelta(minutes=1))
    tree.event("Odwołane", "odwolane", starts_at=NOW + timedelta(days=1), is_cancelled=True)
    assert board() == []


def test_many_services_do_not_push_the_only_event_off(tree):
    for day in range(7):
        ServiceFactory(hours=[(day, time(8), time(9)), (day, time(10), time(11))])
    tree.event("Jarmark", "jarmark", starts_at=NOW + timedelta(days=20))
    titles = [row.title for row in board()]
    assert len(titles) == 6
    assert "Jarmark" in titles


def test_the_number_of_queries_does_not_grow(tree, django_assert_max_num_queries):
    for number in range(15):
        ServiceFactory(hours=[(number % 7, time(8), time(9))])
        tree.event(f"Wydarzenie {number}", f"w-{number}")
    with django_assert_max_num_queries(12):
        board(now=timezone.now())
