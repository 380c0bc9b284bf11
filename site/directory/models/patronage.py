"""Informal groups and the organisations that stand for them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp


class PatronageState(models.TextChoices):
    ASKED = "asked", _("asked")
    ACCEPTED = "accepted", _("agreed")
    DECLINED = "declined", _("refused")
    ENDED = "ended", _("ended")


#: States in which a group cannot ask another organisation.
STANDING = (PatronageState.ASKED, PatronageState.ACCEPTED)


class Patronage(models.Model):
    """An organisation that answers for an informal group, once its own people have agreed."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey(
        "directory.Organisation",
        verbose_name=_("informal group"),
        on_delete=models.CASCADE,
        related_name="patronages",
    )
    patron = models.ForeignKey(
        "directory.Organisation",
        verbose_name=_("patron"),
        on_delete=models.CASCADE,
        related_name="groups",
    )
    state = models.CharField(
        _("state"), max_length=10, choices=PatronageState, default=PatronageState.ASKED
    )
    asked_at = models.DateTimeField(_("asked"), db_default=ClockTimestamp())
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("patronage")
        verbose_name_plural = _("patronages")
        ordering = ["-asked_at", "-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["group"],
                condition=Q(state__in=STANDING),
                name="directory_patronage_one",
            ),
            models.CheckConstraint(
                condition=~Q(group=F("patron")), name="directory_patronage_of_another"
            ),
            models.CheckConstraint(
                condition=Q(state__in=PatronageState.values), name="directory_patronage_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} → {self.patron_id}"
