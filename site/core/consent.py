"""What a reader is asked before anything loads from elsewhere. Nothing, unless settings add it.

The choice is kept in the reader's browser alone, so that pages are the same for everybody and
caches keep them. Without scripts nothing from elsewhere is ever loaded.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STATISTICS, EMBEDS = "statistics", "embeds"


@dataclass(frozen=True)
class Group:
    """What is allowed or refused together: each item with what it keeps in the browser."""

    code: str
    label: Promise
    purpose: Promise
    items: tuple[tuple[str, str], ...]


def optional_groups() -> list[Group]:
    """The groups that settings add; none by default."""
    found = []
    if settings.STATISTICS_SCRIPT:
        name = settings.STATISTICS_NAME or settings.STATISTICS_SCRIPT
        kept = ", ".join(settings.STATISTICS_COOKIES)
        found.append(
            Group(STATISTICS, _("Statistics"), _("Counts visits, to see which pages help."),
                  ((name, kept),))
        )  # fmt: skip
    if settings.EMBED_HOSTS:
        found.append(
            Group(EMBEDS, _("Content of other sites"),
                  _("Films and maps come from other sites, which learn your address."),
                  tuple((host, "") for host in settings.EMBED_HOSTS))
        )  # fmt: skip
    return found


def version(groups: list[Group]) -> str:
    """Changes when something is added or taken away: then everybody is asked again."""
    text = json.dumps([[group.code, group.items] for group in groups])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def consent(request: HttpRequest) -> dict[str, Any]:
    """For templates: `consent`, empty when there is nothing to ask."""
    groups = optional_groups()
    if not groups:
        return {"consent": None}
    return {
        "consent": {
            "groups": groups,
            "version": version(groups),
            "statistics": settings.STATISTICS_SCRIPT,
        }
    }
