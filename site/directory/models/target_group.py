"""Whom services and events are for."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from core.models.multilingual import MultilingualName


class TargetGroup(MultilingualName):
    """A group of residents, such as older people; a facet of the catalogue."""

    slug = models.SlugField(_("address part"), max_length=40, unique=True)
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    panels = [
        *(FieldPanel(f"name_{code}") for code in ("pl", "be", "en", "it")),
        FieldPanel("slug"),
        FieldPanel("sort_order"),
    ]

    class Meta:
        verbose_name = _("target group")
        verbose_name_plural = _("target groups")
        ordering = ["sort_order", "name_pl"]
