"""Rooms of the building, with their place on the drawn plan."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel

from core.models.multilingual import MultilingualName, in_language

PLAN_WIDTH, PLAN_HEIGHT = 600, 300


class Room(MultilingualName):
    """A room people can use. The plan is drawn on a sheet of 600 × 300 units."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveSmallIntegerField(_("number"), unique=True)
    slug = models.SlugField(_("address part"), max_length=60, unique=True)
    description_pl = models.TextField(_("description"), max_length=500)
    description_be = models.TextField(_("description, Belarusian"), max_length=500, blank=True)
    description_en = models.TextField(_("description, English"), max_length=500, blank=True)
    description_it = models.TextField(_("description, Italian"), max_length=500, blank=True)
    accessibility_pl = models.TextField(_("accessibility"), max_length=500)
    accessibility_be = models.TextField(_("accessibility, Belarusian"), max_length=500, blank=True)
    accessibility_en = models.TextField(_("accessibility, English"), max_length=500, blank=True)
    accessibility_it = models.TextField(_("accessibility, Italian"), max_length=500, blank=True)
    seats = models.PositiveSmallIntegerField(_("seats"))
    floor = models.SmallIntegerField(_("floor"), default=0, help_text=_("0 is the ground floor."))
    area = models.DecimalField(
        _("area in m²"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    plan_x = models.PositiveSmallIntegerField(
        _("from the left"), validators=[MaxValueValidator(PLAN_WIDTH)]
    )
    plan_y = models.PositiveSmallIntegerField(
        _("from the top"), validators=[MaxValueValidator(PLAN_HEIGHT)]
    )
    plan_width = models.PositiveSmallIntegerField(
        _("width on the plan"), validators=[MinValueValidator(20), MaxValueValidator(PLAN_WIDTH)]
    )
    plan_height = models.PositiveSmallIntegerField(
        _("height on the plan"), validators=[MinValueValidator(20), MaxValueValidator(PLAN_HEIGHT)]
    )
    cover = models.ForeignKey(
        "core.Picture",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_example = models.BooleanField(_("example"), default=False)

    panels = [
        FieldRowPanel([FieldPanel("number"), FieldPanel("slug")]),
        MultiFieldPanel(
            [FieldPanel(f"name_{code}") for code in ("pl", "be", "en", "it")], heading=_("Name")
        ),
        FieldRowPanel([FieldPanel("seats"), FieldPanel("floor"), FieldPanel("area")]),
        MultiFieldPanel(
            [FieldPanel(f"description_{code}") for code in ("pl", "be", "en", "it")],
            heading=_("Description"),
        ),
        MultiFieldPanel(
            [FieldPanel(f"accessibility_{code}") for code in ("pl", "be", "en", "it")],
            heading=_("Accessibility"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("plan_x"), FieldPanel("plan_y")]),
                FieldRowPanel([FieldPanel("plan_width"), FieldPanel("plan_height")]),
            ],
            heading=_("Place on the plan (a sheet of 600 × 300 units)"),
        ),
        FieldPanel("cover"),
        FieldPanel("is_example"),
    ]

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(plan_x__lte=PLAN_WIDTH - models.F("plan_width"))
                & models.Q(plan_y__lte=PLAN_HEIGHT - models.F("plan_height")),
                name="directory_room_on_plan",
                violation_error_message=_("The room does not fit on the plan."),
            )
        ]

    @property
    def description(self) -> str:
        """The description in the active language."""
        return in_language(self, "description")

    @property
    def accessibility(self) -> str:
        """What a visitor with a disability finds there, in the active language."""
        return in_language(self, "accessibility")
