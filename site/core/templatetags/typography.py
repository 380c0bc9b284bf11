"""Template filters for text, numbers, money and dates as each language writes them.

All take the active language; a filter with a free argument takes another one, for text that is
shown in its own language on a page in a different one. A value that cannot be formatted gives an
empty string when it is empty, and itself otherwise.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from core.i18n import dates, numbers, typography

register = template.Library()


@register.filter
def typo(text: Any, language: str | None = None) -> str:
    """Plain text with non-breaking spaces, the language's quotation marks and dashes.

    Text already marked safe is markup and is treated as such; the result is safe exactly when
    the input is.
    """
    if text is None:
        return ""
    plain = str(text)
    if isinstance(plain, SafeString):
        return _safe_markup(plain, language)
    return typography.typeset(plain, language)


@register.filter
def typo_html(markup: Any, language: str | None = None) -> str:
    """Markup with the language's typography in its text, never in tags, attributes or code.

    The result is safe exactly when the input is.
    """
    if markup is None:
        return ""
    if hasattr(markup, "__html__"):
        return _safe_markup(markup.__html__(), language)
    return typography.typeset_html(str(markup), language)


def _safe_markup(markup: str, language: str | None) -> SafeString:
    # Safe still: only characters of text change, and only into spaces, dashes and quotation marks.
    return mark_safe(typography.typeset_html(markup, language))  # noqa: S308


@register.filter
def money(value: Decimal | int | float | str | None, style: str = "") -> str:
    """An amount in złoty, "1 015 798,80 zł"; `|money:"short"` leaves ",00" out ("10 zł")."""
    if value is None or value == "":
        return ""
    try:
        return numbers.money(value, short=style == "short")
    except InvalidOperation:
        return str(value)


@register.filter
def number(value: Decimal | int | float | str | None) -> str:
    """A number with the language's separators: "20 265", "1234,5"."""
    if value is None or value == "":
        return ""
    try:
        return numbers.number(value)
    except InvalidOperation:
        return str(value)


@register.filter(expects_localtime=True)
def long_date(value: date | None, language: str | None = None) -> str:
    """The date in full: "30 czerwca 2021 r."."""
    return dates.long_date(value, language) if isinstance(value, date) else ""


@register.filter(expects_localtime=True)
def short_day(value: date | None, language: str | None = None) -> str:
    """The day without its year: "czw. 19 listopada"."""
    return dates.short_day(value, language) if isinstance(value, date) else ""


@register.filter(expects_localtime=True)
def hour(value: datetime | time | None) -> str:
    """The time of day: "9:00"."""
    return dates.hour(value) if isinstance(value, datetime | time) else ""


@register.filter
def date_range(start: date | None, end: date | None = None) -> str:
    """`{{ start|date_range:end }}`: "3–7 listopada 2025 r.", with hours when both are moments."""
    return dates.date_range(start, end) if isinstance(start, date) else ""


@register.filter
def month_and_year(value: date | None) -> str:
    """A month by itself: "listopad 2026"."""
    return dates.month_and_year(value) if isinstance(value, date) else ""
