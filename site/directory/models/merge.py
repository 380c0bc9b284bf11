"""Two rows that were one organisation: what was moved, so that a person could undo it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp


class OrganisationMerge(models.Model):
    """What a merge has moved. The rows are written once; there is no button that undoes them."""

    kept = models.ForeignKey(
        "directory.Organisation",
        verbose_name=_("stays"),
        on_delete=models.PROTECT,
        related_name="merges",
    )
    duplicate = models.ForeignKey(
        "directory.Organisation",
        verbose_name=_("was merged into it"),
        on_delete=models.PROTECT,
        related_name="merged_by",
    )
    reason = models.TextField(_("reason"), max_length=1000)
    #: Primary keys of the moved rows, by the name of the model and its field.
    moved = models.JSONField(default=dict)
    #: What else was changed: numbers taken over, rows that were there twice.
    changed = models.JSONField(default=dict)
    by = models.BigIntegerField()
    at = models.DateTimeField(_("merged"), db_default=ClockTimestamp())

    class Meta:
        verbose_name = _("merge of organisations")
        verbose_name_plural = _("merges of organisations")
        ordering = ["-at", "-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.duplicate_id} → {self.kept_id}"
