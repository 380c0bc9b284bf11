"""Calls: when organisations may apply, for how many places, with which form."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField

from core.clock import ClockTimestamp
from core.models.multilingual import MultilingualName, in_language
from core.templatetags.site_tags import localised_path

INCUBATOR_PATH = "/inkubator/"
LONGEST_GRACE_S = 900


class Phase(models.TextChoices):
    """Where a call is, by the clock alone: no job has to open or close it."""

    PLANNED = "planned", _("planned")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class CallQuerySet(models.QuerySet["Call"]):
    """Reads of calls, by the database's clock."""

    def published(self) -> CallQuerySet:
        """Those that visitors see."""
        return self.filter(is_published=True)

    def open_now(self) -> CallQuerySet:
        """Published ones that take applications."""
        return self.published().filter(
            opens_at__lte=ClockTimestamp(), closes_at__gt=ClockTimestamp()
        )


class Call(MultilingualName):
    """One call for applications. Its times are not part of any page: no draft changes them."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(_("address part"), max_length=80, unique=True)
    year = models.PositiveSmallIntegerField(
        _("year in numbers"), help_text=_("First part of the applications’ numbers.")
    )
    ordinal = models.PositiveSmallIntegerField(
        _("number in the year"), default=1, validators=[MaxValueValidator(99)]
    )
    summary_pl = models.TextField(_("summary"), max_length=400)
    summary_be = models.TextField(_("summary, Belarusian"), max_length=400, blank=True)
    summary_en = models.TextField(_("summary, English"), max_length=400, blank=True)
    summary_it = models.TextField(_("summary, Italian"), max_length=400, blank=True)
    body_pl = RichTextField(_("text"), blank=True)
    body_be = RichTextField(_("text, Belarusian"), blank=True)
    body_en = RichTextField(_("text, English"), blank=True)
    body_it = RichTextField(_("text, Italian"), blank=True)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    grace_s = models.PositiveSmallIntegerField(
        _("seconds of grace"),
        default=300,
        validators=[MaxValueValidator(LONGEST_GRACE_S)],
        help_text=_(
            "Applications that arrive so long after the close are still taken. Applicants are not "
            "told of it."
        ),
    )
    seats = models.PositiveSmallIntegerField(_("places"))
    one_per_organisation = models.BooleanField(
        _("one application of an organisation"), default=True
    )
    form_version = models.ForeignKey(
        "forms.FormVersion",
        verbose_name=_("form"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    decision_due = models.DateField(_("decision until"), null=True, blank=True)
    contact_name = models.CharField(_("person in charge"), max_length=120)
    contact_phone = models.CharField(_("telephone"), max_length=30, blank=True)
    contact_email = models.EmailField(_("e-mail address"))
    is_published = models.BooleanField(_("published"), default=False)
    is_example = models.BooleanField(_("example"), default=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-closes_at"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["year", "ordinal"],
                name="incubator_call_number",
                violation_error_message=_("Another call of this year has this number."),
            ),
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")),
                name="incubator_call_opens_first",
                violation_error_message=_("A call has to close after it opens."),
            ),
            models.CheckConstraint(
                condition=Q(grace_s__lte=LONGEST_GRACE_S), name="incubator_call_grace"
            ),
            models.CheckConstraint(
                condition=Q(ordinal__range=(1, 99)) & Q(year__range=(2000, 9999)),
                name="incubator_call_number_range",
            ),
        ]

    @property
    def summary(self) -> str:
        return in_language(self, "summary")

    @property
    def body(self) -> str:
        return in_language(self, "body")

    @property
    def code(self) -> str:
        """How staff name it in short: `2026/01`."""
        return f"{self.year}/{self.ordinal:02d}"

    @property
    def url(self) -> str:
        """The page of the call in the active language."""
        return self.url_in(get_language() or settings.LANGUAGE_CODE)

    def url_in(self, language: str) -> str:
        """The page of the call in a language."""
        return localised_path(f"{INCUBATOR_PATH}nabory/{self.slug}/", language)

    def phase_at(self, now: datetime) -> Phase:
        """Where the call is at a moment of the database's clock."""
        if now < self.opens_at:
            return Phase.PLANNED
        return Phase.OPEN if now < self.closes_at else Phase.CLOSED

    @property
    def last_moment(self) -> datetime:
        """Until when applications are really taken; never shown."""
        return self.closes_at + timedelta(seconds=self.grace_s)

    def takes(self, arrived_at: datetime) -> bool:
        """Whether an application that arrived at this moment is in time."""
        return self.is_published and self.opens_at <= arrived_at <= self.last_moment

    def is_late(self, arrived_at: datetime) -> bool:
        """Whether it came in the time of grace."""
        return arrived_at > self.closes_at

    def clean(self) -> None:
        """Once organisations rely on a call, its form stays and its close only moves later."""
        super().clean()
        if not self.pk:
            return
        before = Call.objects.get(pk=self.pk)
        if not self.applications.exists():
            return
        if self.form_version_id != before.form_version_id:
            raise ValidationError(
                {"form_version": _("Somebody is filling in this form already; it has to stay.")}
            )
        if self.closes_at and self.closes_at < before.closes_at:
            raise ValidationError(
                {"closes_at": _("Somebody relies on this date already; it can only be later.")}
            )
        if self.opens_at and before.opens_at != self.opens_at:
            raise ValidationError({"opens_at": _("The call has opened already.")})
