"""What the log's key signs: checkpoints of the log, and the bundle."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from nacl.signing import SigningKey

CHECKPOINT_DOMAIN = "hajnowka-odnowa/plebiscite/checkpoint/1"
BUNDLE_DOMAIN = "hajnowka-odnowa/plebiscite/bundle/1"


@dataclass(frozen=True)
class Checkpoint:
    """How long the log is and what its last digest is. `next_key` signs all that follow, if any."""

    number: int
    size: int
    root: bytes
    next_key: bytes
    signature: bytes

    def as_dict(self) -> dict[str, object]:
        """As it stands in checkpoints.jsonl."""
        return {
            "number": self.number,
            "size": self.size,
            "root": self.root.hex(),
            "next_key": self.next_key.hex(),
            "signature": self.signature.hex(),
        }


def sign_checkpoint(
    *,
    plebiscite: str,
    manifest_hash: bytes,
    number: int,
    size: int,
    root: bytes,
    private_key: bytes,
    next_key: bytes = b"",
) -> Checkpoint:
    """A signed checkpoint; with `next_key` it hands the signing over."""
    lines = (
        CHECKPOINT_DOMAIN,
        plebiscite,
        manifest_hash.hex(),
        str(number),
        str(size),
        root.hex(),
        next_key.hex() or "-",
    )
    signature = _sign(private_key, lines)
    return Checkpoint(number, size, root, next_key, signature)


def sign_sums(*, plebiscite: str, manifest_hash: bytes, sums: bytes, private_key: bytes) -> bytes:
    """The signature of a bundle: of the hash of its list of hashes."""
    digest = hashlib.sha256(sums).hexdigest()
    return _sign(private_key, (BUNDLE_DOMAIN, plebiscite, manifest_hash.hex(), digest))


def public_half(private_key: bytes) -> bytes:
    """The public key to a private one."""
    return bytes(SigningKey(private_key).verify_key)


def _sign(private_key: bytes, lines: tuple[str, ...]) -> bytes:
    text = "".join(f"{line}\n" for line in lines)
    return bytes(SigningKey(private_key).sign(text.encode("ascii")).signature)
