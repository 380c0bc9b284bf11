"""Counted tries. The table is not logged by the database: a crash forgets it, and may."""

from __future__ import annotations

from django.db import models


class ThrottleCount(models.Model):
    """How often something was tried since its window began. The key is only kept as an HMAC."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    hits = models.PositiveIntegerField()
    resets_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.hits} until {self.resets_at}"
