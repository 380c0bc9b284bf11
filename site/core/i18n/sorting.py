"""Sort keys that every PostgreSQL orders alike, whatever collation it was created with.

A key holds ASCII digits and lower-case letters only, whose order no collation changes. Letters
stand in the language's own order: in Polish ć follows c as a letter of its own, in Belarusian ё
follows е and ў follows у; in Italian and English an accent only decides between equal words.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from core.i18n.languages import resolve

_LATIN = "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż"
_ALPHABETS = {
    "pl": _LATIN,
    "be": "абвгґдеёжзіийклмнопрстуўфхцчшщъыьэюя",
    "en": "abcdefghijklmnopqrstuvwxyz",
    "it": "abcdefghijklmnopqrstuvwxyz",
}
# Letters that Unicode does not take apart.
_BASES = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "ŧ": "t"})
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_APOSTROPHES = "'’ʼ`´"

# Two digits of base 36 each, in this order: end, space, numbers (by length), letters.
_END, _SPACE = "00", "01"
_FIRST_NUMBER = 2
_LONGEST_NUMBER = 33
_FIRST_LETTER = _FIRST_NUMBER + _LONGEST_NUMBER + 1


@cache
def _letters(language: str) -> dict[str, str]:
    """The code of every letter: the language's own alphabet first, then the other script's."""
    other = _ALPHABETS["pl"] if language == "be" else _ALPHABETS["be"]
    letters = _ALPHABETS[language] + other
    return {letter: _pair(_FIRST_LETTER + at) for at, letter in enumerate(letters)}


def _pair(number: int) -> str:
    return _DIGITS[number // 36] + _DIGITS[number % 36]


def sort_key(text: str, language: str | None = None) -> str:
    """A key for an ordinary text column; compare keys of one language only.

    Case and accents foreign to the language count only between otherwise equal texts, spaces
    come before letters, punctuation does not count, and numbers stand by their value
    ("Sala 2" before "Sala 10").
    """
    letters = _letters(resolve(language))
    primary: list[str] = []
    accents: list[str] = []
    cases: list[str] = []
    text = unicodedata.normalize("NFC", text.strip())
    at = 0
    while at < len(text):
        char = text[at]
        if char.isdecimal():
            end = at
            while end < len(text) and text[end].isdecimal():
                end += 1
            primary.extend(_number(text[at:end]))
            accents.append("1")
            cases.append("1")
            at = end
            continue
        at += 1
        if char in _APOSTROPHES:
            continue
        codes = _codes(char, letters)
        if not codes:
            if primary and primary[-1] != _SPACE:
                primary.append(_SPACE)
            continue
        primary.extend(codes)
        accents.append("1" if char.lower() in letters else "2")
        cases.append("2" if char != char.lower() else "1")
    while primary and primary[-1] == _SPACE:
        primary.pop()
    ties = "".join(accents).rstrip("1") + "0" + "".join(cases).rstrip("1")
    return "".join(primary) + _END + ties.rstrip("0")


def _codes(char: str, letters: dict[str, str]) -> list[str]:
    """The codes of one character; of its base letters where it is not in the alphabet."""
    lower = char.lower()
    if lower in letters:
        return [letters[lower]]
    plain = unicodedata.normalize("NFKD", lower.translate(_BASES).casefold())
    return [letters[base] for base in plain if base in letters]


def _number(digits: str) -> list[str]:
    """A run of digits so that shorter, then smaller numbers come first."""
    plain = "".join(str(unicodedata.decimal(digit)) for digit in digits).lstrip("0") or "0"
    parts = [plain[at : at + _LONGEST_NUMBER] for at in range(0, len(plain), _LONGEST_NUMBER)]
    return [_pair(_FIRST_NUMBER + len(part) - 1) + part for part in parts]
