"""What a service consists of besides its own row: providers, steps, the short check, hours."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Orderable, TranslatableMixin

from services_catalog.models.service import Service


class ServiceProvider(TranslatableMixin, Orderable):
    """An organisation that delivers a service."""

    service = ParentalKey(Service, on_delete=models.CASCADE, related_name="providers")
    organisation = models.ForeignKey(
        "directory.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="services_provided",
    )

    panels = [FieldPanel("organisation")]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        verbose_name = _("provider")


class ServiceStep(TranslatableMixin, Orderable):
    """One step of how a service goes, from the resident's side."""

    service = ParentalKey(Service, on_delete=models.CASCADE, related_name="steps")
    text = models.CharField(_("step"), max_length=250)

    panels = [FieldPanel("text")]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        verbose_name = _("step")


class EligibilityQuestion(TranslatableMixin, Orderable):
    """One yes/no question of the short check before asking for a service."""

    service = ParentalKey(Service, on_delete=models.CASCADE, related_name="questions")
    text = models.CharField(_("question"), max_length=200)
    fits = models.BooleanField(
        _("“yes” fits"), default=True, help_text=_("Unticked, “no” is the answer that fits.")
    )
    otherwise = models.CharField(
        _("what to say when it does not fit"), max_length=250,
        help_text=_("What the person can do instead."),
    )  # fmt: skip

    panels = [FieldPanel("text"), FieldPanel("fits"), FieldPanel("otherwise")]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        verbose_name = _("question of the check")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class ServiceHours(TranslatableMixin, Orderable):
    """Weekly hours in which a service runs, local time."""

    service = ParentalKey(Service, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    opens_at = models.TimeField(_("from"))
    closes_at = models.TimeField(_("to"))

    panels = [
        FieldRowPanel([FieldPanel("weekday"), FieldPanel("opens_at"), FieldPanel("closes_at")])
    ]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        verbose_name = _("hours")
        ordering = ["weekday", "opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")),
                name="services_hours_in_order",
                violation_error_message=_("The hours have to end after they begin."),
            )
        ]

    def next_start(self, now: datetime.datetime) -> datetime.datetime:
        """The next beginning at or after `now` (aware), by the clock on the wall.

        Wall-clock arithmetic: at nine stays at nine across the change to summer time.
        """
        zone = now.tzinfo
        days = (self.weekday - now.weekday()) % 7
        candidate = datetime.datetime.combine(
            now.date() + datetime.timedelta(days=days), self.opens_at, tzinfo=zone
        )
        if candidate < now:
            candidate = datetime.datetime.combine(
                candidate.date() + datetime.timedelta(days=7), self.opens_at, tzinfo=zone
            )
        return candidate
