"""Translation catalogues without system gettext: collect, merge, check, compile.

Texts in the code and the templates are English; a catalogue for English is therefore not needed.
"""

from __future__ import annotations

from pathlib import Path

LANGUAGES = ("pl", "be", "it")
DOMAINS = ("django", "djangojs")
PROJECT_DIR = Path(__file__).resolve().parents[4]
LOCALE_DIR = PROJECT_DIR / "site" / "locale"


def catalogue_path(language: str, domain: str, locale_dir: Path = LOCALE_DIR) -> Path:
    """Where the catalogue of a language is kept."""
    return locale_dir / language / "LC_MESSAGES" / f"{domain}.po"
