"""What both sides write, words that staff keep ready, and how residents judge the outcome."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from core.clock import ClockTimestamp
from services_catalog.cases.models.case import ServiceRequest
from services_catalog.models.service import Service


class CaseMessage(models.Model):
    """Something one side wrote. Internal notes never leave the office. Files belong to it."""

    affects_public_pages = False

    class Author(models.TextChoices):
        REQUESTER = "requester", _("resident")
        STAFF = "staff", _("office")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(ServiceRequest, on_delete=models.CASCADE, related_name="messages")
    author = models.CharField(_("author"), max_length=10, choices=Author)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(_("text"), max_length=4000)
    is_internal = models.BooleanField(_("internal note"), default=False)
    created_at = models.DateTimeField(_("written"), db_default=ClockTimestamp())
    submission_key = models.UUIDField(unique=True, editable=False)

    class Meta:
        verbose_name = _("message")
        ordering = ["created_at"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(author="staff") | Q(is_internal=False),
                name="services_message_internal_by_staff",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.author}"


class CaseFeedback(models.Model):
    """What the resident thinks of a closed case, once."""

    affects_public_pages = False

    class Rating(models.IntegerChoices):
        VERY_BAD = 1, _("very bad")
        BAD = 2, _("bad")
        FAIR = 3, _("fair")
        GOOD = 4, _("good")
        VERY_GOOD = 5, _("very good")

    case = models.OneToOneField(ServiceRequest, on_delete=models.CASCADE, related_name="feedback")
    rating = models.PositiveSmallIntegerField(_("rating"), choices=Rating)
    comment = models.TextField(_("comment"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("given"), db_default=ClockTimestamp())

    class Meta:
        verbose_name = _("feedback")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=5), name="services_feedback_in_range"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.rating}"


class ReplyTemplate(models.Model):
    """Words that staff keep ready for answers, for every service or for one."""

    affects_public_pages = False

    title = models.CharField(_("title"), max_length=80)
    text = models.TextField(_("text"), max_length=4000)
    service = models.ForeignKey(
        Service,
        verbose_name=_("only for this service"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="reply_templates",
    )

    panels = [FieldPanel("title"), FieldPanel("text"), FieldPanel("service")]

    class Meta:
        verbose_name = _("reply template")
        verbose_name_plural = _("reply templates")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
