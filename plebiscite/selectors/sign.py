"""The page of what won: its files, the rules of use, and the way to ask."""

from __future__ import annotations

from typing import Any

from plebiscite import addresses, clock
from plebiscite.models import Plebiscite, SignFile, SignRules
from plebiscite.phases import PUBLISHED
from plebiscite.selectors.public import languages, view
from plebiscite.selectors.results import latest_count
from plebiscite.selectors.works import Work, work, works


def winning_works(plebiscite: Plebiscite) -> list[Work]:
    """What won, with all pictures; empty before the result is published."""
    count = latest_count(plebiscite) if plebiscite.state in PUBLISHED else None
    if count is None:
        return []
    winners = [
        one for one in works(plebiscite, today=clock.today()) if one.code in count["winners"]
    ]
    return [whole for one in winners if (whole := work(plebiscite, one.number)) is not None]


def has_sign(plebiscite: Plebiscite) -> bool:
    """Whether something has won, and everybody may know."""
    count = latest_count(plebiscite) if plebiscite.state in PUBLISHED else None
    return bool(count and count["winners"]) and not plebiscite.is_rehearsal


def sign_files(plebiscite: Plebiscite) -> list[SignFile]:
    """The further files of what won that may be given out."""
    rows = plebiscite.sign_files.select_related("file")
    return [one for one in rows if one.file.may_be_served]


def sign_context(plebiscite: Plebiscite) -> dict[str, Any] | None:
    """The page of what won, None when nothing has."""
    winners = winning_works(plebiscite)
    if not winners:
        return None
    return {
        "view": view(plebiscite),
        "plebiscite": plebiscite,
        "winners": winners,
        "rules": SignRules.objects.filter(plebiscite=plebiscite).first(),
        "further_files": sign_files(plebiscite),
        "ask_url": addresses.ask_for_sign(plebiscite.slug),
        **languages(plebiscite),
    }
