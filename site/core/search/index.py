"""Keeping `SearchEntry` in step with what is public."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from core import ports
from core.search.models import SearchEntry
from core.search.text import index_terms, plain

# Lexemes and positions of a tsvector are limited; a word is found wherever it stands.
_SQL = """
    INSERT INTO core_searchentry
        (source, key, kind, language, title, summary, body, url, date, is_example, vector)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
        %s::tsvector)
    ON CONFLICT (source, key, language) DO UPDATE SET
        kind = excluded.kind, title = excluded.title, summary = excluded.summary,
        body = excluded.body, url = excluded.url, date = excluded.date,
        is_example = excluded.is_example, vector = excluded.vector
"""


def refresh(obj: Any) -> None:
    """Indexes `obj` anew in every source that knows it, or drops it when it is not public."""
    for name, source in ports.search_source.items():
        if isinstance(obj, source.models()):
            key = source.key(obj)
            with transaction.atomic():
                _delete(name, key)
                _write(name, source.rows_for(obj))


def forget(obj: Any) -> None:
    """Drops a deleted object."""
    for name, source in ports.search_source.items():
        if isinstance(obj, source.models()):
            _delete(name, source.key(obj))


def rebuild() -> int:
    """Indexes everything anew in one transaction; gives the number of entries."""
    with transaction.atomic():
        SearchEntry.objects.all().delete()
        return sum(_write(name, source.rows()) for name, source in ports.search_source.items())


def _delete(source: str, key: str) -> None:
    SearchEntry.objects.filter(Q(key=key) | Q(key__startswith=f"{key}/"), source=source).delete()


def _write(source: str, rows: Iterable[ports.SearchRow]) -> int:
    count = 0
    with connection.cursor() as cursor:
        for row in rows:
            body = plain(row.body)
            cursor.execute(
                _SQL,
                [
                    source, row.key, row.kind, row.language, row.title[:255], row.summary, body,
                    row.url, row.date, row.is_example,
                    _vector(row.language, A=row.title, B=row.summary, D=body),
                ],
            )  # fmt: skip
            count += 1
    return count


def _vector(language: str, **texts: str) -> str:
    """A tsvector as text: each word once, with the weight of the best text it stands in.

    The weight hangs on a position, and a word without a position has none: all get the first.
    """
    weights: dict[str, str] = {}
    for weight, text in texts.items():
        for term in index_terms(text, language):
            weights.setdefault(term, weight)
    # Terms are letters and digits only (`core.i18n.folding.words`): nothing to escape.
    return " ".join(f"'{term}':1{weight}" for term, weight in sorted(weights.items()))
