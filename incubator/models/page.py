"""The incubator's page in the tree: what it is, and the calls below it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from core.blocks import BodyBlock
from core.models import BasePage


class IncubatorPage(RoutablePageMixin, BasePage):
    """The text about the incubator and the list of calls. Deleting it touches no call."""

    body = StreamField(BodyBlock(required=False), verbose_name=_("text"), blank=True)

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("incubator")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from incubator import selectors

        context = super().get_context(request, *args, **kwargs)
        context.update(selectors.calls_context())
        return context

    @path("nabory/<slug:slug>/", name="call")
    def call(self, request: HttpRequest, slug: str) -> HttpResponse:
        """One call."""
        from incubator import selectors

        context = selectors.call_context(slug)
        if context is None:
            raise Http404
        return self.render(request, template="incubator/call.html", context_overrides=context)

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """The page and every published call."""
        from incubator.models.call import Call

        urls = super().get_sitemap_urls(request)
        base = self.full_url
        return urls + [
            {"location": f"{base}nabory/{slug}/"}
            for slug in Call.objects.published().values_list("slug", flat=True)
        ]

    @property
    def breadcrumbs_for_call(self) -> list[Page]:
        return [*self.breadcrumbs, self]
