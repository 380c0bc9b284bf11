"""Links to other sites, and whether they answer."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Problem(StrEnum):
    """Why another site does not answer; the words are those of the report."""

    GONE = "gone"
    FAILS = "fails"
    UNKNOWN = "unknown"
    SILENT = "silent"
    CERTIFICATE = "certificate"
    PRIVATE = "private"


class OutsideLink(models.Model):
    """An address of another site that a published text links to."""

    url = models.TextField(unique=True)
    tried_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    #: How many tries have failed in a row, a day or more apart.
    failures = models.PositiveSmallIntegerField(default=0)
    #: One of `Problem`.
    problem = models.CharField(max_length=12, blank=True)

    class Meta:
        verbose_name = _("link to another site")
        verbose_name_plural = _("links to other sites")
        indexes = [models.Index(fields=["tried_at"])]

    def __str__(self) -> str:
        return self.url
