"""The tables behind the generation number."""

from __future__ import annotations

from django.db import models

from core.clock import ClockTimestamp


class PublicChange(models.Model):
    """One row per public change, inserted in its transaction.

    A counter in one row would make every such transaction wait for the one before; inserts do not
    wait. The worker folds rows into `GenerationBase` so that counting stays quick.

    What time alone will change, such as places kept until an hour, is written down beforehand
    and counts from that moment on.
    """

    due_at = models.DateTimeField(db_default=ClockTimestamp())

    class Meta:
        verbose_name = "public change"


class GenerationBase(models.Model):
    """How many changes have been folded away; a single row."""

    number = models.BigIntegerField(default=0)
    #: The generation that caches in front of the site were last told of.
    purged = models.BigIntegerField(default=0)
