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
from modelcluster.models import ClusterableModel
from wagtail.fields import RichTextField

from core.clock import ClockTimestamp
from core.models.multilingual import MultilingualName, in_language
from core.sharing.card import Card
from core.structured import named
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
            annulled_at=None,
            opens_at__lte=ClockTimestamp(),
            closes_at__gt=ClockTimestamp(),
        )


class Call(ClusterableModel, MultilingualName):
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
    regulations_pl = RichTextField(_("regulations"), blank=True)
    regulations_be = RichTextField(_("regulations, Belarusian"), blank=True)
    regulations_en = RichTextField(_("regulations, English"), blank=True)
    regulations_it = RichTextField(_("regulations, Italian"), blank=True)
    legal_forms = models.JSONField(
        _("who may apply"), default=list, blank=True, help_text=_("None ticked means everybody.")
    )
    needs_patron = models.BooleanField(
        _("informal groups need a patron"),
        default=True,
        help_text=_("An organisation whose people have agreed here to answer for the group."),
    )
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
    #: When people who subscribed to new calls were told of it.
    announced_at = models.DateTimeField(null=True, editable=False)
    #: A call that was annulled takes nothing any more, whatever its times say.
    annulled_at = models.DateTimeField(_("annulled"), null=True, editable=False)
    annulled_reason = models.TextField(_("reason"), max_length=2000, blank=True, editable=False)
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
    def share_card(self) -> Card:
        """The picture that stands beside a shared link."""
        language = get_language() or settings.LANGUAGE_CODE
        title = named(self.name, is_example=self.is_example)
        return Card("nabor", self.slug, language, title, str(_("Incubator")))

    @property
    def summary(self) -> str:
        return in_language(self, "summary")

    @property
    def body(self) -> str:
        return in_language(self, "body")

    @property
    def regulations(self) -> str:
        return in_language(self, "regulations")

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
        if self.annulled_at is not None:
            return Phase.CLOSED
        if now < self.opens_at:
            return Phase.PLANNED
        return Phase.OPEN if now < self.closes_at else Phase.CLOSED

    def closes_for(self, organisation_id: int | None) -> datetime:
        """When the call closes for an organisation: later than for others if it was extended."""
        if organisation_id is None:
            return self.closes_at
        found = self.extensions.filter(organisation_id=organisation_id).first()
        return max(self.closes_at, found.closes_at) if found else self.closes_at

    @property
    def last_moment_of_all(self) -> datetime:
        """Until when anybody's application may still come in; never shown."""
        latest = self.extensions.aggregate(latest=models.Max("closes_at"))["latest"]
        closes = max(self.closes_at, latest) if latest else self.closes_at
        return closes + timedelta(seconds=self.grace_s)

    @property
    def last_moment(self) -> datetime:
        """Until when applications are really taken; never shown."""
        return self.closes_at + timedelta(seconds=self.grace_s)

    def takes(self, arrived_at: datetime, organisation_id: int | None = None) -> bool:
        """Whether an application that arrived at this moment is in time."""
        if not self.is_published or self.annulled_at is not None:
            return False
        last = self.closes_for(organisation_id) + timedelta(seconds=self.grace_s)
        return self.opens_at <= arrived_at <= last

    def is_late(self, arrived_at: datetime, organisation_id: int | None = None) -> bool:
        """Whether it came in the time of grace."""
        return arrived_at > self.closes_for(organisation_id)

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


class CallAmendment(models.Model):
    """A change of a published call, for everybody to read. Rows are only added."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="amendments")
    #: The name of the changed field of the call.
    what = models.CharField(max_length=30)
    old = models.CharField(max_length=40, blank=True)
    new = models.CharField(max_length=40, blank=True)
    reason = models.TextField(max_length=1000)
    by = models.BigIntegerField()
    published_at = models.DateTimeField(db_default=ClockTimestamp())

    class Meta:
        default_permissions = ()
        ordering = ["-published_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.call_id} {self.what}"


class Extension(models.Model):
    """A later close for one organisation, with the reason for it."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="extensions")
    organisation = models.ForeignKey(
        "directory.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    closes_at = models.DateTimeField(_("closes for it"))
    reason = models.TextField(_("reason"), max_length=1000)
    by = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=ClockTimestamp())

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["call", "organisation"], name="incubator_extension_one")
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.organisation_id}"


class CallQuestion(models.Model):
    """A question about a call. With its answer it is published to all, without who asked."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="questions", verbose_name=_("call"))
    question = models.TextField(_("question"), max_length=1000)
    answer = models.TextField(_("answer"), max_length=3000, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"), db_default=ClockTimestamp())
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)

    class Meta:
        verbose_name = _("question about a call")
        verbose_name_plural = _("questions about calls")
        ordering = ["asked_at", "pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.question[:80]
