"""The short code printed on a confirmation. Pure.

It is made from the snapshot's SHA-256, so it is right for one content alone; whoever has only the
number cannot guess it (80 bits).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

_PURPOSE = b"incubator.confirmation\0"
_BYTES = 10


def code_of(sha256: str) -> str:
    """The code for a snapshot's digest, in groups of four: `ABCD-EFGH-IJKL-MNOP`."""
    made = hashlib.sha256(_PURPOSE + bytes.fromhex(sha256)).digest()[:_BYTES]
    text = base64.b32encode(made).decode()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def same_code(typed: str, sha256: str) -> bool:
    """Whether somebody typed this snapshot's code; nought and one pass for the letters."""
    letters = re.sub(r"[^A-Z0-9]", "", typed.upper()).replace("0", "O").replace("1", "I")
    return hmac.compare_digest(letters.encode(), code_of(sha256).replace("-", "").encode())
