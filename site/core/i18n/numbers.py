"""Numbers and money as each language writes them (CLDR through Babel)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel import Locale
from babel.numbers import format_decimal, get_currency_symbol

from core.i18n.dates import NBSP
from core.i18n.languages import resolve

# CLDR's minimumGroupingDigits, which Babel does not apply: Polish and Italian leave four digits
# whole ("1234,50", "12 345,60"), Belarusian and English group them.
_GROUPED_FROM = {"pl": 10_000, "it": 10_000, "be": 1_000, "en": 1_000}
_GROSZ = Decimal("0.01")


def number(value: Decimal | int | float | str, language: str | None = None) -> str:
    """With the digits it has ("1234,5", "20 265"); non-breaking spaces between thousands.

    Raises `decimal.InvalidOperation` when `value` is not a number.
    """
    return _decimal(_exact(value), "#,##0.###########", resolve(language))


def money(
    value: Decimal | int | float | str,
    language: str | None = None,
    *,
    currency: str = "PLN",
    short: bool = False,
) -> str:
    """Rounded half up to the grosz, with the mark where the language puts it: "1 015 798,80 zł".

    `short` leaves ",00" out of whole amounts ("10 zł"), for prices.
    Raises `decimal.InvalidOperation` when `value` is not a number.
    """
    language = resolve(language)
    amount = _exact(value).quantize(_GROSZ, ROUND_HALF_UP)
    whole = short and amount == amount.to_integral_value()
    digits = _decimal(abs(amount), "#,##0" if whole else "#,##0.00", language)
    minus = "-" if amount < 0 else ""
    symbol, leads = _symbol(currency, language)
    if not leads:
        return f"{minus}{digits}{NBSP}{symbol}"
    return f"{minus}{symbol}{NBSP if symbol[-1].isalpha() else ''}{digits}"


def _exact(value: Decimal | int | float | str) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _decimal(value: Decimal, pattern: str, language: str) -> str:
    grouped = abs(value) >= _GROUPED_FROM[language]
    return format_decimal(value, pattern, locale=language, group_separator=grouped)


@cache
def _symbol(currency: str, language: str) -> tuple[str, bool]:
    """The currency's mark and whether it leads the amount."""
    pattern = Locale(language).currency_formats["standard"].pattern
    return get_currency_symbol(currency, locale=language), pattern.startswith("¤")
