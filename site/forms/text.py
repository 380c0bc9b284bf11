"""Text as people type and paste it."""

from __future__ import annotations

import unicodedata

#: More than this in one answer is not kept, not even in a draft.
HARD_LIMIT = 100_000
_KEPT = "\n\t"


def tidy(text: str) -> str:
    """The same text with one kind of line break, composed letters and no control signs.

    Word processors paste vertical tabs, soft hyphens between lines and zero bytes; two people who
    type the same text have to get the same bytes.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").replace("\f", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    text = "".join(sign for sign in text if sign in _KEPT or _is_visible(sign))
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """Tidied text with every run of white space as one space."""
    return " ".join(tidy(text).split())


def _is_visible(sign: str) -> bool:
    # Cc: control signs; Cs: halves of pairs, which PostgreSQL refuses. Joiners (Cf) stay: they
    # belong to emoji and to some scripts; marks of direction could hide what a text says.
    return unicodedata.category(sign) not in {"Cc", "Cs"} and sign not in _DIRECTIONS


_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
