"""Ed25519 signing without PyNaCl, for Pythons that do not have it (RFC 8032, slow, for tests)."""

from __future__ import annotations

import hashlib
import sys
import types

from plebiscite.verifier import verify


def _packed(point: tuple[int, int, int, int]) -> bytes:
    inverse = pow(point[2], verify.P - 2, verify.P)
    x, y = point[0] * inverse % verify.P, point[1] * inverse % verify.P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _number(raw: bytes) -> int:
    return int.from_bytes(raw, "little")


class SigningKey:
    """What the code under test uses of PyNaCl's class."""

    def __init__(self, seed: bytes) -> None:
        digest = hashlib.sha512(seed).digest()
        self.secret = _number(digest[:32]) & (1 << 254) - 8 | 1 << 254
        self.prefix = digest[32:]
        self.verify_key = _packed(verify.point_times(self.secret, verify.BASE))

    def sign(self, message: bytes) -> types.SimpleNamespace:
        r = _number(hashlib.sha512(self.prefix + message).digest()) % verify.Q
        head = _packed(verify.point_times(r, verify.BASE))
        h = _number(hashlib.sha512(head + self.verify_key + message).digest()) % verify.Q
        s = (r + h * self.secret) % verify.Q
        return types.SimpleNamespace(signature=head + s.to_bytes(32, "little"))


def install() -> None:
    """Puts this in PyNaCl's place."""
    module = types.ModuleType("nacl.signing")
    module.SigningKey = SigningKey  # type: ignore[attr-defined]
    sys.modules["nacl"], sys.modules["nacl.signing"] = types.ModuleType("nacl"), module
