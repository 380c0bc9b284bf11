"""Search folding: one form for everything a person may type for the same word.

`fold` removes case, accents and what keyboards differ in; `stems` also removes endings. Texts are
indexed and queries are read with the same functions, so "swietlica" finds "świetlicami".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import snowballstemmer

from core.i18n.languages import resolve

# Letters that Unicode does not take apart into a base and a mark. Belarusian is typed on Russian
# keyboards too, which have и where it has і.
_BASES = str.maketrans(
    {"ł": "l", "đ": "d", "ð": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "и": "і"}
)
_WITHOUT_SIGN = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]|(?<=\w)['’ʼ`´](?=\w)")
_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")


def fold(text: str) -> str:
    """`text` without case, accents, apostrophes in words and invisible characters.

    ł, ў and ё become l, у and е; й stays, being a letter of its own; Latin "i" in a Cyrillic word
    becomes the Cyrillic one. Folding twice changes nothing more.
    """
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = _WITHOUT_SIGN.sub("", text)
    text = "".join(map(_fold_character, unicodedata.normalize("NFC", text)))
    return _WORD.sub(_one_script, text)


@lru_cache(maxsize=4096)
def _fold_character(char: str) -> str:
    if char == "й":
        return char
    bare = "".join(c for c in unicodedata.normalize("NFD", char) if not unicodedata.combining(c))
    return bare.translate(_BASES)


def _one_script(match: re.Match[str]) -> str:
    word = match[0]
    return word.replace("i", "і") if "i" in word and _CYRILLIC.search(word) else word


def words(text: str) -> list[str]:
    """The folded words of `text`, in order."""
    return _WORD.findall(fold(text))


def stems(text: str, language: str | None = None) -> list[str]:
    """The folded stems of the words of `text`, in order; for Belarusian the folded words.

    The stemmer sees folded words only, so a query without Polish letters meets the text.
    """
    language = resolve(language)
    return [stem(word, language) for word in words(text)]


@lru_cache(maxsize=65536)
def stem(word: str, language: str) -> str:
    """The stem of one folded word."""
    if language == "be" or not word.isalpha() or _CYRILLIC.search(word):
        return word
    if language == "pl":
        return _polish_stem(word)
    return _stemmer(language).stemWord(word)


@cache
def _stemmer(language: str) -> Any:
    # PyStemmer's C code where it is installed: the package chooses.
    return snowballstemmer.stemmer({"pl": "polish", "en": "english", "it": "italian"}[language])


# --- Polish: what the Snowball stemmer leaves apart ---------------------------------------------
# It removes endings; the consonants that change before them, and endings that are unknown once
# their accents are folded away, are evened out here. All forms of one word have to meet; that
# two different words meet too is harmless in a search, so the rules are few and blunt, but they
# leave stems shorter than five letters alone.

_Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]
_BEFORE: list[_Rule] = [
    (re.compile(r"(\w{3})ow$"), r"\1"),  # żubrów, seniorów
    (re.compile(r"^osob(?:a|y|e|ie|om|ami|ach)$"), "osob"),  # cut to "os" as if a verb
    (re.compile(r"(\w{2})dzie$"), r"\1d"),  # ogrodzie
    (re.compile(r"(\w{2})(ac|oc|orc|nc|kc|scyc)ie$"), lambda m: f"{m[1]}{m[2][:-1]}t"),  # oświacie
    (re.compile(r"(\w{2}[^aeiouy])ek$"), r"\1k"),  # budynek, wniosek, Hajnówek
]
_AFTER: list[_Rule] = [
    (re.compile(r"^(\w{3,})dz$"), r"\1g"),  # usłudze, drodze
    (re.compile(r"^(\w{4,})c$"), r"\1k"),  # Hajnówce, bibliotece
    (re.compile(r"^(\w{3,})rz$"), r"\1r"),  # kulturze, żubrze
    (re.compile(r"^(\w{3,}[^aeiouy])i$"), r"\1"),  # pracowni, fotografii
]
# Folded forms, or stems of forms, of words this site is full of, that no rule reaches.
_IRREGULAR = {
    "dzieck": "dziec",
    "dziecm": "dziec",
    "dziek": "dziec",
    "ludzmi": "ludz",
    "ludziom": "ludz",
    "ludziach": "ludz",
    "ludzie": "ludz",
    "ludzi": "ludz",
    "miescie": "miast",
    "bibliotk": "bibliotek",
    "dworzec": "dwork",
    "konsorcjum": "konsorcj",
    "wspar": "wspark",
}


def _polish_stem(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for pattern, replacement in _BEFORE:
        word = pattern.sub(replacement, word)
    word = _stemmer("pl").stemWord(word)
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for pattern, replacement in _AFTER:
        word = pattern.sub(replacement, word)
    return _IRREGULAR.get(word, word)
