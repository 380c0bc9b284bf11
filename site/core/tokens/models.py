"""Links that open one thing for one purpose. The token itself is stored nowhere."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp
from core.references import Reference


class AccessToken(models.Model):
    """A token by its SHA-256. It says what may be done (`purpose`) with what (the object)."""

    digest = models.BinaryField(max_length=32, unique=True)
    purpose = models.CharField(max_length=40)
    object_type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    expires_at = models.DateTimeField()
    max_uses = models.PositiveIntegerField(null=True, default=1)
    uses = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(max_uses__isnull=True) | Q(uses__lte=F("max_uses")),
                name="core_token_uses_in_limit",
            )
        ]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="core_token_object"),
            models.Index(fields=["expires_at"], name="core_token_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.object_type} {self.object_id}"

    @property
    def target(self) -> Reference:
        """What the token is about."""
        return Reference(self.object_type, self.object_id)
