"""Two servers as in production: what is changed once is seen in both within a second or so."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Page, Site

from core.pagecache.models import PublicChange
from directory.models import Organisation, TargetGroup
from home.models import EventPage, LegalDetails, NewsPage, SiteIdentity
from services_catalog.bookings import services
from services_catalog.bookings.models import Booking
from services_catalog.models import Service, Slot
from tests import databases
from tests.databases import Databases, pointed_at
from tests.e2e.conftest import _free_port
from tests.factories.timetable import make_slot, soon

pytestmark = [pytest.mark.concurrency, pytest.mark.system]
#: The promise is one second; the rest is for a busy machine.
WITHIN_S = 3.0
BOOKED = "doradca-zawodowy"


class Server:
    """One process of the site; asks keep their connection out of the time."""

    def __init__(self, url: str) -> None:
        self.port = _free_port()
        env = {
            **os.environ,
            "PYTHONPATH": f"{databases.ROOT / 'site'}:{databases.ROOT}",
            "DJANGO_SETTINGS_MODULE": "tests.core.settings_with_cache",
            "DATABASE_URL": url,
            "PORT": str(self.port),
        }
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--port"]
        self.process = subprocess.Popen(
            [*command, str(self.port), "--log-level", "warning", "config.wsgi:application"],
            env=env, cwd=databases.ROOT, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=20)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text

    def wait(self) -> None:
        until = time.monotonic() + 90
        while time.monotonic() < until and self.process.poll() is None:
            try:
                self.get("/healthz")
            except OSError:
                time.sleep(0.1)
            else:
                return
        pytest.fail("the server did not start")


@pytest.fixture
def servers(
    test_databases: Databases, django_db_setup: None, django_db_blocker: Any
) -> Iterator[list[Server]]:
    with django_db_blocker.unblock():
        template, _files = test_databases.demo_template()
        name = test_databases.clone(template)
        running = [Server(test_databases.url_of(name)) for _n in range(2)]
        try:
            for one in running:
                one.wait()
            with pointed_at(name):
                yield running
        finally:
            for one in running:
                one.process.terminate()
                one.process.wait(timeout=20)
            test_databases.drop(name)


def news() -> NewsPage:
    return NewsPage.objects.live().filter(locale__language_code="pl", alias_of=None).first()


def change_page() -> str:
    page = news()
    page.title = "Zmieniony tytuł nowiny"
    page.save_revision().publish()
    return page.title


def change_service() -> str:
    service = Service.objects.canonical().first()
    service.name = "Zmieniona nazwa usługi"
    service.save()
    return service.name


def change_setting() -> str:
    identity = SiteIdentity.for_site(Site.objects.get(is_default_site=True))
    identity.office = "Urząd po zmianie"
    identity.save()
    return identity.office


def change_statement() -> str:
    details = LegalDetails.for_site(Site.objects.get(is_default_site=True))
    details.contact_person = "Osoba po zmianie"
    details.save()
    return details.contact_person


def change_organisation() -> str:
    one = Organisation.objects.of_project().first()
    one.name_pl = "Organizacja po zmianie"
    one.save()
    return one.name_pl


def publish_what_was_scheduled() -> str:
    page = EventPage.objects.live().filter(locale__language_code="pl", alias_of=None).first()
    page.title = "Zaplanowana zmiana"
    page.go_live_at = timezone.now() + timedelta(seconds=1)
    page.save_revision().publish()
    time.sleep(1.1)
    call_command("publish_scheduled", verbosity=0)
    assert Page.objects.filter(pk=page.pk, title=page.title).exists()
    return page.title


def change_snippet() -> str:
    group = TargetGroup.objects.first()
    group.name_pl = "Grupa po zmianie"
    group.save()
    return group.name_pl


def hundred_places() -> Slot:
    """A date of its own, so that no other page has the same number."""
    service = Service.objects.canonical().get(slug=BOOKED)
    found = Slot.objects.filter(service=service, capacity=197).first()
    return found or make_slot(service=service, capacity=197, starts_at=soon(1, 4))


def make_a_date() -> str:
    hundred_places()
    return "197 wolnych miejsc"


def keep_places() -> str:
    services.book(
        hundred_places(), actor=AnonymousUser(), party_size=6, name="Gość", language="pl",
        email="gosc@poczta.example", submission_key=uuid.uuid4(),
    )  # fmt: skip
    return "191 wolnych miejsc"


def let_time_give_them_back() -> str:
    """Nobody does anything: the hold ends by the clock."""
    held = Booking.objects.get(slot=hundred_places())
    end = timezone.now() + timedelta(seconds=1)
    assert PublicChange.objects.filter(due_at=held.hold_until).update(due_at=end) == 1
    Booking.objects.filter(pk=held.pk).update(hold_until=end)
    time.sleep(1.1)
    return "197 wolnych miejsc"


CHANGES: list[tuple[str, Callable[[], str]]] = [
    ("/aktualnosci/", change_page),
    ("/uslugi/", change_service),
    ("/kontakt/", change_setting),
    ("/dostepnosc/", change_statement),
    ("/o-projekcie/partnerzy/", change_organisation),
    ("/wydarzenia/", publish_what_was_scheduled),
    ("/uslugi/", change_snippet),
    (f"/uslugi/{BOOKED}/terminy/", make_a_date),
    (f"/uslugi/{BOOKED}/terminy/", keep_places),
    (f"/uslugi/{BOOKED}/terminy/", let_time_give_them_back),
]


def test_every_public_change_is_seen_in_every_process(servers: list[Server]) -> None:
    for path, change in CHANGES:
        before = [one.get(path) for one in servers]
        for one, (status, headers, _text) in zip(servers, before, strict=True):
            assert (status, headers["vary"]) == (200, "Accept-Encoding, Cookie")
            # Kept: the same page is not sent a second time.
            assert one.get(path, **{"If-None-Match": headers["etag"]})[0] == 304, path
        words = change()
        since = time.monotonic()
        waiting = list(servers)
        while waiting and time.monotonic() - since < WITHIN_S:
            waiting = [one for one in waiting if words not in one.get(path)[2]]
            time.sleep(0.05)
        assert not waiting, f"{path}: {len(waiting)} processes still show the page of before"
