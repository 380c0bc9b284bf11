"""Telling people apart without keeping who they are.

The voter register holds keyed digests of what people declare. The key, a pepper for each
plebiscite, stands outside of the database; once it is destroyed the digests mean nothing.

The first digest is of name, birth date and address, the second of name and birth date alone:
somebody who has moved house or mistyped a street must not get a second vote.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
from dataclasses import dataclass

from core.i18n.folding import fold

PEPPER_SIZE = 32

_BETWEEN = re.compile(r"[,;\n]")
_WORDS = re.compile(r"[^\W_]+")
# "25/1", "25 m. 1", "25 lok. 1" are one address; so are "ul. Zina" and "Zina".
_SAID_OR_NOT = frozenset(
    "ul ulica al aleja aleje os osiedle pl plac m mieszkanie lok lokal nr numer dom".split()
)
_SAID_OR_NOT_CYRILLIC = frozenset("вул вуліца кв кватэра д дом".split())
# Belarusian letters as a Polish registrar writes them down, after folding: Новак is Nowak.
_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "w", "г": "h", "ґ": "g", "д": "d", "е": "ie", "ж": "z",
        "з": "z", "і": "i", "й": "j", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
        "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "ch", "ц": "c",
        "ч": "cz", "ш": "sz", "щ": "szcz", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "ju",
        "я": "ja",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """What somebody declares about themselves."""

    name: str
    birth_date: datetime.date
    street: str
    postal_code: str
    #: For the turnout alone; it tells nobody apart.
    district: str = ""


def normalise_name(name: str) -> str:
    """The words of a name without case and accents, in alphabetical order, in Latin letters."""
    return " ".join(sorted(_latin(word) for word in _WORDS.findall(fold(name))))


def normalise_address(street: str, postal_code: str) -> str:
    """Street, house and flat, and the digits of the postal code.

    The town is left out: the code names it, and people write it in two languages.
    """
    words = [
        _latin(word)
        for word in _WORDS.findall(fold(street))
        if word not in _SAID_OR_NOT and word not in _SAID_OR_NOT_CYRILLIC
    ]
    return " ".join([*words, _digits(postal_code)])


def places(text: str) -> list[str]:
    """The postal codes and towns of a list that is parted by commas or lines."""
    return [one for part in _BETWEEN.split(text) if (one := " ".join(part.split()))]


def is_covered(listed: list[str], *, postal_code: str = "", town: str = "") -> bool:
    """Whether a code or a town is among the listed ones; where none of a kind is listed, any is.

    A town may be written with more around it ("miasto Hajnówka") and without accents.
    """
    codes = {_digits(one) for one in listed if _is_code(one)}
    towns = [_words(one) for one in listed if not _is_code(one)]
    if postal_code and codes and _digits(postal_code) not in codes:
        return False
    return not (town and towns) or any(f" {one} " in f" {_words(town)} " for one in towns)


def _is_code(text: str) -> bool:
    return not any(char.isalpha() for char in text)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _words(text: str) -> str:
    return " ".join(_WORDS.findall(fold(text)))


def person_key(pepper: bytes, person: Person) -> bytes:
    """The digest that stands for one person at one address."""
    address = normalise_address(person.street, person.postal_code)
    return _digest(pepper, "person", *_who(person), address)


def second_key(pepper: bytes, person: Person) -> bytes:
    """The digest that stands for the person wherever they live."""
    return _digest(pepper, "second", *_who(person))


def account_key(pepper: bytes, account: int) -> bytes:
    """The digest that stands for an account of the platform."""
    return _digest(pepper, "account", str(account))


def _who(person: Person) -> tuple[str, str]:
    return normalise_name(person.name), person.birth_date.isoformat()


def _latin(word: str) -> str:
    return word.translate(_CYRILLIC)


def _digest(pepper: bytes, *parts: str) -> bytes:
    if len(pepper) != PEPPER_SIZE:
        raise ValueError("a pepper has 32 bytes")
    return hmac.digest(pepper, "\0".join(parts).encode(), hashlib.sha256)
