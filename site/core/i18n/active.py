"""The language in which a page is being drawn."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language


def active_language() -> str:
    """The active language, in Polish outside any request."""
    return get_language() or settings.LANGUAGE_CODE
