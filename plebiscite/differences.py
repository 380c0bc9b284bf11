"""What has changed from one revision of a text to the next, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Piece:
    """A stretch of text: `kind` is same, added or removed."""

    kind: str
    text: str


def compare(before: str, after: str) -> list[Piece]:
    """The pieces of both texts in reading order; what was removed stands before what was added."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Piece] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[start:end])))
            continue
        if end > start:
            pieces.append(Piece("removed", "".join(old[start:end])))
        if new_end > new_start:
            pieces.append(Piece("added", "".join(new[new_start:new_end])))
    return pieces


def differ(pieces: list[Piece]) -> bool:
    """Whether anything has changed."""
    return any(piece.kind != "same" for piece in pieces)
