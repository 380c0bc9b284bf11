"""People who want to hear of new calls. They need no account."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp


class CallSubscription(models.Model):
    """An address that asked to hear of new calls; it gets mail once it was confirmed.

    Ending it deletes the row: nothing is kept about somebody who wants no more mail.
    """

    affects_public_pages = False

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    created_at = models.DateTimeField(_("asked"), db_default=ClockTimestamp())
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)

    class Meta:
        verbose_name = _("subscription to new calls")
        verbose_name_plural = _("subscriptions to new calls")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="incubator_subscription_small_letters"
            )
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"
