"""Mail that has to leave, written in the transaction of what it tells about."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp


class MailState(models.TextChoices):
    """Where a mail is on its way."""

    QUEUED = "queued", _("waiting to be sent")
    INFLIGHT = "inflight", _("being sent")
    AWAITING_RETRY = "awaiting_retry", _("waiting for another try")
    WITHHELD = "withheld", _("held back")
    FAILED = "failed", _("not sent")
    SENT = "sent", _("sent")


#: States in which a later mail of the same case has to wait.
UNFINISHED = (MailState.QUEUED, MailState.INFLIGHT, MailState.AWAITING_RETRY)
FINISHED = (MailState.SENT, MailState.FAILED)


class Problem(models.TextChoices):
    """Why a mail is not sent (yet). Never the server's own words: they repeat addresses."""

    NONE = "", _("none")
    CONNECTION = "connection", _("the mail server could not be reached")
    SETTINGS = "settings", _("the mail server did not accept us")
    REFUSED = "refused", _("the mail server refused the mail for good")
    POSTPONED = "postponed", _("the mail server asked to try later")
    UNKNOWN = "unknown", _("it is not known whether the mail left")
    OTHER = "other", _("an error in the platform")
    ERASED = "erased", _("the text was erased before it was sent")


class OutboxMail(models.Model):
    """One mail to one address. `dedupe_key` is the promise that it is written once at most."""

    id = models.BigAutoField(primary_key=True)
    #: Also the mail's Message-ID, the same on every try.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dedupe_key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=80)
    order_key = models.CharField(max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    to = models.CharField(_("to"), max_length=320, blank=True)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True)
    #: Where one press takes the reader off the list this mail was written to (RFC 8058).
    unsubscribe_url = models.CharField(max_length=500, blank=True)
    #: A calendar file (RFC 5545) that goes along.
    calendar = models.TextField(blank=True)
    #: The text opens something (a code, a private link): it is erased as soon as it was sent.
    is_secret = models.BooleanField(default=False)

    state = models.CharField(
        _("state"), max_length=16, choices=MailState.choices, default=MailState.QUEUED
    )
    problem = models.CharField(
        _("problem"), max_length=16, choices=Problem.choices, default=Problem.NONE, blank=True
    )
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    created_at = models.DateTimeField(_("written"), db_default=ClockTimestamp())
    next_try_at = models.DateTimeField(_("next try"), db_default=ClockTimestamp())
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    purged_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mail")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("retry_outboxmail", _("Can send failed mail again"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=MailState.values), name="core_outbox_state_known"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=False, state__in=FINISHED)
                | Q(finished_at__isnull=True) & ~Q(state__in=FINISHED),
                name="core_outbox_finished_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                condition=Q(state__in=[MailState.QUEUED, MailState.AWAITING_RETRY]),
                name="core_outbox_due",
            ),
            models.Index(
                fields=["order_key", "id"],
                condition=Q(state__in=UNFINISHED) & ~Q(order_key=""),
                name="core_outbox_order",
            ),
            models.Index(
                fields=["finished_at"],
                condition=Q(purged_at__isnull=True),
                name="core_outbox_purge",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
