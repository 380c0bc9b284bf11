"""One table that the public search reads, whatever the objects behind it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchEntry(models.Model):
    """A public object in one language, ready to be found.

    `vector` is built from words folded and stemmed in Python (`core.search.text`), because the
    project's own PostgreSQL knows neither Polish nor Belarusian.
    """

    source = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=30)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    title = models.CharField(max_length=255)
    summary = models.TextField(blank=True)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=500)
    date = models.DateTimeField(null=True)
    is_example = models.BooleanField(default=False)
    vector = SearchVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint("source", "key", "language", name="core_search_entry_unique")
        ]
        indexes = [
            GinIndex(fields=["vector"], name="core_search_vector"),
            models.Index(fields=["language", "kind"], name="core_search_language_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.title}"
