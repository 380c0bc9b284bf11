"""The home page: what this is, what can be done now, what is new."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from core.blocks import BodyBlock
from core.models import BasePage


class HomePage(BasePage):
    """The root of one language. Everything below the hero is filled from live data."""

    hero_heading = models.CharField(
        _("heading"), max_length=60, help_text=_("The large line over the picture.")
    )
    body = StreamField(
        BodyBlock(required=False),
        verbose_name=_("further text"),
        blank=True,
        help_text=_("Optional; shown after the board."),
    )

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "home.ProjectPage",
        "home.StandardPage",
        "home.NewsIndexPage",
        "home.EventIndexPage",
        "home.BuildingPage",
        "home.ContactPage",
        "home.PeoplePage",
        "home.FaqPage",
        "home.GalleryPage",
        "home.DownloadsPage",
        "home.CampaignPage",
        "home.ContactFormPage",
        "home.DeclarationPage",
        "home.PrivacyPage",
        "home.CookiesPage",
        "plebiscite.PlebisciteIndexPage",
        "services_catalog.CataloguePage",
        "incubator.IncubatorPage",
    ]
    max_count_per_parent = 4

    content_panels = [
        *Page.content_panels,
        FieldPanel("hero_heading"),
        FieldPanel("lead"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("home page")

    def structured(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The site and who runs it."""
        from home import structured

        return structured.site(request)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from home import selectors

        context = super().get_context(request, *args, **kwargs)
        context.update(selectors.home_sections(self))
        return context
