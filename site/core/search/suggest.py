"""Suggestions while somebody types: titles that begin like it, or nearly so.

The embedded PostgreSQL has no trigrams of its own, and a question to the database for every letter
would be slow: each process keeps the titles of a language in memory and builds them anew when the
site has changed (`core.pagecache`), at most once a second.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.i18n.folding import words
from core.pagecache.generation import Clock
from core.search.models import SearchEntry

LIMIT = 8
SHORTEST = 2
#: How long the beginnings are under which a title is listed; what is longer is compared.
BEGINNINGS = range(SHORTEST, 7)
#: How much of the typed word's trigrams a word has to share where none begins like it.
ALIKE = 0.45


@dataclass
class Titles:
    """The titles of one language, by the beginnings of their words and by trigrams."""

    titles: list[str] = field(default_factory=list)
    parts: list[list[str]] = field(default_factory=list)
    starts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    grams: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def build(cls, titles: Iterable[str]) -> Titles:
        """Counts each title once, however many objects carry it."""
        made = cls()
        for title in dict.fromkeys(titles):
            number = len(made.titles)
            made.titles.append(title)
            made.parts.append(words(title))
            parts = set(made.parts[number])
            for start in {part[:length] for part in parts for length in BEGINNINGS}:
                made.starts[start].append(number)
            for part in parts:
                made.numbers[part].append(number)
        # Slips are looked for among the words: there are far fewer of them than titles.
        for word in made.numbers:
            for gram in trigrams(word):
                made.grams[gram].append(word)
        return made

    def like(self, typed: str, limit: int = LIMIT) -> list[str]:
        """Titles with all of the typed words begun, else those most alike to the last one."""
        asked = [word for word in words(typed) if len(word) >= SHORTEST]
        if not asked:
            return []
        return self._begun(asked, limit) or self._alike(asked[-1], limit)

    def _begun(self, asked: list[str], limit: int) -> list[str]:
        rarest = min((self.starts.get(word[: BEGINNINGS[-1]], []) for word in asked), key=len)
        found = []
        for number in rarest:
            parts = self.parts[number]
            if all(any(part.startswith(word) for part in parts) for word in asked):
                found.append(number)
                if len(found) >= limit * 4:
                    break
        # Titles that begin with the typed word stand first, then the short ones.
        found.sort(key=lambda one: (self._place(one, asked[0]), len(self.titles[one])))
        return [self.titles[number] for number in found[:limit]]

    def _place(self, number: int, word: str) -> int:
        parts = self.parts[number]
        return next((at for at, part in enumerate(parts) if part.startswith(word)), len(parts))

    def _alike(self, word: str, limit: int) -> list[str]:
        grams = trigrams(word)
        shared = Counter(other for gram in grams for other in self.grams.get(gram, []))
        best = [(count, other) for other, count in shared.items() if count >= ALIKE * len(grams)]
        best.sort(key=lambda pair: (-pair[0], abs(len(pair[1]) - len(word)), pair[1]))
        found: dict[str, None] = {}
        for _count, other in best:
            for number in self.numbers[other][: limit - len(found)]:
                found[self.titles[number]] = None
            if len(found) >= limit:
                break
        return list(found)


def trigrams(word: str) -> set[str]:
    """`rower` as its pieces of three letters, the ends marked."""
    marked = f" {word} "
    return {marked[at : at + 3] for at in range(len(marked) - 2)}


class Suggestions:
    """The titles of every language as one process knows them."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._lock = threading.Lock()
        self._known: dict[str, tuple[int, Titles]] = {}

    def of(self, language: str) -> Titles:
        """The titles of `language`, not older than a second after a public change."""
        now = self._clock.number()
        known = self._known.get(language)
        if known is None or known[0] != now:
            with self._lock:
                known = self._known.get(language)
                if known is None or known[0] != now:
                    titles = SearchEntry.objects.filter(language=language).order_by("title")
                    known = (now, Titles.build(titles.values_list("title", flat=True)))
                    self._known[language] = known
        return known[1]

    def forget(self) -> None:
        """Starts anew (tests change databases)."""
        self._clock.forget()
        self._known.clear()


suggestions = Suggestions()
