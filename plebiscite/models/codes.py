"""One-time codes in sealed envelopes. Only their digests are here; the sheets are printed once.

No row tells when, or to whom, a code was handed out: an envelope is taken from the pile against a
signature, and the register marks the person without knowing the code.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plebiscite.models.plebiscite import Plebiscite
from plebiscite.models.secluded import Secluded


class CodeBatch(Secluded):
    """Codes that were printed in one go. Made before the freeze alone, never added to."""

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="code_batches")
    #: Printed on every letter of the batch, and the same on all.
    label = models.CharField(max_length=8)
    size = models.PositiveIntegerField()
    #: Its envelopes were lost or opened: the codes that are not spent are void.
    void_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        verbose_name = _("batch of codes")
        verbose_name_plural = _("batches of codes")
        ordering = ["label"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["plebiscite", "label"], name="plebiscite_batch_label"),
            models.CheckConstraint(condition=Q(size__gte=1), name="plebiscite_batch_not_empty"),
        ]

    def __str__(self) -> str:
        return self.label


class Code(Secluded):
    """One code, as a digest (`plebiscite.codes`): unused, spent on a day, or void."""

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="codes")
    batch = models.ForeignKey(CodeBatch, models.PROTECT, related_name="codes")
    digest = models.BinaryField(max_length=32, unique=True)
    #: A date, as the mark of an account has it: no hour.
    spent_on = models.DateField(null=True)
    is_void = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("voting code")
        verbose_name_plural = _("voting codes")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(spent_on__isnull=True) | Q(is_void=False),
                name="plebiscite_code_spent_or_void",
            )
        ]
        indexes = [
            models.Index(
                fields=["plebiscite", "spent_on"],
                name="plebiscite_codes_spent",
                condition=Q(spent_on__isnull=False),
            )
        ]
