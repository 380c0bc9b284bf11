"""The real server and the real worker, killed while people vote: nothing acknowledged is lost."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.test import Client

from core.actors import SYSTEM
from plebiscite import addresses, clock
from plebiscite.models import Ballot, ParticipationMark
from plebiscite.services import moving
from tests.databases import ROOT, Databases
from tests.factories import plebiscite as make
from tests.plebiscite.booths import form_of

pytestmark = [pytest.mark.concurrency, pytest.mark.system]

VOTERS, KILLS = 24, 2


class Town:
    """Server and worker as separate processes, in groups that die whole."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            self.port = trial.getsockname()[1]
        self.environment, self.log = environment, log
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
        server += ["--port", str(self.port), "--log-level", "warning", "--workers", "2"]
        server += ["--blocking-threads", "4", "--backpressure", "64", "config.wsgi:application"]
        worker = [sys.executable, str(ROOT / "manage.py"), "worker"]
        with self.log.open("ab") as log:
            self.running = [
                subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
                for command in (server, worker)
            ]
        for _attempt in range(600):
            with suppress(OSError), self.open("/healthz"):
                return
            time.sleep(0.1)
        raise AssertionError(f"the server did not start:\n{self.log.read_text()}")

    def kill(self) -> None:
        for process in self.running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def open(self, path: str, data: bytes | None = None, cookie: str = "") -> Any:
        request = urllib.request.Request(
            f"http://localhost:{self.port}{path}", data=data, headers={"Cookie": cookie}
        )
        return urllib.request.urlopen(request, timeout=10)  # noqa: S310


@pytest.fixture
def town(own_database: str, test_databases: Databases, tmp_path: Path) -> Any:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": test_databases.url_of(own_database),
        "HAJNOWKA_VAR": str(Path(django_settings.KEYS_DIR).parent),
        "PYTHONPATH": str(ROOT / "site"),
    }
    found = Town(environment, tmp_path / "town.log")
    yield found
    found.kill()


def ready_forms(plebiscite: Any) -> list[tuple[str, dict[str, Any]]]:
    """For each voter: the cookie of the session, and the last form before the vote."""
    url = addresses.booth(plebiscite.slug)
    forms = []
    for number in range(VOTERS):
        client = Client()
        client.force_login(make.declared(plebiscite, number=number))
        page = client.post(url, {**form_of(client.get(url), "review"), "pick": "M2"})
        forms.append((f"sessionid={client.cookies['sessionid'].value}", form_of(page, "cast")))
    return forms


def test_every_acknowledged_vote_is_in_the_box_once(town):
    plebiscite = make.voting(mix_k=3)
    url = addresses.booth(plebiscite.slug)
    forms = iter(ready_forms(plebiscite))
    acknowledged: list[str] = []
    sent_again = 0
    guard = threading.Lock()

    def crowd() -> None:
        nonlocal sent_again
        try:
            while True:
                with guard:
                    cookie, form = next(forms, (None, None))
                if form is None:
                    return
                data = urllib.parse.urlencode(form, doseq=True).encode()
                for _try in range(300):
                    try:
                        with town.open(url, data, cookie) as answer:
                            page = unescape(answer.read().decode())
                    except (OSError, http.client.HTTPException):
                        # Killed: whoever got no answer presses the button once more.
                        with guard:
                            sent_again += 1
                        time.sleep(0.2)
                        continue
                    code = re.search(r'class="ticket__large code">([A-Z0-9-]+)<', page)
                    assert code, page
                    assert form["commitment"][0] in page
                    with guard:
                        acknowledged.append(form["commitment"][0])
                    break
                time.sleep(0.05)
        finally:
            connections.close_all()

    town.start()
    with ThreadPoolExecutor(4) as pool:
        people = [pool.submit(crowd) for _number in range(4)]
        for number in range(1, KILLS + 1):
            until = time.monotonic() + 60
            while len(acknowledged) < number * VOTERS // (KILLS + 2):
                assert time.monotonic() < until, town.log.read_text()
                time.sleep(0.005)
            town.kill()
            town.start()
        for one in people:
            one.result()
    town.kill()
    assert sent_again, "nobody was interrupted"
    assert len(acknowledged) == len(set(acknowledged)) == VOTERS
    with clock.shifted(8 * make.DAY):
        moving.move(plebiscite, "seal", actor=SYSTEM)
        found = sorted(bytes(c).hex() for c in Ballot.objects.values_list("c", flat=True))
        assert found == sorted(acknowledged)
        assert ParticipationMark.objects.count() == VOTERS
        make.together(plebiscite, "count")
