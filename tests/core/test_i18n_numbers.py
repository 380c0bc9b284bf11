"""Numbers and money in four languages."""

from decimal import Decimal, InvalidOperation

import pytest

from core.i18n.numbers import money, number

N = "\u00a0"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("pl", f"1{N}015{N}798,80{N}zł"),
        ("be", f"1{N}015{N}798,80{N}PLN"),
        ("en", f"PLN{N}1,015,798.80"),
        ("it", f"1.015.798,80{N}PLN"),
    ],
)
def test_the_projects_value(language, expected):
    assert money(Decimal("1015798.80"), language) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", f"0,00{N}zł"),
        ("0.005", f"0,01{N}zł"),
        ("0.004", f"0,00{N}zł"),
        ("2.675", f"2,68{N}zł"),
        ("1234.5", f"1234,50{N}zł"),
        ("9999.99", f"9999,99{N}zł"),
        ("9999.995", f"10{N}000,00{N}zł"),
        ("12345.6", f"12{N}345,60{N}zł"),
        ("-1234.5", f"-1234,50{N}zł"),
        ("-0.001", f"0,00{N}zł"),
        (36000, f"36{N}000,00{N}zł"),
        (0.1, f"0,10{N}zł"),
    ],
)
def test_polish_money(value, expected):
    assert money(value, "pl") == expected


def test_sums_close():
    parts = [Decimal("957796.69"), Decimal("22002.11")]
    assert money(sum(parts), "pl") == f"979{N}798,80{N}zł"


@pytest.mark.parametrize(
    ("value", "language", "expected"),
    [
        ("10", "pl", f"10{N}zł"),
        ("10.00", "en", f"PLN{N}10"),
        ("10.50", "pl", f"10,50{N}zł"),
        ("2000", "it", f"2000{N}PLN"),
        ("2000", "be", f"2{N}000{N}PLN"),
    ],
)
def test_short_prices(value, language, expected):
    assert money(value, language, short=True) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [("pl", f"5,00{N}€"), ("be", f"5,00{N}€"), ("en", "€5.00"), ("it", f"5,00{N}€")],
)
def test_another_currency(language, expected):
    assert money(5, language, currency="EUR") == expected


@pytest.mark.parametrize(
    ("value", "language", "expected"),
    [
        ("1234.5", "pl", "1234,5"),
        ("12345.6", "pl", f"12{N}345,6"),
        (20265, "pl", f"20{N}265"),
        (20265, "be", f"20{N}265"),
        (1234, "be", f"1{N}234"),
        (1234, "en", "1,234"),
        (1234, "it", "1234"),
        (20265, "it", "20.265"),
        (57000, "it", "57.000"),
        (0, "pl", "0"),
        (Decimal("26.40"), "pl", "26,4"),
    ],
)
def test_numbers(value, language, expected):
    assert number(value, language) == expected


@pytest.mark.parametrize("value", ["", "abc", "1 000", None])
def test_what_is_not_a_number_is_refused(value):
    with pytest.raises(InvalidOperation):
        money(value, "pl")
