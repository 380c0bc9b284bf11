"""Texts of libraries that we translate ourselves, in the same catalogues as our own.

Ours win over a library's. `CORRECTED` replaces translations of Django's that are not as they should
be: names of months and days capitalised (Polish, Italian), not in the nominative, and, in
Belarusian, texts not in the official spelling. `COMPLETED` fills in a language that a library does
not have, `ADMIN` the texts that Wagtail lacks in the language of the staff, and `CORRECTED_ADMIN`
replaces those of its Polish texts that are wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.i18n.catalogues import PROJECT_DIR
from core.i18n.catalogues.wagtail_pl import CORRECTED_ADMIN

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# Messages of forms and validators, which visitors meet in every form.
FORMS = (
    "Enter a valid value.",
    "Enter a valid URL.",
    "Enter a valid integer.",
    "Enter a valid email address.",
    "Ensure this value is %(limit_value)s (it is %(show_value)s).",
    "Ensure this value is less than or equal to %(limit_value)s.",
    "Ensure this value is greater than or equal to %(limit_value)s.",
    "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
    "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
    "Enter a number.",
    "Ensure that there are no more than %(max)s digit in total.",
    "Ensure that there are no more than %(max)s decimal place.",
    "Ensure that there are no more than %(max)s digit before the decimal point.",
    "File extension “%(extension)s” is not allowed. "
    "Allowed extensions are: %(allowed_extensions)s.",
    "Null characters are not allowed.",
    "This field cannot be null.",
    "This field cannot be blank.",
    "This field is required.",
    "Enter a whole number.",
    "Enter a valid date.",
    "Enter a valid time.",
    "Enter a valid date/time.",
    "No file was submitted. Check the encoding type on the form.",
    "No file was submitted.",
    "The submitted file is empty.",
    "Ensure this filename has at most %(max)d character (it has %(length)d).",
    "Please either submit a file or check the clear checkbox, not both.",
    "Upload a valid image. The file you uploaded was either not an image or a corrupted image.",
    "Select a valid choice. %(value)s is not one of the available choices.",
    "Select a valid choice. That choice is not one of the available choices.",
    "Enter a list of values.",
    "Enter a complete value.",
    "Clear",
    "Currently",
    "Change",
    "That page number is not an integer",
    "That page number is less than 1",
    "That page contains no results",
    "%(size)d byte",
    "%s GB",
)
PERIODS = tuple(f"%(num)d {unit}" for unit in ("year", "month", "week", "day", "hour", "minute"))

# Language → (context, English text).
_NAMES: list[tuple[str | None, str]] = [(None, name) for name in (*MONTHS, *DAYS, *DAYS_SHORT)]
_GENITIVES: list[tuple[str | None, str]] = [("alt. month", month) for month in MONTHS]
CORRECTED: dict[str, list[tuple[str | None, str]]] = {
    "pl": _NAMES,
    "be": [*_NAMES, *_GENITIVES, *((None, text) for text in (*FORMS, *PERIODS))],
    "it": [*_NAMES, *_GENITIVES],
}


@dataclass(frozen=True)
class Library:
    """A package whose texts for visitors lack in `languages`."""

    package: str
    languages: tuple[str, ...]
    # Regular expression of the source files whose texts are shown here.
    shown: str
    # A language in which the package's own catalogue is complete: the list of its texts.
    complete_in: str = "pl"


COMPLETED = (
    # Signing in and the account: allauth speaks Polish and Italian.
    Library(
        "allauth",
        languages=("be",),
        shown=r"^(account/(adapter|fields|forms)\.py|mfa/.*(adapter|forms|models)\.py"
        r"|templates/(account|mfa)/)",
    ),
)

# The staff's language, and the parts of the admin whose texts are to be complete in it. English is
# the language of the sources: those catalogues list every text.
STAFF_LANGUAGE = "pl"
ADMIN = (
    "wagtail",
    "wagtail.admin",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.table_block",
    "wagtail.contrib.typed_table_block",
    "wagtail.documents",
    "wagtail.embeds",
    "wagtail.images",
    "wagtail.search",
    "wagtail.sites",
    "wagtail.snippets",
    "wagtail.users",
    "wagtail_localize",
    "wagtail_localize.locales",
)


def corrected_entries(language: str) -> list:
    """Django's own entries (polib) that are corrected in a language.

    Raises `LookupError` when Django no longer has one of them: the list is to be brought up to
    date with it.
    """
    keys = CORRECTED.get(language, [])
    django = {
        (entry.msgctxt, entry.msgid): entry
        for entry in _catalogue("django", "conf/locale", language)
    }
    if gone := [text for context, text in keys if (context, text) not in django]:
        raise LookupError(f"Django has no such texts any more, see borrowed.py: {gone}")
    return [django[key] for key in keys]


def missing_admin_entries(language: str, domain: str) -> list[tuple[str, Any]]:
    """The entries (polib) of the admin that nobody translates, each with its package.

    For the staff's language alone. Django puts the texts of all packages together, so what one of
    them translates none of them lacks.
    """
    if language != STAFF_LANGUAGE:
        return []
    everywhere = [("django", "conf/locale"), *((package, "locale") for package in ADMIN)]
    translated = {
        (entry.msgctxt, entry.msgid)
        for package, folder in everywhere
        for entry in _catalogue(package, folder, language, domain)
        if entry.translated()
    }
    return [
        (package, entry)
        for package in ADMIN
        for entry in _catalogue(package, "locale", "en", domain)
        if not entry.obsolete and (entry.msgctxt, entry.msgid) not in translated
    ]


def corrected_admin_entries(language: str, domain: str) -> list[tuple[str, Any]]:
    """Wagtail's own entries (polib) that are corrected, each with its package.

    Raises `LookupError` when Wagtail no longer has one of them.
    """
    if language != STAFF_LANGUAGE or domain != "django":
        return []
    corrected = []
    for package, texts in CORRECTED_ADMIN.items():
        catalogue = _catalogue(package, "locale", language)
        entries = {entry.msgid: entry for entry in catalogue if entry.msgctxt is None}
        if gone := [text for text in texts if text not in entries]:
            raise LookupError(f"{package} has no such texts any more, see wagtail_pl.py: {gone}")
        corrected += [(package, entries[text]) for text in texts]
    return corrected


def library_entries(library: Library, project_dir: Path = PROJECT_DIR) -> list:
    """A package's entries (polib) from its files that are shown here.

    A template of ours takes the place of the package's template of the same name.
    """
    shown = re.compile(library.shown)
    return [
        entry
        for entry in _catalogue(library.package, "locale", library.complete_in)
        if not entry.obsolete
        and any(
            shown.search(file) and not (project_dir / file).exists()
            for file, _ in entry.occurrences
        )
    ]


@cache
def _catalogue(package: str, folder: str, language: str, domain: str = "django") -> list:
    """The entries of a package's catalogue; none when it has no texts in that language."""
    import polib

    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"The package {package} is not installed.")
    home = Path(next(iter(spec.submodule_search_locations)))
    path = home / folder / language / "LC_MESSAGES" / f"{domain}.po"
    return list(polib.pofile(str(path))) if path.exists() else []
