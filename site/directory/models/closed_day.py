"""Days on which the building, or one room of it, is closed."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel

from core.models.multilingual import MultilingualName


class ClosedDayQuerySet(models.QuerySet["ClosedDay"]):
    """Reads of closed days."""

    def between(self, first: date, last: date) -> ClosedDayQuerySet:
        """Those that touch the days from `first` to `last`, both included."""
        return self.filter(starts_on__lte=last, ends_on__gte=first)


class ClosedDay(MultilingualName):
    """From a day to a day; its name is the public reason. Polish holidays need no row."""

    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    room = models.ForeignKey(
        "directory.Room",
        verbose_name=_("room"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="closed_days",
        help_text=_("Empty: the whole building."),
    )
    is_example = models.BooleanField(_("example"), default=False)

    objects = ClosedDayQuerySet.as_manager()

    panels = [
        FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")]),
        FieldPanel("room"),
        MultiFieldPanel(
            [FieldPanel(f"name_{code}") for code in ("pl", "be", "en", "it")],
            heading=_("Public reason"),
        ),
        FieldPanel("is_example"),
    ]

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="directory_closed_days_in_order",
                violation_error_message=_("The last day comes before the first."),
            )
        ]

    def covers(self, day: date, room_id: int | None) -> bool:
        """Whether something in this room, or anywhere in the building, cannot take place."""
        return self.starts_on <= day <= self.ends_on and self.room_id in {None, room_id}
