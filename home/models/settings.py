"""What the header, the footer and the marks strip say about the site."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting


def mark(label: Any, help_text: Any = "") -> models.ForeignKey:
    """A slot for an official mark; without a file its name stands there."""
    return models.ForeignKey(
        "core.Picture",
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=help_text,
    )


@register_setting(icon="home")
class SiteIdentity(BaseSiteSetting):
    """Address, telephone and marks."""

    office = models.CharField(_("office"), max_length=120, default="Urząd Miasta Hajnówka")
    address = models.TextField(
        _("address"), max_length=250, default="ul. Aleksego Zina 1\n17-200 Hajnówka"
    )
    phone = models.CharField(_("telephone"), max_length=30, default="85 682 21 80")
    email = models.EmailField(_("e-mail address"), blank=True)
    mark_funds = mark(
        _("mark of the European Funds"),
        _("Official files come from the European Funds portal; do not redraw them."),
    )
    mark_republic = mark(_("colours of the Republic of Poland"))
    mark_union = mark(
        _("mark of the European Union"), _("Empty: the emblem drawn to its published geometry.")
    )
    mark_project = mark(_("mark of the project"), _("The fourth and last place in the line."))

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("office"),
                FieldPanel("address"),
                FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]),
            ],
            heading=_("Contact in the footer"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("mark_funds"),
                FieldPanel("mark_republic"),
                FieldPanel("mark_union"),
                FieldPanel("mark_project"),
            ],
            heading=_("Marks of the funding"),
        ),
    ]

    class Meta:
        verbose_name = _("site identity")
