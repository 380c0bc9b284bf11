"""Turnout by day and way of voting: public from the next day on, and never of the day itself."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from core.i18n.dates import TOWN_TIME, long_date
from plebiscite import addresses, clock
from plebiscite.codes import new_code
from plebiscite.services import moving
from tests.factories import plebiscite as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index_page")]


def rows(address: str) -> list[list[str]]:
    """The table of the turnout as people read it, empty where there is none."""
    page = Client().get(address).content.decode()
    found = re.search(r"<caption>Frekwencja według dni.*?</table>", page, re.S)
    if found is None:
        return []
    lines = re.findall(r"<tr>(.*?)</tr>", found[0], re.S)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in lines]


def day_of_now() -> str:
    return long_date(clock.now().astimezone(TOWN_TIME).date(), "pl")


def test_each_day_is_told_by_way_of_voting_from_the_next_day_on():
    codes = [new_code() for _number in range(3)]
    plebiscite = make.voting(codes=codes)
    page = addresses.of_plebiscite(plebiscite.slug)
    first = day_of_now()
    for number in range(2):
        make.vote(plebiscite, make.declared(plebiscite, number=number))
    make.vote_with_code(plebiscite, codes[0])
    assert rows(page) == []
    heads = ["Dzień", "Na tej stronie, z kontem", "Na tej stronie, z kodem"]
    with clock.shifted(make.DAY):
        second = day_of_now()
        # Votes of the day on which one looks are in neither line nor sum.
        make.vote(plebiscite, make.declared(plebiscite, number=5))
        make.vote_with_code(plebiscite, codes[1])
        told = [heads, [first, "2", "1"], ["Razem", "2", "1"]]
        assert rows(page) == told
        make.vote_with_code(plebiscite, codes[2])
        assert rows(page) == told
    with clock.shifted(2 * make.DAY):
        whole = [heads, [first, "2", "1"], [second, "1", "2"], ["Razem", "3", "3"]]
        assert rows(page) == whole
    with clock.shifted(20 * make.DAY):
        moving.write_down_what_is_due()
        make.together(plebiscite, "count")
        make.together(plebiscite, "publish")
        assert rows(addresses.results(plebiscite.slug)) == whole
