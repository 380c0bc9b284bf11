"""Asking the search."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Count, F, QuerySet
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from core.i18n.folding import fold, stem
from core.search.models import SearchEntry
from core.search.text import query_terms

EXCERPT_WORDS = 28
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Results:
    """Entries of one kind or of all, best first, and how many there are of each kind."""

    entries: QuerySet[SearchEntry]
    counts: dict[str, int]


def find(query: str, *, language: str, kind: str = "") -> Results:
    """Everything public that holds all words of `query`, inflected or only begun."""
    terms = query_terms(query, language)
    entries = SearchEntry.objects.filter(language=language)
    if not terms:
        return Results(entries.none(), {})
    # Words are letters and digits only (see `_WORD`), so they cannot break out of the quotes.
    raw = " & ".join(f"('{stem}' | '{word}':*)" for stem, word in terms)
    search = SearchQuery(raw, search_type="raw", config="simple")
    entries = entries.filter(vector=search)
    counts = dict(
        entries.values_list("kind")
        .annotate(Count("pk"))
        .order_by()
        .values_list("kind", "pk__count")
    )
    if kind:
        entries = entries.filter(kind=kind)
    entries = entries.annotate(rank=SearchRank(F("vector"), search)).order_by(
        "-rank", F("date").desc(nulls_last=True), "title"
    )
    return Results(entries, counts)


def excerpt(text: str, query: str, language: str) -> SafeString:
    """A piece of `text` around the first word found, the found words in `<mark>`."""
    wanted = query_terms(query, language)
    spans = [match.span() for match in _WORD.finditer(text)]
    hits = [
        index for index, (start, end) in enumerate(spans) if _hit(text[start:end], wanted, language)
    ]
    first = max(0, (hits[0] if hits else 0) - EXCERPT_WORDS // 3)
    last = min(len(spans), first + EXCERPT_WORDS)
    if not spans:
        return mark_safe("")
    out: list[str] = ["… " if first else ""]
    position = spans[first][0]
    for index in range(first, last):
        start, end = spans[index]
        out.append(conditional_escape(text[position:start]))
        word = conditional_escape(text[start:end])
        out.append(f"<mark>{word}</mark>" if index in hits else word)
        position = end
    out.append("…" if last < len(spans) else conditional_escape(text[position:]))
    return mark_safe("".join(out))  # noqa: S308 - every piece was escaped above


def _hit(word: str, wanted: list[tuple[str, str]], language: str) -> bool:
    folded = fold(word)
    root = stem(folded, language)
    return any(root == want or folded.startswith(begun) for want, begun in wanted)
