"""Texts of libraries that we translate ourselves, in the same catalogues as our own.

Ours win over a library's. `CORRECTED` replaces translations that are not as they should be:
names of months and days capitalised (Polish, Italian), not in the nominative or not in the
official spelling (Belarusian). `COMPLETED` fills in a language that a library does not have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_NAMES = [(None, name) for name in (*MONTHS, *DAYS, *DAYS_SHORT)]
_GENITIVES = [("alt. month", month) for month in MONTHS]

# Language → (context, English text).
CORRECTED: dict[str, list[tuple[str | None, str]]] = {
    "pl": _NAMES,
    "be": [*_NAMES, *_GENITIVES],
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


COMPLETED: tuple[Library, ...] = ()


def library_entries(library: Library) -> list:
    """The package's entries (polib) from the files that are shown here."""
    import polib

    spec = find_spec(library.package)
    if spec is None or not spec.submodule_search_locations:
        return []
    folder = Path(next(iter(spec.submodule_search_locations)))
    catalogue = folder / "locale" / library.complete_in / "LC_MESSAGES" / "django.po"
    shown = re.compile(library.shown)
    return [
        entry
        for entry in polib.pofile(str(catalogue))
        if not entry.obsolete and any(shown.search(place) for place, _ in entry.occurrences)
    ]
