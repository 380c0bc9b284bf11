"""The receipt is a signature anybody can check, and the same every time."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from plebiscite.promises import is_genuine, new_signing_key, promise

PUBLIC, PRIVATE = new_signing_key()
GIVEN = {
    "plebiscite": "0b8a",
    "manifest_hash": b"m" * 32,
    "commitment": b"c" * 32,
    "published_by": datetime.date(2026, 12, 1),
}


def test_it_is_genuine_and_always_the_same():
    one, two = promise(**GIVEN, private_key=PRIVATE), promise(**GIVEN, private_key=PRIVATE)
    assert one == two
    assert is_genuine(one, public_key=PUBLIC)


@pytest.mark.parametrize(
    "change",
    [
        {"plebiscite": "0b8b"},
        {"manifest_hash": b"x" * 32},
        {"commitment": b"x" * 32},
        {"published_by": datetime.date(2026, 12, 2)},
        {"signature": b"s" * 64},
    ],
)
def test_nothing_in_it_can_be_changed(change):
    changed = dataclasses.replace(promise(**GIVEN, private_key=PRIVATE), **change)
    assert not is_genuine(changed, public_key=PUBLIC)


def test_the_text_holds_five_lines_and_nothing_of_the_voter_or_the_choice():
    assert promise(**GIVEN, private_key=PRIVATE).text == (
        f"hajnowka-odnowa/plebiscite/promise/1\n0b8a\n{'6d' * 32}\n{'63' * 32}\n2026-12-01\n"
    )
