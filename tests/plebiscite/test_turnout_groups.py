"""Turnout by age and district: numbers alone, joined where they are small."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from plebiscite import addresses, clock
from plebiscite.forms import DeclarationForm
from plebiscite.groups import LEAST, OTHERS, age_group, joined
from plebiscite.models import TurnoutGroup
from plebiscite.phases import Channel
from plebiscite.selectors.results import result_json
from plebiscite.services import moving, registering
from plebiscite.services.commission import desk
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory
from tests.factories.polling import polling


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 40), max_size=8))
def test_nothing_small_is_told_and_nothing_small_follows_from_the_total(numbers):
    told = joined(numbers)
    total = sum(numbers.values())
    assert sum(told.values()) in ({total} if total >= LEAST else {0})
    assert all(number >= LEAST for number in told.values())
    # What is joined is at least two groups: else its number would be that group's own.
    if OTHERS in told:
        assert len([one for one in numbers if numbers[one] and one not in told]) >= 2
    assert all(numbers[one] == told[one] for one in told if one != OTHERS)


def test_ages_are_those_of_the_first_day():
    day = date(2026, 11, 22)
    ages = {"2009-11-22": "0-17", "2008-11-22": "18-29", "2008-11-23": "0-17", "1951-01-01": "75-"}
    assert {born: age_group(date.fromisoformat(born), day) for born in ages} == ages


@pytest.mark.django_db
@pytest.mark.usefixtures("index_page")
def test_every_way_to_vote_is_counted_once_and_told_after_the_result():
    vote = polling(
        codes=14, channels=("account", "code"), turnout_by_age=True, districts="Centrum, Podlasie",
        closes_in=timedelta(hours=2),
    )  # fmt: skip
    plebiscite = vote.plebiscite
    for number in range(12):
        person = replace(make.somebody(number), district="Centrum" if number else "Nie ma takiej")
        desk.issue(vote.point, actor=vote.clerk, person=person, channel=Channel.CODE)
        make.vote_with_code(plebiscite, vote.codes[number])
    for number in range(20, 23):
        user, person = UserFactory(), replace(make.somebody(number), district="Podlasie")
        registering.declare(plebiscite.pk, actor=user, person=person, town="Hajnówka")
        if number < 22:  # the third one declares and does not vote
            make.vote(plebiscite, user)
    young = replace(make.somebody(30), birth_date=date(2000, 1, 1))
    desk.issue(vote.point, actor=vote.clerk, person=young, channel=Channel.CODE)
    make.vote_with_code(plebiscite, vote.codes[12])
    page = Client().get(addresses.results(plebiscite.slug)).content.decode()
    assert "60–74" not in page, "nothing before the result"
    with clock.shifted(timedelta(hours=3)):
        moving.write_down_what_is_due()
        told = {(row.axis, row.group): row.number for row in TurnoutGroup.objects.all()}
        # Ages: 14 people of 66 and one of 26, who would stand alone. Districts: 11, 2 and 2.
        assert told == {("age", OTHERS): 15, ("district", OTHERS): 15}
        make.together(plebiscite, "count")
        plebiscite = make.together(plebiscite, "publish")
        soup = BeautifulSoup(
            Client().get(addresses.results(plebiscite.slug)).content, "html.parser"
        )
        captions = {one.caption.text: one for one in soup.select("table") if one.caption}
        assert "15" in captions["Frekwencja: wiek"].tbody.text
        assert '"turnout_by_group"' in (result_json(plebiscite) or "")


def test_the_district_is_asked_for_where_the_rules_say_so():
    def form(districts):
        return DeclarationForm(today=date(2026, 11, 22), districts=districts)

    assert "district" not in form("").fields
    field = form("Centrum, Podlasie").fields["district"]
    assert [value for value, _label in field.choices] == ["", "Centrum", "Podlasie"]
    assert not field.required
