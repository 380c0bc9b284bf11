"""Rows that no other part of the platform may follow."""

from __future__ import annotations

import uuid

from django.db import models


class Secluded(models.Model):
    """A row of the register or of the ballot box.

    Its key is random, never counted up. Saving one moves no generation of the page cache and
    leaves no line in Wagtail's index of references: both count up, and would tell in which order
    rows were written.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    affects_public_pages = False
    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)
