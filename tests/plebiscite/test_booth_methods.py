"""Ballots of every method through the forms: picks, limits, what is kept, what is told."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.utils import translation

from plebiscite import addresses
from plebiscite.models import Ballot, ParticipationMark
from plebiscite.services import mixing
from tests.factories import plebiscite as make
from tests.plebiscite.booths import error_of, form_of, signed_in

pytestmark = pytest.mark.django_db

NUMBERS = {"points": {"points_total": 5, "points_cap": 3}, "ranked": {"max_ranks": 3}}


@pytest.fixture(autouse=True)
def _english_addresses():
    with translation.override("pl"):
        yield


def booth(method: str, options: int = 4, **fields):
    limits = {"approval": {"max_picks": 2}, **NUMBERS}.get(method, {})
    plebiscite = make.voting(options, method=method, **{**limits, **fields})
    client = signed_in(make.declared(plebiscite))
    return plebiscite, client, addresses.booth(plebiscite.slug)


GOOD = [
    ("single", {"pick": ["M3"]}, "single:M3"),
    ("approval", {"pick": ["M3", "M1"]}, "approval:M1,M3"),
    ("approval", {"pick": ["M4"]}, "approval:M4"),
    ("approval", {"pick": ["--"]}, "approval:"),
    ("points", {"m-M1": "2", "m-M2": "0", "m-M4": "3"}, "points:M1=2,M4=3"),
    ("points", {"m-M1": "0", "pick": "--"}, "points:"),
    ("ranked", {"m-M2": "1", "m-M4": "3", "m-M1": "2"}, "ranked:M2>M1>M4"),
    ("ranked", {"m-M2": "1"}, "ranked:M2"),
    ("ranked", {"pick": "--"}, "ranked:"),
]


@pytest.mark.parametrize(("method", "sent", "payload"), GOOD)
def test_from_the_ballot_to_the_box(method, sent, payload):
    plebiscite, client, url = booth(method)
    page = client.post(url, {**form_of(client.get(url), "review"), **sent})
    receipt = client.post(url, form_of(page, "cast"))
    assert 'class="ticket receipt"' in receipt.content.decode()
    mixing.flush_everything(plebiscite.pk)
    assert Ballot.objects.get().payload == payload


BAD = [
    ("approval", {"pick": ["M1", "M2", "M3"]}, "too many"),
    ("approval", {"pick": ["M1", "--"]}, "blank ballot and works"),
    ("approval", {}, "Nothing is marked"),
    ("approval", {"pick": ["M9"]}, "not on the ballot"),
    ("points", {"m-M1": "4"}, "at most 3 points"),
    ("points", {"m-M1": "3", "m-M2": "3"}, "more points than you have"),
    ("points", {"m-M1": "-1"}, "whole numbers"),
    ("points", {"m-M1": "1.5"}, "whole numbers"),
    ("points", {"m-M1": "٣"}, "whole numbers"),
    ("points", {"m-X9": "1"}, "not on the ballot"),
    ("points", {"m-M1": "0"}, "Nothing is marked"),
    ("ranked", {"m-M1": "1", "m-M2": "1"}, "one rank to two"),
    ("ranked", {"m-M1": "1", "m-M2": "3"}, "between others is empty"),
    ("ranked", {"m-M1": "9"}, "not that many ranks"),
]


@pytest.mark.parametrize(("method", "sent", "words"), BAD)
def test_what_is_wrong_is_said_and_what_was_marked_is_kept(method, sent, words):
    _plebiscite, client, url = booth(method)
    with translation.override("en"):
        page = client.post(f"/en{url}", {**form_of(client.get(url), "review"), **sent})
    assert words in error_of(page)
    html = page.content.decode()
    for name, value in sent.items():
        for one in value if isinstance(value, list) else [value]:
            if one not in {"M9", "1"} and name != "m-X9" and one != "9":
                assert re.search(rf'value="{re.escape(one)}"', html), (name, one)
    assert not ParticipationMark.objects.exists()


def test_the_marks_survive_the_way_back():
    _plebiscite, client, url = booth("ranked")
    sent = {"m-M2": "1", "m-M4": "2"}
    page = client.post(url, {**form_of(client.get(url), "review"), **sent})
    page = client.post(url, form_of(page, "back")).content.decode()
    chosen = re.findall(r'name="m-(M\d)".*?</select>', page, re.S)
    assert sorted(chosen) == ["M1", "M2", "M3", "M4"]
    selected = re.findall(
        r'name="m-(M\d)"(?:(?!</select>).)*?value="(\d)"[^>]* selected', page, re.S
    )
    assert dict(selected) == {"M2": "1", "M4": "2"}


@pytest.mark.parametrize(
    ("method", "choices"),
    [
        ("approval", [{"pick": "M1"}, {"pick": ["M2", "M4"]}, {"pick": "--"}]),
        ("points", [{"m-M1": "1"}, {"m-M2": "2", "m-M4": "3"}, {"pick": "--"}]),
        ("ranked", [{"m-M1": "1"}, {"m-M2": "2", "m-M4": "1", "m-M1": "3"}, {"pick": "--"}]),
    ],
)
def test_pages_have_one_length_whatever_was_marked(method, choices):
    _plebiscite, client, url = booth(method)
    first = form_of(client.get(url), "review")
    summaries = [client.post(url, {**first, **sent}) for sent in choices]
    assert len({len(page.content) for page in summaries}) == 1
    ballots = [client.post(url, form_of(page, "back")) for page in summaries]
    assert len({len(page.content) for page in ballots}) == 1


def test_the_order_turns_from_voter_to_voter_and_stays_for_one():
    plebiscite, client, url = booth("single")

    def order(browser) -> list[str]:
        return re.findall(r'id="pick-(M\d)"', browser.get(url).content.decode())

    assert order(client) == order(client)
    found = {tuple(order(client))}
    for number in range(1, 13):
        found.add(tuple(order(signed_in(make.declared(plebiscite, number=number)))))
    assert len(found) > 1
    whole = sorted(order(client))
    for one in found:
        turned = whole.index(one[0])
        assert list(one) == whole[turned:] + whole[:turned]


def test_less_than_allowed_is_told_and_allowed():
    _plebiscite, client, url = booth("points")
    with translation.override("en"):
        page = client.post(
            f"/en{url}", {**form_of(client.get(url), "review"), "m-M1": "2"}
        ).content.decode()
    assert "3 points are not given" in unescape(page)


def test_every_picture_can_be_enlarged_without_scripts():
    _plebiscite, client, url = booth("approval")
    page = client.get(url).content.decode()
    for target in re.findall(r'href="#(zoom-M\d)"', page):
        assert f'id="{target}"' in page
    assert page.count('class="zoom"') == 4


def test_too_many_tries_keep_the_choice(monkeypatch):
    from plebiscite.views import common

    _plebiscite, client, url = booth("single")
    fields = form_of(client.get(url), "review")
    monkeypatch.setattr(common, "TRIES", 1)
    client.post(url, {**fields, "pick": "M2"})
    page = client.post(url, {**fields, "pick": "M2"})
    assert page.status_code == 429
    assert int(page["Retry-After"]) > 0
    assert re.search(r'value="M2"[^>]* checked', page.content.decode())
