"""Counted texts in the real catalogues."""

import re

import polib
import pytest
from babel import Locale
from django.utils import translation
from django.utils.translation import ngettext, npgettext

from core.i18n.catalogues import DOMAINS, LANGUAGES, catalogue_path

NUMBERS = (0, 1, 2, 5, 12, 21, 22, 101, 112)
# CLDR's names of the plural forms in the order in which our catalogues have them.
FORMS = {
    "pl": ["one", "few", "many", "other"],
    "be": ["one", "few", "many", "other"],
    "it": ["one", "other"],
}


PLACE = re.compile(r"%\((\w+)\)[a-z]")


def counted(language, domain="django"):
    """Every counted text of a language; English is what the code itself says."""
    catalogue = polib.pofile(str(catalogue_path("pl" if language == "en" else language, domain)))
    return [entry for entry in catalogue if entry.msgid_plural]


def forms_of(entry, language):
    """The forms of a text in the order of the catalogue, by CLDR's names."""
    if language == "en":
        return {"one": entry.msgid, "other": entry.msgid_plural}
    return {name: entry.msgstr_plural[at] for at, name in enumerate(FORMS[language])}


@pytest.mark.parametrize("language", [*LANGUAGES, "en"])
def test_every_counted_text_takes_the_form_of_its_number(language):
    entries = counted(language)
    assert len(entries) > 50
    with translation.override(language):
        for entry in entries:
            forms = forms_of(entry, language)
            for number in NUMBERS:
                form = Locale(language).plural_form(number)
                # Italian has a form for millions, which our catalogues, like Django's, do without.
                wanted = forms[form if form in forms else "other"]
                if entry.msgctxt:
                    said = npgettext(entry.msgctxt, entry.msgid, entry.msgid_plural, number)
                else:
                    said = ngettext(entry.msgid, entry.msgid_plural, number)
                assert said == wanted, (entry.msgid, number)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_for_several_numbers_names_the_number(language):
    """Belarusian “one” is also 21 and 101: there “one person” in words would be wrong."""
    # The scripts of the admin are in Polish alone.
    for domain in [one for one in DOMAINS if catalogue_path(language, one).exists()]:
        for entry in counted(language, domain):
            wanted = set(PLACE.findall(entry.msgid_plural))
            for name, text in forms_of(entry, language).items():
                numbers = [n for n in range(1000) if Locale(language).plural_form(n) == name]
                if len(numbers) > 1:
                    assert wanted == set(PLACE.findall(text)), (entry.msgid, name)


@pytest.mark.parametrize("language", [*LANGUAGES, "en"])
def test_what_visitors_read_is_counted_in_full(language):
    """Every sentence that is counted for a visitor reads without a placeholder left over."""
    with translation.override(language):
        for entry in counted("be"):
            for number in NUMBERS:
                places = dict.fromkeys(PLACE.findall(entry.msgid_plural), number)
                said = (
                    npgettext(entry.msgctxt, entry.msgid, entry.msgid_plural, number)
                    if entry.msgctxt
                    else ngettext(entry.msgid, entry.msgid_plural, number)
                ) % places
                assert "%(" not in said and said.strip()
                if number != 1 and places:
                    assert str(number) in said, (entry.msgid, number)


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
