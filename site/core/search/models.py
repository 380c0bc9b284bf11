"""One table that the public search reads, whatever the objects behind it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.i18n.folding import stems


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


class PromotedResult(models.Model):
    """A result that editors put on top for some phrases."""

    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    phrases = models.TextField(
        _("phrases"),
        max_length=600,
        help_text=_("One a line. Endings, capitals and the order of words do not matter."),
    )
    title = models.CharField(_("title"), max_length=120)
    url = models.CharField(
        _("address"), max_length=300, help_text=_("On this site, as “/uslugi/wspolny-stol/”.")
    )
    summary = models.CharField(_("one sentence"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("promoted result")
        verbose_name_plural = _("promoted results")
        ordering = ["language", "title"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuses an address that is not a path of this site."""
        super().clean()
        if not self.url.startswith("/") or self.url.startswith("//"):
            raise ValidationError({"url": _("Give an address on this site: it begins with “/”.")})

    def fits(self, asked: set[str]) -> bool:
        """Whether one of the phrases has exactly the stems that were asked for."""
        lines = self.phrases.splitlines()
        return any(asked == set(stems(line, self.language)) for line in lines if line.strip())


class SearchMiss(models.Model):
    """A search that found nothing: its words and how often, nothing about who searched."""

    query = models.CharField(_("searched for"), max_length=60)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    times = models.PositiveIntegerField(_("times"), default=1)
    last_at = models.DateTimeField(_("last time"))

    class Meta:
        verbose_name = _("search without results")
        verbose_name_plural = _("searches without results")
        ordering = ["-times", "query"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint("query", "language", name="core_search_miss_unique")]

    def __str__(self) -> str:
        return self.query
