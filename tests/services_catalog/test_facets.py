"""Every facet of the catalogue narrows it, ages and the days of the timetable too."""

from __future__ import annotations

from datetime import time

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.actors import SYSTEM
from services_catalog.models import ServiceProvider
from services_catalog.selectors import catalogue
from services_catalog.timetable.services import move_slot
from tests.factories.catalogue import (
    OrganisationFactory,
    RoomFactory,
    ServiceFactory,
    TargetGroupFactory,
)
from tests.factories.timetable import make_slot, soon

pytestmark = pytest.mark.django_db


def shown(query: str):
    return catalogue(QueryDict(query), language="pl", base_url="/uslugi/")


def names(query: str) -> set[str]:
    return {service.name for service in shown(query)["services"]}


@pytest.fixture
def services():
    """One service with everything, and another that differs from it in everything."""
    group = TargetGroupFactory(slug="dzieci", name_pl="Dzieci")
    one = ServiceFactory(
        name="Świetlica", groups=[group], hours=[(2, time(9), time(12))], max_age=12
    )
    one.rooms.set([RoomFactory(slug="sala-a")])
    one.providers.add(
        ServiceProvider(organisation=OrganisationFactory(slug="zwrotnica"), locale=one.locale)
    )
    one.save()
    other = ServiceFactory(
        name="Obiad", place="at_home", is_free=False, cost="8 zł", mode="slots", min_age=60
    )
    return one, other


def test_each_facet_is_there_and_narrows(services):
    assert {facet.key for facet in shown("")["facets"]} == {
        "dla", "wiek", "gdzie", "dzien", "koszt", "sala", "kto",
    }  # fmt: skip
    for query, found in (
        ("dla=dzieci", {"Świetlica"}),
        ("wiek=do-12", {"Świetlica"}),
        ("wiek=od-65", {"Obiad"}),
        ("gdzie=at_home", {"Obiad"}),
        ("dzien=2", {"Świetlica"}),
        ("koszt=platne", {"Obiad"}),
        ("sala=sala-a", {"Świetlica"}),
        ("kto=zwrotnica", {"Świetlica"}),
        ("", {"Świetlica", "Obiad"}),
    ):
        assert names(query) == found, query


@pytest.mark.parametrize(
    ("youngest", "oldest", "bands"),
    [
        (None, None, {"do-12", "13-17", "18-64", "od-65"}),
        (None, 12, {"do-12"}),
        (13, None, {"13-17", "18-64", "od-65"}),
        (12, 13, {"do-12", "13-17"}),
        (60, None, {"18-64", "od-65"}),
        (65, 99, {"od-65"}),
        (18, 64, {"18-64"}),
    ],
)
def test_a_service_is_in_every_band_that_its_ages_touch(youngest, oldest, bands):
    ServiceFactory(name="Inna")
    ServiceFactory(name="Ta", min_age=youngest, max_age=oldest)
    known = ("do-12", "13-17", "18-64", "od-65")
    assert {band for band in known if "Ta" in names(f"wiek={band}")} == bands


def test_days_of_the_timetable_are_days_of_the_service(services):
    _one, other = services
    # Every day is known, so that none is left out as a value that does not exist.
    ServiceFactory(hours=[(day, time(9), time(10)) for day in range(7)])

    def days() -> set[int]:
        return {day for day in range(7) if "Obiad" in names(f"dzien={day}")}

    slot = make_slot(service=other)
    assert days() == {timezone.localtime(slot.starts_at).weekday()}
    move_slot(slot, "cancel", actor=SYSTEM, reason="Awaria ogrzewania")
    assert days() == set()


def test_dates_take_the_same_number_of_queries_however_many(services):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown("wiek=od-65")
        return len(captured)

    make_slot(service=services[1])
    few = queries()
    for number in range(6):
        service = ServiceFactory(mode="slots")
        make_slot(service=service, starts_at=soon(7 + number))
    assert queries() == few
