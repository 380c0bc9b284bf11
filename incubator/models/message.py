"""Messages of staff to many applicants at once."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp


class BulkMessage(models.Model):
    """One message as it was sent: what, to how many, by whom. The mails stand in the outbox."""

    affects_public_pages = False

    #: From the page with the preview: its button sends once.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(
        "incubator.Call", models.PROTECT, related_name="messages", verbose_name=_("call")
    )
    states = ArrayField(models.CharField(max_length=30), verbose_name=_("states"))
    subject = models.CharField(_("subject"), max_length=150)
    text = models.TextField(_("text"), max_length=5000)
    people = models.PositiveIntegerField(_("people"))
    by = models.BigIntegerField()
    written_at = models.DateTimeField(_("written"), db_default=ClockTimestamp())
    leaves_at = models.DateTimeField(_("leaves"))
    cancelled_at = models.DateTimeField(_("stopped"), null=True, blank=True)

    class Meta:
        verbose_name = _("message to applicants")
        verbose_name_plural = _("messages to applicants")
        ordering = ["-written_at", "-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.subject

    @property
    def order_key(self) -> str:
        """What its mails have in common in the outbox."""
        return f"incubator.message:{self.key}"
