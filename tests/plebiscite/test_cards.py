"""What a clerk types, and what is kept of it."""

from __future__ import annotations

import pytest

from plebiscite.cards import VOID_KEYS, BadCard, Reading, read_card, shown
from plebiscite.models import VoidReason
from plebiscite.tally import Method, Ruleset

CODES = {1: "M1", 2: "M2", 3: "M3", 4: "M4"}
RULES = {
    method: Ruleset(method=method, max_picks=2, points_total=5, points_cap=3) for method in Method
}


@pytest.mark.parametrize(
    ("method", "typed", "payload"),
    [
        ("single", "3", "single:M3"),
        ("single", " 03 ", "single:M3"),
        ("single", "0", "single:"),
        ("approval", "4 1", "approval:M1,M4"),
        ("approval", "4,1", "approval:M1,M4"),
        ("approval", "0", "approval:"),
        ("points", "2=2 1=3", "points:M1=3,M2=2"),
        ("points", "4:1", "points:M4=1"),
        ("points", "4=0", "points:"),
        ("ranked", "4 1 2", "ranked:M4>M1>M2"),
        ("ranked", "4 2+1", "ranked:M4>M1=M2"),
        ("ranked", "4 - 2", "ranked:M4>>M2"),
        ("ranked", "4 4", "ranked:M4>M4"),
        ("ranked", "1 - -", "ranked:M1"),
    ],
)
def test_what_is_read(method, typed, payload):
    reading = read_card(RULES[Method(method)], typed, CODES)
    assert reading == Reading(payload)
    assert read_card(RULES[Method(method)], shown(reading, CODES), CODES) == reading


@pytest.mark.parametrize(
    ("method", "typed"),
    [
        ("single", "1 2"),
        ("approval", "1 2 3"),
        ("points", "1=3 2=3"),
        ("points", "1=4"),
        ("single", "w"),
    ],
)
def test_too_many_marks_make_a_card_void(method, typed):
    assert read_card(RULES[Method(method)], typed, CODES) == Reading(void_reason="overvote")


@pytest.mark.parametrize("key", VOID_KEYS)
def test_a_void_card_by_its_letter(key):
    reading = read_card(RULES[Method.RANKED], key.upper(), CODES)
    assert reading.void_reason == VOID_KEYS[key]
    assert shown(reading, CODES) == key
    assert reading.void_reason in VoidReason.values


@pytest.mark.parametrize(
    ("method", "typed", "reason"),
    [
        ("single", "", BadCard.NOT_UNDERSTOOD),
        ("single", "x", BadCard.NOT_UNDERSTOOD),
        ("single", "²", BadCard.NOT_UNDERSTOOD),
        ("single", "5", BadCard.NO_SUCH_OPTION),
        ("approval", "1 1", BadCard.TWICE),
        ("points", "1 2", BadCard.NOT_UNDERSTOOD),
        ("points", "1=1 1=2", BadCard.TWICE),
        ("ranked", "1 2 3 4 1 2", BadCard.TOO_MANY_RANKS),
    ],
)
def test_what_cannot_be_read(method, typed, reason):
    with pytest.raises(BadCard) as error:
        read_card(RULES[Method(method)], typed, CODES)
    assert error.value.reason == reason
