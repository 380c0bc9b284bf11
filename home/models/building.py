"""The building and its rooms on a drawn plan."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from core.blocks import BodyBlock
from core.models import BasePage
from directory.models import Room


class BuildingPage(BasePage):
    """The plan and the list of rooms come from the directory."""

    body = StreamField(BodyBlock(required=False), verbose_name=_("text"), blank=True)

    parent_page_types = ["home.HomePage"]
    subpage_types = ["home.StandardPage"]
    max_count_per_parent = 1
    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("building page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from home import selectors

        context = super().get_context(request, *args, **kwargs)
        context["rooms"] = list(Room.objects.select_related("cover"))
        context["floors"] = selectors.floors(context["rooms"])
        return context
