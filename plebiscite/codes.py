"""One-time codes: how they are drawn, written, typed and hashed. Pure.

    H7KM2-QXD9V-3TRA8-0WZ5C

Four groups of five characters. In each group four are drawn (80 random bits in all) and the fifth
is computed from them and from the place of the group, over the field of 32 elements: one wrong
character, two swapped characters and two swapped groups are all noticed, and it can be said which
group does not fit.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence

DOMAIN = "hajnowka-odnowa/plebiscite/code/1"
GROUPS, DRAWN = 4, 4
GROUP_SIZE = DRAWN + 1
#: Characters of a whole code, without what parts its groups.
SIZE = GROUPS * GROUP_SIZE

# Crockford's base 32: no I, L, O, U.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(LETTERS)}
# What people read or type instead: a letter for a digit, or the Cyrillic letter of one shape.
_MEANT = str.maketrans("OILАВЕКМНРСТХОІ", "011ABEKMHPCTX01")
_MODULUS = 0b100101


class BadCode(ValueError):
    """What was typed is no code; `groups` are those (from 1) that cannot be right."""

    LENGTH = "length"
    CHARACTER = "character"
    CHECK = "check"

    def __init__(self, reason: str, groups: tuple[int, ...] = (), length: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.groups = groups
        #: How many characters were typed.
        self.length = length


def new_code() -> str:
    """A code that nobody can guess, as it is printed: with its groups parted."""
    return write_code([secrets.randbelow(len(LETTERS)) for _number in range(GROUPS * DRAWN)])


def write_code(values: Sequence[int]) -> str:
    """The code of 16 values below 32, with its check characters, as it is printed."""
    groups = []
    for place, start in enumerate(range(0, GROUPS * DRAWN, DRAWN), start=1):
        drawn = list(values[start : start + DRAWN])
        groups.append("".join(LETTERS[value] for value in [*drawn, _check(drawn, place)]))
    return "-".join(groups)


def read_code(text: str) -> str:
    """A typed code as it is hashed: 20 characters. Case, spaces and dashes do not matter.

    Raises BadCode.
    """
    typed = meant(text)
    if len(typed) != SIZE:
        raise BadCode(BadCode.LENGTH, length=len(typed))
    groups = [typed[start : start + GROUP_SIZE] for start in range(0, SIZE, GROUP_SIZE)]
    strange = _places(any(char not in _VALUES for char in group) for group in groups)
    if strange:
        raise BadCode(BadCode.CHARACTER, strange, SIZE)
    wrong = _places(
        not _fits([_VALUES[char] for char in group], place)
        for place, group in enumerate(groups, start=1)
    )
    if wrong:
        raise BadCode(BadCode.CHECK, wrong, SIZE)
    return typed


def meant(text: str) -> str:
    """The characters of a typed code or receipt: capitals, letters that look alike put right."""
    return "".join(char for char in text.upper().translate(_MEANT) if char.isalnum())


def code_digest(plebiscite: str, code: str) -> bytes:
    """SHA-256 over three lines: domain, id of the plebiscite, the 20 characters.

    With 80 random bits nobody can find a code to a digest, so the digests of all printed codes
    are public. Raises ValueError for a code that `read_code` has not given.
    """
    if len(code) != SIZE or any(char not in _VALUES for char in code):
        raise ValueError("not a code as `read_code` gives it")
    return hashlib.sha256(f"{DOMAIN}\n{plebiscite}\n{code}\n".encode("ascii")).digest()


def _places(flags: Iterable[bool]) -> tuple[int, ...]:
    return tuple(place for place, flag in enumerate(flags, start=1) if flag)


def _times_alpha(value: int) -> int:
    value <<= 1
    return value ^ _MODULUS if value & 32 else value


def _check(values: list[int], place: int) -> int:
    """The fifth value: the drawn ones, each times another power of the field's generator."""
    total = 0
    for value in values:
        total = _times_alpha(total ^ value)
    return total ^ place


def _fits(values: list[int], place: int) -> bool:
    return _check(values[:DRAWN], place) == values[DRAWN]
