"""The receipt: a signed promise that a commitment will stand in the public log.

It says nothing about the choice, the voter or the hour. Ed25519 is deterministic and the date
comes from the plebiscite, so the same commitment always gets the same promise and none has to be
stored.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from plebiscite.ballots import short_code

PROMISE_DOMAIN = "hajnowka-odnowa/plebiscite/promise/1"


@dataclass(frozen=True)
class Promise:
    """`published_by` is the day by which the commitment will be public."""

    plebiscite: str
    manifest_hash: bytes
    commitment: bytes
    published_by: datetime.date
    signature: bytes

    @property
    def code(self) -> str:
        """The commitment's beginning, to be copied by hand."""
        return short_code(self.commitment)

    @property
    def text(self) -> str:
        """What is signed."""
        return _text(self.plebiscite, self.manifest_hash, self.commitment, self.published_by)


def new_signing_key() -> tuple[bytes, bytes]:
    """A pair of keys for the promises of one vote: public, private."""
    key = SigningKey.generate()
    return bytes(key.verify_key), bytes(key)


def promise(
    *,
    plebiscite: str,
    manifest_hash: bytes,
    commitment: bytes,
    published_by: datetime.date,
    private_key: bytes,
) -> Promise:
    """The signed promise for one commitment."""
    text = _text(plebiscite, manifest_hash, commitment, published_by)
    signature = SigningKey(private_key).sign(text.encode("ascii")).signature
    return Promise(plebiscite, manifest_hash, commitment, published_by, signature)


def is_genuine(given: Promise, *, public_key: bytes) -> bool:
    """Whether the promise was signed for this vote."""
    try:
        VerifyKey(public_key).verify(given.text.encode("ascii"), given.signature)
    except BadSignatureError:
        return False
    return True


def _text(
    plebiscite: str, manifest_hash: bytes, commitment: bytes, published_by: datetime.date
) -> str:
    lines = (
        PROMISE_DOMAIN,
        plebiscite,
        manifest_hash.hex(),
        commitment.hex(),
        published_by.isoformat(),
    )
    return "".join(f"{line}\n" for line in lines)
