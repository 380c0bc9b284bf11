"""Telling people apart: what counts as the same person, and what does not."""

from __future__ import annotations

import datetime

import pytest

from plebiscite.voters import (
    Person,
    account_key,
    is_covered,
    normalise_address,
    normalise_name,
    person_key,
    places,
    second_key,
)

PEPPER, OTHER = b"p" * 32, b"q" * 32
ANNA = Person("Anna Żółć-Nowak", datetime.date(1950, 5, 17), "ul. 3 Maja 25/1", "17-200")


def like(**changes) -> Person:
    values = {
        "name": ANNA.name,
        "birth_date": ANNA.birth_date,
        "street": ANNA.street,
        "postal_code": ANNA.postal_code,
    }
    return Person(**{**values, **changes})


@pytest.mark.parametrize(
    "name",
    [
        "anna żółć-nowak",
        "ANNA ŻÓŁĆ-NOWAK",
        "Anna Zolc Nowak",
        "  Anna   Żółć - Nowak ",
        "Żółć-Nowak Anna",
        "Anna Żółć–Nowak",
        "Anna Z\u0307ółć-Nowak",
    ],
)
def test_ways_to_write_a_name(name):
    assert normalise_name(name) == normalise_name(ANNA.name)
    assert person_key(PEPPER, like(name=name)) == person_key(PEPPER, ANNA)


@pytest.mark.parametrize(
    "street",
    ["3 Maja 25/1", "ul.3 Maja 25 / 1", "UL. 3 MAJA 25 m. 1", "ulica 3 maja 25 lok. 1"],
)
def test_ways_to_write_an_address(street):
    assert person_key(PEPPER, like(street=street)) == person_key(PEPPER, ANNA)


def test_postal_codes_are_digits():
    assert normalise_address("Lipowa 1", "17-200") == normalise_address("Lipowa 1", "17200")


def test_a_village_has_no_street():
    assert normalise_address("Policzna 40", "17-250") == "policzna 40 17250"


@pytest.mark.parametrize(("cyrillic", "latin"), [("Іван Новак", "Iwan Nowak"), ("Вольга", "Wolha")])
def test_a_name_in_cyrillic_is_the_same_name(cyrillic, latin):
    assert normalise_name(cyrillic) == normalise_name(latin)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Anna Nowak"},
        {"name": "Hanna Żółć-Nowak"},
        {"birth_date": datetime.date(1950, 5, 18)},
        {"street": "ul. 3 Maja 25/2"},
        {"street": "ul. 3 Maja 251"},
        {"postal_code": "17-250"},
    ],
)
def test_other_people(changes):
    assert person_key(PEPPER, like(**changes)) != person_key(PEPPER, ANNA)


def test_a_move_changes_the_first_key_and_not_the_second():
    moved = like(street="ul. Lipowa 7", postal_code="17-230")
    assert person_key(PEPPER, moved) != person_key(PEPPER, ANNA)
    assert second_key(PEPPER, moved) == second_key(PEPPER, ANNA)


def test_keys_mean_nothing_without_their_pepper_and_do_not_cross():
    keys = {
        person_key(PEPPER, ANNA),
        person_key(OTHER, ANNA),
        second_key(PEPPER, ANNA),
        second_key(OTHER, ANNA),
        account_key(PEPPER, 1),
        account_key(PEPPER, 11),
        account_key(OTHER, 1),
    }
    assert len(keys) == 7


def test_a_short_pepper_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        person_key(b"short", ANNA)


@pytest.mark.parametrize(
    ("listed", "postal_code", "town", "expected"),
    [
        ("17-200, Hajnówka", "17-200", "Hajnówka", True),
        ("17-200; Hajnówka\nГайнаўка", "17-200", "гайнаўка", True),
        ("17-200, Hajnówka", "17-200", "miasto HAJNOWKA", True),
        ("17-200, Hajnówka", "00-001", "Warszawa", False),
        ("17-200, Hajnówka", "00-001", "Hajnówka", False),
        ("17-200, Hajnówka", "17-200", "Dubiny", False),
        ("Hajnówka", "00-001", "Hajnówka", True),
        ("17-200", "17-200", "Dubiny", True),
        ("", "00-001", "Warszawa", True),
    ],
)
def test_addresses_that_a_vote_covers(listed, postal_code, town, expected):
    assert is_covered(places(listed), postal_code=postal_code, town=town) is expected
