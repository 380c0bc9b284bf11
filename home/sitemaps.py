"""The sitemap: every text once, in every language."""

from __future__ import annotations

from django.db.models import Q
from wagtail.contrib.sitemaps.sitemap_generator import Sitemap
from wagtail.models import Page
from wagtail.query import PageQuerySet


class LanguagesSitemap(Sitemap):
    """Wagtail's lists the tree of one language; ours has one beside it for each of the others."""

    def items(self) -> PageQuerySet:
        """Public pages below the home pages of all languages; each says what it lists."""
        trees = Q()
        for home in self.get_wagtail_site().root_page.get_translations(inclusive=True):
            trees |= Q(path__startswith=home.path)
        return (
            Page.objects.filter(trees)
            .live()
            .public()
            .order_by("path")
            .defer_streamfields()
            .specific()
        )
