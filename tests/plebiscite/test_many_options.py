"""With 5 and with 500 works the booth and the gallery ask the same number of questions."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.clock import database_now
from plebiscite import addresses, clock
from plebiscite.codes import new_code
from plebiscite.services import moving
from tests.factories import plebiscite as make
from tests.plebiscite.booths import form_of, signed_in
from tests.plebiscite.test_gallery import many

pytestmark = pytest.mark.django_db


CODE = new_code()


def opened(options: int):
    """A vote that has begun, with so many works on its ballot; one has an envelope with CODE."""
    now = database_now()
    dates = {
        "voting_closes_at": now + 7 * make.DAY,
        "results_at": now + 8 * make.DAY,
        "objections_until": now + 15 * make.DAY,
    }
    with clock.shifted(-3 * make.DAY):
        plebiscite = make.announced(days=-3, channels=["account", "code"], **dates)
        make._print(plebiscite, [CODE])
        make.accepted(plebiscite, seed=1)
        many(plebiscite, options - 1)
    with clock.shifted(-1.5 * make.DAY):
        moving.make_keys(plebiscite.pk)
        moving.move(plebiscite, "open_appeals", actor=make.commission())
        make.together(plebiscite, "freeze")
    plebiscite = moving.catch_up(plebiscite)
    assert plebiscite.state == "voting"
    assert plebiscite.options.count() == options
    return plebiscite


def ask(question) -> tuple[Any, int]:
    """The page, and how many questions it asked the database."""
    with CaptureQueriesContext(connection) as queries:
        page = question()
    assert page.status_code == 200
    return page, len(queries)


def costs(plebiscite) -> dict[str, int]:
    """Questions to the database per page."""
    voter = signed_in(make.declared(plebiscite))
    url = addresses.booth(plebiscite.slug)
    code = plebiscite.options.order_by("position").last().code
    _page, gallery = ask(lambda: Client().get(addresses.gallery(plebiscite.slug)))
    page, ballot = ask(lambda: voter.get(url))
    filled = {**form_of(page, "review"), "pick": [code]}
    page, summary = ask(lambda: voter.post(url, filled))
    cast = form_of(page, "cast")
    _page, casting = ask(lambda: voter.post(url, cast))
    return {
        "gallery": gallery,
        "ballot": ballot,
        "summary": summary,
        "casting": casting,
        **with_a_code(plebiscite, code),
    }


def with_a_code(plebiscite, work: str) -> dict[str, int]:
    """The same in the booth for codes."""
    client, url = Client(), addresses.code_booth(plebiscite.slug)
    page, first = ask(lambda: client.get(url))
    entered = {**form_of(page, "enter"), "code": CODE}
    page, ballot = ask(lambda: client.post(url, entered))
    filled = {**form_of(page, "review"), "pick": [work]}
    page, summary = ask(lambda: client.post(url, filled))
    cast = form_of(page, "cast")
    page, casting = ask(lambda: client.post(url, cast))
    assert 'class="ticket receipt"' in page.content.decode()
    return {"code": first, "code ballot": ballot, "code summary": summary, "code casting": casting}


def test_five_and_five_hundred_works_cost_the_same(index_page):
    # What a process looks up once in its life does not count.
    Client().get(addresses.INDEX)
    few, hundreds = costs(opened(5)), costs(opened(500))
    assert few == hundreds
    assert few["ballot"] <= 16
