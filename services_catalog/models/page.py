"""The catalogue: its page in the tree, and a service's address below it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.models import Page

from core.models import BasePage
from services_catalog import selectors
from services_catalog.selectors.packages import packages
from services_catalog.timetable.selectors import has_slots
from services_catalog.timetable.weeks import week


class CataloguePage(RoutablePageMixin, BasePage):
    """All services, with facets as plain links."""

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("catalogue of services")

    @path("", name="index_route")
    def index_route(self, request: HttpRequest) -> HttpResponse:
        """The list. A service's page has the same template context but for what is read here."""
        language = self.locale.language_code
        services = selectors.live_services(language)
        base_url = self.get_url(request) or ""
        context = selectors.catalogue(
            request.GET, language=language, base_url=base_url, services=services
        )
        context["packages"] = packages(language, services)
        return self.render(request, context_overrides=context)

    @path("<slug:slug>/", name="service")
    def service(self, request: HttpRequest, slug: str) -> HttpResponse:
        """One service."""
        language = self.locale.language_code
        service = selectors.find_service(slug, language=language)
        if service is None:
            raise Http404
        context = selectors.service_context(service, language=language)
        if has_slots(service.canonical):
            context["week"] = week(
                request.GET, language=language, base_url=service.url, service=service.canonical
            )
        return self.render(
            request, template="services_catalog/service.html", context_overrides=context
        )

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """The catalogue and every service in it."""
        urls = super().get_sitemap_urls(request)
        base = self.full_url
        return urls + [
            {"location": f"{base}{service.slug}/", "lastmod": service.last_published_at}
            for service in selectors.live_services(self.locale.language_code)
            if service.text_language == self.locale.language_code
        ]

    @property
    def breadcrumbs_for_service(self) -> list[Page]:
        return [*self.breadcrumbs, self]
