"""Closing a ballot so that only the worker can open it.

The web process knows the public key alone. What it seals has the same size whatever was chosen:
the size is a property of the vote, stated in its manifest.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from plebiscite.ballots import COMMITMENT_SIZE, NONCE_SIZE

_VERSION = 1
_CHANNELS = {"account": 1, "code": 2, "paper": 3}
_CHANNEL_NAMES = {number: name for name, number in _CHANNELS.items()}
# Version, channel, commitment, nonce, length of the ballot.
_HEAD = 2 + COMMITMENT_SIZE + NONCE_SIZE + 2
#: Sizes are multiples of this, so that they say little about the longest ballot either.
_STEP = 64


class BrokenSeal(ValueError):
    """The bytes were not sealed for this key, or are not what `seal` writes."""


@dataclass(frozen=True)
class SealedVote:
    """What is inside: the commitment, what opens it, and the way the vote came in."""

    commitment: bytes
    nonce: bytes
    ballot: str
    channel: str


def new_keys() -> tuple[bytes, bytes]:
    """A pair of keys for one vote: public, private."""
    key = PrivateKey.generate()
    return bytes(key.public_key), bytes(key)


def padded_size(longest_ballot: int) -> int:
    """How many bytes are sealed, for ballots of at most `longest_ballot` bytes."""
    return -(-(_HEAD + longest_ballot) // _STEP) * _STEP


def seal(vote: SealedVote, *, public_key: bytes, size: int) -> bytes:
    """`vote` for the holder of the private key; the result is `size` plus 48 bytes long."""
    text = vote.ballot.encode("ascii")
    head = bytes([_VERSION, _CHANNELS[vote.channel]])
    plain = head + vote.commitment + vote.nonce + len(text).to_bytes(2) + text
    if len(plain) > size:
        raise ValueError("the ballot is longer than this vote allows")
    return SealedBox(PublicKey(public_key)).encrypt(plain.ljust(size, b"\0"))


def unseal(blob: bytes, *, private_key: bytes) -> SealedVote:
    """What `seal` was given. Raises BrokenSeal."""
    try:
        plain = SealedBox(PrivateKey(private_key)).decrypt(bytes(blob))
    except (CryptoError, ValueError, TypeError):
        # Without the cause: it may quote what it could not read.
        raise BrokenSeal("this was not sealed for this key") from None
    length = int.from_bytes(plain[_HEAD - 2 : _HEAD])
    is_whole = len(plain) >= _HEAD + length and not plain[_HEAD + length :].strip(b"\0")
    if not is_whole or plain[0] != _VERSION or plain[1] not in _CHANNEL_NAMES:
        raise BrokenSeal("this is not a sealed vote")
    return SealedVote(
        commitment=plain[2 : 2 + COMMITMENT_SIZE],
        nonce=plain[2 + COMMITMENT_SIZE : _HEAD - 2],
        ballot=plain[_HEAD : _HEAD + length].decode("ascii", "replace"),
        channel=_CHANNEL_NAMES[plain[1]],
    )


def commitment_tag(tag_key: bytes, commitment: bytes) -> bytes:
    """What the inbox holds of a commitment: enough to know it again, useless without the key."""
    return hmac.digest(tag_key, commitment, hashlib.sha256)
