"""What editors do for the search: results they put on top, and searches that found nothing."""

from __future__ import annotations

import re
from datetime import timedelta

from django.db import connection

from core.clock import database_now
from core.i18n.folding import fold, stems
from core.search.models import PromotedResult, SearchMiss

KEPT_FOR = timedelta(days=90)
LONGEST = 60
#: What may be somebody's address or number is not written down.
_PERSONAL = re.compile(r"@|\d{5}")

_COUNT = """
    INSERT INTO core_searchmiss (query, language, times, last_at) VALUES (%s, %s, 1, %s)
    ON CONFLICT (query, language) DO UPDATE SET
        times = core_searchmiss.times + 1, last_at = excluded.last_at
"""


def promoted(query: str, language: str) -> list[PromotedResult]:
    """What editors want on top for this query, its words in any order and with any ending."""
    asked = set(stems(query, language))
    if not asked:
        return []
    return [row for row in PromotedResult.objects.filter(language=language) if row.fits(asked)]


def note_miss(query: str, language: str) -> None:
    """Counts a search that found nothing: the folded words, without who or from where."""
    text = " ".join(fold(query).split())[:LONGEST]
    if len(text) < 2 or _PERSONAL.search(query):
        return
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [text, language, database_now()])


def forget_misses() -> int:
    """Drops what nobody has searched for in three months; gives how many."""
    return SearchMiss.objects.filter(last_at__lt=database_now() - KEPT_FOR).delete()[0]
