"""Numbers of organisations: what is accepted, how it is stored and shown."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from directory import identifiers
from directory.fields import compact
from directory.identifiers import InvalidIdentifier, Problem


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("856-734-62-15", "8567346215"),
        ("646-241-41-24", "6462414124"),
        ("543-17-57-466", "5431757466"),
        ("PL 8567346215", "8567346215"),
        ("pl8567346215", "8567346215"),
        ("856 734 62 15", "8567346215"),
        ("856–734–62–15", "8567346215"),
        ("\u00a0856\u00a0734\u00a062\u00a015\n", "8567346215"),
        ("８５６７３４６２１５", "8567346215"),
    ],
)
def test_nip_is_read_however_it_is_typed(typed, stored):
    assert identifiers.compact_nip(typed) == stored


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("8567346216", Problem.CHECK_DIGIT),
        ("1234567890", Problem.CHECK_DIGIT),
        ("000-000-00-00", Problem.ZEROS),
        ("００００００００００", Problem.ZEROS),
        ("85673462", Problem.LENGTH),
        ("85673462150", Problem.LENGTH),
        ("856734621O", Problem.CHARACTERS),
        ("osiem", Problem.CHARACTERS),
        ("٨٥٦٧٣٤٦٢١٥", Problem.CHARACTERS),
        ("=8567346215", Problem.CHARACTERS),
    ],
)
def test_wrong_nip_says_what_is_wrong(typed, problem):
    with pytest.raises(InvalidIdentifier) as caught:
        identifiers.compact_nip(typed)
    assert caught.value.problem == problem


@pytest.mark.parametrize(
    "typed",
    ["192598184", "123456785", "590096454", "391023200", "12345678512347", "000531329"],
)
def test_regon_is_accepted(typed):
    assert identifiers.compact_regon(typed) == typed
    assert identifiers.compact_regon(f" {typed[:3]}-{typed[3:6]} {typed[6:]} ") == typed


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("192598183", Problem.CHECK_DIGIT),
        ("111111111", Problem.CHECK_DIGIT),
        ("12345678512348", Problem.CHECK_DIGIT),
        ("12345678612342", Problem.CHECK_DIGIT),
        ("732065834", Problem.CHECK_DIGIT),
        ("000000000", Problem.ZEROS),
        ("00000000000000", Problem.ZEROS),
        ("1925981", Problem.LENGTH),
        ("1234567851", Problem.LENGTH),
        ("19259818a", Problem.CHARACTERS),
    ],
)
def test_wrong_regon_says_what_is_wrong(typed, problem):
    with pytest.raises(InvalidIdentifier) as caught:
        identifiers.compact_regon(typed)
    assert caught.value.problem == problem


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("444333", "0000444333"),
        ("0000444333", "0000444333"),
        ("9999999901", "9999999901"),
        ("KRS 0000444333", "0000444333"),
        ("KRS: 444333", "0000444333"),
        ("0000 444 333", "0000444333"),
        ("４４４３３３", "0000444333"),
    ],
)
def test_krs_gets_its_leading_zeros(typed, stored):
    assert identifiers.compact_krs(typed) == stored


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("0", Problem.ZEROS),
        ("0000000000", Problem.ZEROS),
        ("00000444333", Problem.LENGTH),
        ("12a", Problem.CHARACTERS),
        ("KRS", Problem.CHARACTERS),
    ],
)
def test_wrong_krs_says_what_is_wrong(typed, problem):
    with pytest.raises(InvalidIdentifier) as caught:
        identifiers.compact_krs(typed)
    assert caught.value.problem == problem


def test_numbers_are_shown_grouped():
    assert identifiers.format_nip("8567346215") == "856-734-62-15"
    assert identifiers.format_regon("192598184") == "192\u00a0598\u00a0184"
    assert identifiers.format_regon("12345678512347") == "123\u00a0456\u00a0785\u00a012347"
    assert identifiers.format_krs("0000444333") == "0000444333"
    assert identifiers.format_nip("") == ""


@given(st.text(max_size=30))
def test_any_text_is_digits_or_refused(text):
    for read in (identifiers.compact_nip, identifiers.compact_regon, identifiers.compact_krs):
        try:
            stored = read(text)
        except InvalidIdentifier:
            continue
        assert stored.isascii()
        assert stored.isdigit()
        assert read(stored) == stored


@given(st.integers(min_value=1, max_value=999_999_999))
def test_every_nip_that_fits_its_check_digit_survives_formatting(number):
    first = f"{number:09}"
    digit = (
        sum(
            weight * int(sign)
            for weight, sign in zip((6, 5, 7, 2, 3, 4, 5, 6, 7), first, strict=True)
        )
        % 11
    )
    if digit == 10:
        for last in "0123456789":
            with pytest.raises(InvalidIdentifier):
                identifiers.compact_nip(first + last)
        return
    stored = first + str(digit)
    assert identifiers.compact_nip(identifiers.format_nip(stored)) == stored


def test_a_person_reads_a_sentence():
    with pytest.raises(ValidationError) as caught:
        compact("nip", "8567346216")
    assert caught.value.messages[0].startswith(("The last digit", "Ostatnia cyfra"))
    assert compact("nip", "   ") == ""
