"""Counted texts in the real catalogues."""

import polib
import pytest
from babel import Locale
from django.utils import translation
from django.utils.translation import ngettext

from core.i18n.catalogues import LANGUAGES, catalogue_path

NUMBERS = (0, 1, 2, 5, 12, 21, 22, 101, 112)
# CLDR's names of the plural forms in the order in which our catalogues have them.
FORMS = {
    "pl": ["one", "few", "many", "other"],
    "be": ["one", "few", "many", "other"],
    "it": ["one", "other"],
}


def counted(language):
    catalogue = polib.pofile(str(catalogue_path(language, "django")))
    return [entry for entry in catalogue if entry.msgid_plural and not entry.msgctxt]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_counted_text_takes_the_form_of_its_number(language):
    entries = counted(language)
    assert entries
    with translation.override(language):
        for entry in entries:
            for number in NUMBERS:
                form = Locale(language).plural_form(number)
                # Italian has a form for millions, which our catalogues, like Django's, do without.
                at = FORMS[language].index(form if form in FORMS[language] else "other")
                said = ngettext(entry.msgid, entry.msgid_plural, number)
                assert said == entry.msgstr_plural[at], (entry.msgid, number)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        (
            "pl",
            ["wyników", "wynik", "wyniki", "wyników", "wyników", "wyników", "wyniki", "wyników",
             "wyników"],
        ),
        (
            "be",
            ["вынікаў", "вынік", "вынікі", "вынікаў", "вынікаў", "вынік", "вынікі", "вынік",
             "вынікаў"],
        ),
        ("en", ["results", "result", *["results"] * 7]),
        ("it", ["risultati", "risultato", *["risultati"] * 7]),
    ],
)  # fmt: skip
def test_results_of_a_search(language, forms):
    with translation.override(language):
        said = [
            ngettext("%(count)d result", "%(count)d results", n) % {"count": n} for n in NUMBERS
        ]
    assert said == [f"{n} {form}" for n, form in zip(NUMBERS, forms, strict=True)]


def test_polish_and_belarusian_differ_at_twenty_one():
    said = {}
    for language in ("pl", "be"):
        with translation.override(language):
            one, many = (
                ngettext("%(count)d result", "%(count)d results", number) for number in (1, 21)
            )
            said[language] = one == many
    assert said == {"pl": False, "be": True}
