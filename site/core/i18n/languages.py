"""The four languages and the one that is active."""

from __future__ import annotations

POLISH = "pl"
CODES = (POLISH, "be", "en", "it")


def resolve(language: str | None = None) -> str:
    """One of `CODES`: the given language, else the active one, else Polish.

    A regional variant ("en-gb") counts as its language; any other language counts as Polish,
    which is also what a page falls back to.
    """
    if not language:
        from django.utils.translation import get_language

        language = get_language() or POLISH
    code = language.lower().replace("_", "-").split("-")[0]
    return code if code in CODES else POLISH
