"""What Django itself reads and writes with our format modules."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template
from django.utils import formats, translation

from core.i18n.languages import CODES

N = "\u00a0"


@pytest.mark.parametrize(
    ("language", "short", "with_time"),
    [
        ("pl", "30.06.2021", f"30{N}czerwca 2021{N}r., 14:30"),
        ("be", "30.06.2021", f"30{N}чэрвеня 2021{N}г., 14:30"),
        ("en", "30/06/2021", f"30{N}June 2021, 14:30"),
        ("it", "30/06/2021", f"30{N}giugno 2021, 14:30"),
    ],
)
def test_dates_written(language, short, with_time):
    with translation.override(language):
        assert formats.date_format(date(2021, 6, 30), "SHORT_DATE_FORMAT") == short
        assert formats.date_format(datetime(2021, 6, 30, 14, 30), "DATETIME_FORMAT") == with_time
        assert formats.time_format(time(9, 0)) == "9:00"
        assert formats.get_format("FIRST_DAY_OF_WEEK") == 1


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("pl", "wrzesień 2026"),
        ("be", "верасень 2026"),
        ("en", "September 2026"),
        ("it", "settembre 2026"),
    ],
)
def test_month_of_a_year_is_in_the_nominative(language, expected):
    with translation.override(language):
        assert formats.date_format(date(2026, 9, 1), "YEAR_MONTH_FORMAT") == expected


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        (language, typed)
        for language, own in [
            ("pl", ["30.06.2021", "30.06.21", "30-06-2021"]),
            ("be", ["30.06.2021", "30.06.21"]),
            ("en", ["30/06/2021", "30.06.2021"]),
            ("it", ["30/06/2021", "30-06-2021"]),
        ]
        for typed in [*own, "2021-06-30"]
    ],
)
def test_dates_typed(language, typed):
    with translation.override(language):
        assert forms.DateField().clean(typed) == date(2021, 6, 30)


@pytest.mark.parametrize("language", CODES)
def test_moments_typed_or_picked(language):
    with translation.override(language):
        field = forms.SplitDateTimeField()
        assert field.clean(["2021-06-30", "14:30"]).strftime("%d %H:%M") == "30 14:30"
        assert forms.TimeField().clean("9:05") == time(9, 5)
        picked = forms.DateTimeField().clean("2021-06-30T14:30")
        assert picked.strftime("%Y-%m-%d %H:%M") == "2021-06-30 14:30"


@pytest.mark.parametrize("language", ["pl", "be", "it"])
@pytest.mark.parametrize("typed", ["12345,60", f"12{N}345,60", "12 345,60"])
def test_amounts_typed_with_a_comma(language, typed):
    if language == "it":
        typed = typed.replace(N, ".").replace(" ", ".")
    with translation.override(language):
        field = forms.DecimalField(localize=True)
        assert field.clean(typed) == Decimal("12345.60")


@pytest.mark.parametrize("language", CODES)
def test_a_year_or_a_number_of_a_case_is_never_grouped(language):
    with translation.override(language):
        assert Template("{{ n }}").render(Context({"n": 2026})) == "2026"
        assert Template("{{ n }}").render(Context({"n": 10000})) == "10000"


@pytest.mark.parametrize(("language", "expected"), [("pl", "2,5"), ("en", "2.5"), ("be", "2,5")])
def test_decimals_take_the_languages_mark(language, expected):
    with translation.override(language):
        assert Template("{{ n }}").render(Context({"n": Decimal("2.5")})) == expected
