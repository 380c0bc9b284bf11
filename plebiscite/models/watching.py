"""What the commission is told of odd patterns: no person, no address, no vote."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from plebiscite.models.plebiscite import Plebiscite


class Alert(models.Model):
    """Something came more often than it should, within one hour."""

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=20)
    hour = models.DateTimeField()
    #: Until when booths are careful because of it.
    careful_until = models.DateTimeField()

    affects_public_pages = False

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-hour", "kind"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["plebiscite", "kind", "hour"], name="plebiscite_alert_once_an_hour"
            )
        ]

    def __str__(self) -> str:
        return self.kind
