"""The counters behind human numbers."""

from __future__ import annotations

from django.db import models


class NumberSequence(models.Model):
    """The last number given in a series, as `HAJ/2026`."""

    series = models.CharField(max_length=60, primary_key=True)
    last = models.PositiveBigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"
