"""The real server and the real worker, killed while people vote: nothing acknowledged is lost."""

from __future__ import annotations

import http.client
import re
import threading
import time
import urllib.parse
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from core.actors import SYSTEM
from plebiscite import addresses, clock
from plebiscite.codes import new_code
from plebiscite.models import Ballot, Code, MixFlush, ParticipationMark
from plebiscite.services import moving
from tests.factories import plebiscite as make
from tests.plebiscite.booths import form_of
from tests.running import town  # noqa: F401 - a fixture

pytestmark = [pytest.mark.concurrency, pytest.mark.system]

#: Half of them vote with an account, half with a code.
VOTERS, AT_ONCE, KILLS, GROUP = 60, 8, 3, 3
CODES = [new_code() for _number in range(VOTERS // 2)]
Ready = tuple[str, str, dict[str, Any]]


def ready_forms(plebiscite: Any) -> list[Ready]:
    """For each voter: address, cookie of the session if any, and the last form before the vote."""
    url = addresses.booth(plebiscite.slug)
    forms = []
    for number in range(VOTERS - len(CODES)):
        client = Client()
        client.force_login(make.declared(plebiscite, number=number))
        page = client.post(url, {**form_of(client.get(url), "review"), "pick": "M2"})
        cookie = f"sessionid={client.cookies['sessionid'].value}"
        forms.append((url, cookie, form_of(page, "cast")))
    url, client = addresses.code_booth(plebiscite.slug), Client()
    entry = form_of(client.get(url), "enter")
    for code in CODES:
        page = client.post(url, {**entry, "code": code})
        page = client.post(url, {**form_of(page, "review"), "pick": "M1"})
        forms.append((url, "", form_of(page, "cast")))
    # Neither kind comes in a row.
    return [
        one for pair in zip(forms[: VOTERS // 2], forms[VOTERS // 2 :], strict=True) for one in pair
    ]


def test_every_acknowledged_vote_is_in_the_box_once(town):  # noqa: F811
    plebiscite = make.voting(mix_k=GROUP, codes=CODES)
    forms = iter(ready_forms(plebiscite))
    acknowledged: list[str] = []
    sent_again = 0
    guard = threading.Lock()

    def crowd() -> None:
        nonlocal sent_again
        try:
            while True:
                with guard:
                    ready = next(forms, None)
                if ready is None:
                    return
                url, cookie, form = ready
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
                time.sleep(0.2)
        finally:
            connections.close_all()

    town.start()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        people = [pool.submit(crowd) for _number in range(AT_ONCE)]
        for number in range(1, KILLS + 1):
            until = time.monotonic() + 60
            while len(acknowledged) < number * VOTERS // (KILLS + 2):
                assert time.monotonic() < until, town.log.read_text()
                time.sleep(0.005)
            town.kill()
            town.start()
        for one in people:
            one.result()
    until = time.monotonic() + 60
    while not MixFlush.objects.exists():
        assert time.monotonic() < until, town.log.read_text()
        time.sleep(0.1)
    town.kill()
    # The worker that was killed and started again has mixed, in whole groups, and left the rest.
    mixed = MixFlush.objects.filter(plebiscite=plebiscite, is_last=False)
    assert set(mixed.values_list("size", flat=True)) == {GROUP}
    assert Ballot.objects.count() == GROUP * mixed.count() <= VOTERS - GROUP
    assert sent_again, "nobody was interrupted"
    assert len(acknowledged) == len(set(acknowledged)) == VOTERS
    with clock.shifted(8 * make.DAY):
        moving.move(plebiscite, "seal", actor=SYSTEM)
        found = sorted(bytes(c).hex() for c in Ballot.objects.values_list("c", flat=True))
        assert found == sorted(acknowledged)
        assert ParticipationMark.objects.count() == VOTERS - len(CODES)
        assert Code.objects.exclude(spent_on=None).count() == len(CODES)
        channels = Counter(Ballot.objects.values_list("channel", flat=True))
        assert channels == {"account": VOTERS - len(CODES), "code": len(CODES)}
        make.together(plebiscite, "count")
