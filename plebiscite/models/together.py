"""What one person of the commission has begun and a second one has to confirm."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from plebiscite.models.plebiscite import Plebiscite


class MoveRequest(models.Model):
    """A step of a plebiscite that waits for a second person; gone once it is done or withdrawn.

    `basis` is the hash of what the first person saw: the second one confirms exactly that.
    """

    plebiscite = models.ForeignKey(Plebiscite, models.CASCADE, related_name="requests")
    verb = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    basis = models.BinaryField(max_length=32)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    requested_at = models.DateTimeField()

    class Meta:
        verbose_name = _("step that waits for a second person")
        verbose_name_plural = _("steps that wait for a second person")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["plebiscite", "verb"], name="plebiscite_request_once")
        ]

    def __str__(self) -> str:
        return self.verb
