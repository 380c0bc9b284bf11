"""Words as the search compares them: folded, stemmed, and the folded form itself."""

from __future__ import annotations

import re

from core.i18n.folding import stems, words

_TAG = re.compile(r"<[^>]+>")
MAX_WORDS = 20_000


def plain(html: str) -> str:
    """Text without tags, with single spaces."""
    return " ".join(_TAG.sub(" ", html).split())


def index_terms(text: str, language: str) -> list[str]:
    """Every form of every word under which a text is found: stems and folded words."""
    terms: list[str] = []
    for stem, word in zip(stems(text, language), words(text), strict=True):
        terms.append(stem)
        if word != stem:
            terms.append(word)
    return terms[:MAX_WORDS]


def query_terms(query: str, language: str) -> list[tuple[str, str]]:
    """Each word of a query as (stem, folded word)."""
    return list(zip(stems(query, language), words(query), strict=True))[:12]


def matches(query: str, text: str, language: str) -> bool:
    """Whether every word of `query` is in `text`, inflected or only begun."""
    terms = set(index_terms(text, language))
    return all(
        stem in terms or any(term.startswith(word) for term in terms)
        for stem, word in query_terms(query, language)
    )
