"""Sealed votes: of one size, opened by one key, known again by their tag."""

from __future__ import annotations

import pytest

from plebiscite.sealing import (
    BrokenSeal,
    SealedVote,
    commitment_tag,
    new_keys,
    padded_size,
    seal,
    unseal,
)

PUBLIC, PRIVATE = new_keys()


def vote(ballot: str = "single:M1", channel: str = "account") -> SealedVote:
    return SealedVote(commitment=b"c" * 32, nonce=b"n" * 16, ballot=ballot, channel=channel)


def test_what_was_sealed_comes_out():
    for channel in ("account", "code", "paper"):
        given = vote(channel=channel)
        assert unseal(seal(given, public_key=PUBLIC, size=128), private_key=PRIVATE) == given


def test_every_vote_has_the_same_size_whatever_was_chosen():
    size = padded_size(len("single:M100"))
    blobs = [
        seal(vote(ballot), public_key=PUBLIC, size=size)
        for ballot in ("single:", "single:M1", "single:M100")
    ]
    assert {len(blob) for blob in blobs} == {size + 48}


def test_sealing_the_same_twice_gives_different_bytes():
    assert seal(vote(), public_key=PUBLIC, size=128) != seal(vote(), public_key=PUBLIC, size=128)


def test_nothing_of_the_content_stands_in_the_blob():
    blob = seal(vote(), public_key=PUBLIC, size=128)
    for part in (b"single", b"M1", b"c" * 8, b"n" * 8):
        assert part not in blob


def test_another_key_and_changed_bytes_open_nothing():
    blob = seal(vote(), public_key=PUBLIC, size=128)
    _other_public, other_private = new_keys()
    with pytest.raises(BrokenSeal):
        unseal(blob, private_key=other_private)
    for position in (0, 40, len(blob) - 1):
        changed = bytearray(blob)
        changed[position] ^= 1
        with pytest.raises(BrokenSeal):
            unseal(bytes(changed), private_key=PRIVATE)
    with pytest.raises(BrokenSeal):
        unseal(b"", private_key=PRIVATE)


def test_a_ballot_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match="longer"):
        seal(vote("x" * 200), public_key=PUBLIC, size=128)


def test_sizes_come_in_steps_and_fit():
    assert padded_size(0) == padded_size(1) == 64
    for longest in (1, 12, 13, 76, 77, 3000):
        seal(vote("x" * longest), public_key=PUBLIC, size=padded_size(longest))


def test_a_tag_needs_its_key():
    assert commitment_tag(b"k" * 32, b"c" * 32) == commitment_tag(b"k" * 32, b"c" * 32)
    assert commitment_tag(b"k" * 32, b"c" * 32) != commitment_tag(b"l" * 32, b"c" * 32)
