"""Sort keys: the alphabets of four languages, alike on any PostgreSQL."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.i18n.languages import CODES
from core.i18n.sorting import sort_key

WORDS = {
    "pl": [
        "ajerkoniak", "Ala", "ałun", "ambona", "ąse", "bór", "cukier", "ćma", "dąb", "Hajnówka",
        "lubić", "łapa", "mak", "osa", "ósmy", "sad", "świt", "zupa", "źrebak", "żaba",
    ],
    "be": [
        "абрус", "воля", "ель", "ельнік", "ёлка", "ён", "жубр", "зубр", "іскра", "йод", "лес",
        "уюн", "ўласны", "фарба", "цэнтр", "чачот", "шум", "ыш", "эпас", "юнак", "ява",
    ],
    "it": ["acqua", "bar", "caffè", "caffetteria", "città", "cittadino", "età", "etica", "zia"],
    "en": ["apple", "café", "cafés", "centre", "day-room", "dayroom", "Zoo"],
}  # fmt: skip


@pytest.mark.parametrize("language", CODES)
def test_each_alphabet(language):
    shuffled = WORDS[language][:]
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=lambda word: sort_key(word, language)) == WORDS[language]


def test_polish_letters_are_letters_not_accents():
    words = ["żaba", "zupa", "źrebak", "łapa", "lubić", "ćma", "cukier"]
    assert sorted(words, key=lambda word: sort_key(word, "pl")) == [
        "cukier", "ćma", "lubić", "łapa", "zupa", "źrebak", "żaba",
    ]  # fmt: skip
    # In English the same words stand by their plain letters.
    assert sorted(words, key=lambda word: sort_key(word, "en")) == [
        "ćma", "cukier", "łapa", "lubić", "żaba", "źrebak", "zupa",
    ]  # fmt: skip


def test_belarusian_yo_and_short_u_are_letters():
    words = ["ёмкі", "еўра", "жыта", "ўсё", "уюн", "фара"]
    assert sorted(words, key=lambda word: sort_key(word, "be")) == [
        "еўра", "ёмкі", "жыта", "уюн", "ўсё", "фара",
    ]  # fmt: skip


def test_the_scripts_own_language_comes_first():
    assert sort_key("Яна", "be") < sort_key("Anna", "be")
    assert sort_key("Zofia", "pl") < sort_key("Анна", "pl")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Sala 2", "Sala 10"),
        ("Sala 9", "Sala 10a"),
        ("2", "a"),
        ("Dom kultury", "Domek"),  # a space before any letter
        ("dom", "Dom"),
        ("Dom", "doma"),
        ("caffe", "caffè"),
        ("caffè", "caffetteria"),
        ("1 Maja", "3 Maja"),
        ("sąd", "sąd okręgowy"),
        ("„Akson”", "Bajka"),  # marks do not count
    ],
)
def test_pairs(first, second):
    language = "it" if "caff" in first else "pl"
    assert sort_key(first, language) < sort_key(second, language)


def test_apostrophes_and_marks_do_not_count():
    assert sort_key("сям'я", "be") == sort_key("сям’я", "be")
    assert sort_key("Fundacja „KAJA”", "pl") == sort_key("Fundacja KAJA", "pl")


def test_decomposed_letters_sort_like_composed_ones():
    assert sort_key("z\u0307aba", "pl") == sort_key("żaba", "pl")


@settings(deadline=None)
@given(st.text(max_size=40), st.sampled_from(CODES))
def test_a_key_is_plain_ascii_whatever_comes(text, language):
    assert re.fullmatch(r"[0-9a-z]*", sort_key(text, language))


@settings(deadline=None)
@given(
    st.text(alphabet="aąbcćzźżAŻ 12", max_size=12),
    st.text(alphabet="aąbcćzźżAŻ 12", max_size=12),
)
def test_a_longer_word_follows_its_beginning(text, more):
    assert sort_key(text, "pl") <= sort_key(text + "a" + more, "pl")


@pytest.mark.database
@pytest.mark.django_db
def test_postgresql_orders_the_keys_as_python_does():
    from django.db import connection

    keys = [sort_key(word, "pl") for word in WORDS["pl"] + ["Sala 2", "Sala 10", "dom", "Dom"]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM unnest(%s) AS key ORDER BY key", [keys])
        assert [row[0] for row in cursor.fetchall()] == sorted(keys)
