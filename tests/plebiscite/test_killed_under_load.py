"""The real server and the real worker, killed while people vote: nothing acknowledged is lost."""

from __future__ import annotations

import http.client
import re
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from core.actors import SYSTEM
from plebiscite import addresses, clock
from plebiscite.models import Ballot, ParticipationMark
from plebiscite.services import moving
from tests.factories import plebiscite as make
from tests.plebiscite.booths import form_of
from tests.running import town  # noqa: F401 - a fixture

pytestmark = [pytest.mark.concurrency, pytest.mark.system]

VOTERS, KILLS = 24, 2


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


def test_every_acknowledged_vote_is_in_the_box_once(town):  # noqa: F811
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
