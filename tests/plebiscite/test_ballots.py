"""Ballots and commitments, written the way others have to write them."""

from __future__ import annotations

import hashlib

import pytest

from plebiscite.ballots import (
    BadBallot,
    commitment,
    longest_ballot,
    new_nonce,
    read_ballot,
    read_hex,
    short_code,
    write_ballot,
)
from plebiscite.tally import Method, Ruleset

SINGLE = Ruleset()
APPROVAL = Ruleset(Method.APPROVAL, max_picks=2)
POINTS = Ruleset(Method.POINTS, points_total=5, points_cap=3)
RANKED = Ruleset(Method.RANKED, max_ranks=3)
CODES = ("M1", "M2", "M10")


def test_one_choice_and_a_blank_ballot():
    assert write_ballot(SINGLE, ["M2"], CODES) == "single:M2"
    assert write_ballot(SINGLE, [], CODES) == "single:"
    assert write_ballot(SINGLE, ["M2", "M2"], CODES) == "single:M2"
    assert read_ballot("single:M10", SINGLE, CODES) == (("M10",),)
    assert read_ballot("single:", SINGLE, CODES) == ()


@pytest.mark.parametrize(
    ("picks", "reason"),
    [
        (["M3"], BadBallot.UNKNOWN_OPTION),
        (["M1", "M2"], BadBallot.TOO_MANY),
        (["m1"], BadBallot.UNKNOWN_OPTION),
        (["M1\n"], BadBallot.UNKNOWN_OPTION),
        (["M1", "X"], BadBallot.UNKNOWN_OPTION),
    ],
)
def test_what_is_not_a_ballot_says_why(picks, reason):
    with pytest.raises(BadBallot) as refusal:
        write_ballot(SINGLE, picks, CODES)
    assert refusal.value.reason == reason


@pytest.mark.parametrize("text", ["", "single", "M1", "single:M1,M2", "approval:M1", " single:M1"])
def test_a_ballot_is_read_in_one_way_only(text):
    with pytest.raises(BadBallot):
        read_ballot(text, SINGLE, CODES)


def test_the_longest_ballot_is_the_longest():
    longest = max(len(write_ballot(SINGLE, [code], CODES)) for code in CODES)
    assert longest_ballot(SINGLE, CODES) == longest


@pytest.mark.parametrize(
    ("rules", "picks", "text", "counted"),
    [
        (APPROVAL, ["M2", "M1"], "approval:M1,M2", (("M1",), ("M2",))),
        (APPROVAL, [], "approval:", ()),
        (POINTS, {"M2": 2, "M1": 3, "M10": 0}, "points:M1=3,M2=2", (("M1", 3), ("M2", 2))),
        (POINTS, {}, "points:", ()),
        (RANKED, ["M10", "M1"], "ranked:M10>M1", (("M10",), ("M1",))),
        (RANKED, [], "ranked:", ()),
    ],
)
def test_every_method_has_one_way_to_write_a_ballot(rules, picks, text, counted):
    assert write_ballot(rules, picks, CODES) == text
    assert read_ballot(text, rules, CODES) == counted
    assert len(text) <= longest_ballot(rules, CODES)


@pytest.mark.parametrize(
    ("rules", "picks", "reason"),
    [
        (APPROVAL, CODES, BadBallot.TOO_MANY),
        (RANKED, ["M1", "M3"], BadBallot.UNKNOWN_OPTION),
        (POINTS, {"M1": 4}, BadBallot.TOO_MANY),
        (POINTS, {"M1": 3, "M2": 3}, BadBallot.TOO_MANY),
        (POINTS, {"M1": -1}, BadBallot.MALFORMED),
        (POINTS, {"X": 1}, BadBallot.UNKNOWN_OPTION),
        (POINTS, ["M1"], BadBallot.MALFORMED),
        (SINGLE, {"M1": 1}, BadBallot.MALFORMED),
    ],
)
def test_no_method_takes_more_than_it_allows(rules, picks, reason):
    with pytest.raises(BadBallot) as refusal:
        write_ballot(rules, picks, CODES)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        (APPROVAL, "approval:M2,M1"),
        (APPROVAL, "approval:M1,M1"),
        (APPROVAL, "approval:M1,"),
        (POINTS, "points:M1=03"),
        (POINTS, "points:M1=0"),
        (POINTS, "points:M2=1,M1=1"),
        (POINTS, "points:M1"),
        (POINTS, "points:M1=1,M1=1"),
        (RANKED, "ranked:M1>"),
        (RANKED, "ranked:M1>M2>M10>M1"),
        (RANKED, "ranked:M2=M1"),
        (RANKED, "ranked:M1=M1"),
        (RANKED, "ranked:" + "M1=M10=M2>" * 90),
        (RANKED, "ranked:X"),
    ],
)
def test_a_ballot_that_is_not_canonical_is_refused(rules, text):
    with pytest.raises(BadBallot):
        read_ballot(text, rules, CODES)


def test_paper_has_edges_that_no_screen_has():
    assert read_ballot("ranked:M1>>M2", RANKED, CODES) == (("M1",), (), ("M2",))
    assert read_ballot("ranked:M1=M2>M1", RANKED, CODES) == (("M1", "M2"), ("M1",))


def test_the_commitment_is_the_hash_of_five_lines():
    nonce, manifest = bytes(range(16)), bytes(range(32))
    text = (
        "hajnowka-odnowa/plebiscite/commitment/1\n"
        "0b8a\n"
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
        "single:M2\n"
        "000102030405060708090a0b0c0d0e0f\n"
    )
    given = commitment(plebiscite="0b8a", manifest_hash=manifest, ballot="single:M2", nonce=nonce)
    assert given == hashlib.sha256(text.encode()).digest()


def test_every_part_changes_the_commitment():
    base = {
        "plebiscite": "a",
        "manifest_hash": bytes(32),
        "ballot": "single:M1",
        "nonce": bytes(16),
    }
    changes = [
        {},
        {"plebiscite": "b"},
        {"manifest_hash": bytes(31) + b"1"},
        {"ballot": "single:"},
        {"nonce": bytes(15) + b"1"},
    ]
    assert len({commitment(**{**base, **change}) for change in changes}) == len(changes)


def test_no_part_can_smuggle_a_line():
    with pytest.raises(ValueError, match="line break"):
        commitment(plebiscite="a\nb", manifest_hash=bytes(32), ballot="x", nonce=bytes(16))


def test_nonces_have_128_bits_and_differ():
    nonces = {new_nonce() for _ in range(1000)}
    assert len(nonces) == 1000
    assert {len(nonce) for nonce in nonces} == {16}


def test_hex_is_read_strictly():
    assert read_hex("00ff", 2) == b"\x00\xff"
    for text in ("00FF", "0ff", "00ff00", "zz00", "００ff", ""):
        with pytest.raises(BadBallot):
            read_hex(text, 2)


def test_the_short_code_is_the_first_sixty_bits():
    assert short_code(bytes(32)) == "0000-0000-0000"
    assert short_code(b"\xff" * 32) == "ZZZZ-ZZZZ-ZZZZ"
    assert short_code(bytes(range(32))) == "000G-40R4-0M30"
    assert short_code(b"\x80" + bytes(31)) == "G000-0000-0000"
