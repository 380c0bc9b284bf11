"""Odd patterns: what comes in through the forms of the booths stands on the commission's page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from plebiscite import addresses
from plebiscite.codes import code_digest, new_code, read_code
from plebiscite.models import Alert
from plebiscite.services import watching
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory
from tests.plebiscite.booths import form_of, signed_in

pytestmark = pytest.mark.django_db

GOOD, VOID = new_code(), new_code()


@pytest.fixture(autouse=True)
def _polish():
    with translation.override("pl"):
        yield


@pytest.fixture
def vote():
    plebiscite = make.voting(codes=[GOOD, VOID])
    row = plebiscite.codes.get(digest=code_digest(str(plebiscite.pk), read_code(VOID)))
    row.is_void = True
    row.save(update_fields=["is_void"])
    return plebiscite


def type_in(plebiscite, code):
    """The form of the booth for codes."""
    client, url = Client(), addresses.code_booth(plebiscite.slug)
    return client.post(url, {**form_of(client.get(url), "enter"), "code": code})


def declare(plebiscite, number, **changes):
    """The form of the declaration, from an account of its own."""
    client, url = signed_in(UserFactory()), addresses.booth(plebiscite.slug)
    person = make.somebody(number)
    fields = {
        "name": person.name,
        "birth_date": person.birth_date.isoformat(),
        "street": person.street,
        "postal_code": person.postal_code,
        "town": "Hajnówka",
        "is_resident": "on",
    }
    return client.post(url, {**form_of(client.get(url), "declare"), **fields, **changes})


def a_slip(plebiscite, _number):
    assert "error-summary" in type_in(plebiscite, GOOD[:-1]).content.decode()


def an_unknown_code(plebiscite, _number):
    assert "error-summary" in type_in(plebiscite, new_code()).content.decode()


def a_void_code(plebiscite, _number):
    assert 'name="pick"' not in type_in(plebiscite, VOID).content.decode()


def a_namesake(plebiscite, number):
    page = declare(plebiscite, 0, street=f"ul. Inna {number + 1}")
    assert "/kontakt/" in page.content.decode()


def somebody_who_has_voted(plebiscite, _number):
    assert declare(plebiscite, 1).status_code == 200


def a_declaration(plebiscite, number):
    assert declare(plebiscite, 10 + number).status_code == 302


WAYS = [
    (a_slip, watching.WRONG_CODE),
    (an_unknown_code, watching.WRONG_CODE),
    (a_void_code, watching.WRONG_CODE),
    (a_namesake, watching.NAMESAKE),
    (somebody_who_has_voted, watching.VOTED_BEFORE),
    (a_declaration, watching.DECLARED),
]


def told(plebiscite) -> str:
    """The page of the commission."""
    url = reverse("plebiscite_plebiscites:inspect", args=[plebiscite.pk])
    page = signed_in(make.commission()).get(url)
    assert page.status_code == 200
    return page.content.decode()


@pytest.mark.parametrize(("send", "kind"), WAYS)
def test_what_comes_through_the_forms_is_told(vote, monkeypatch, send, kind):
    make.declared(vote, number=0)
    make.vote(vote, make.declared(vote, number=1))
    pattern = watching.PATTERNS[kind]
    monkeypatch.setitem(watching.PATTERNS, kind, replace(pattern, limit=2))
    label = escape(str(pattern.label))
    for number in range(2):
        send(vote, number)
    assert label not in told(vote)
    send(vote, 2)
    assert [alert.kind for alert in Alert.objects.all()] == [kind]
    page = told(vote)
    assert page[page.index("alerts-title") :].count(label) == 1
    # From now on the booth for codes is careful, and only because of codes.
    riddle = "data-riddle=" in Client().get(addresses.code_booth(vote.slug)).content.decode()
    assert riddle == (kind == watching.WRONG_CODE)


def test_all_kinds_are_tried():
    assert {kind for _send, kind in WAYS} == set(watching.PATTERNS)
