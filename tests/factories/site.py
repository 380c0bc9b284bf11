"""A site with its languages and index pages, as `setup_site` and editors make it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from home.models import (
    EventIndexPage,
    EventPage,
    HomePage,
    NewsIndexPage,
    NewsPage,
    StandardPage,
)
from home.setup import setup_site
from services_catalog.models import CataloguePage


@dataclass
class SiteTree:
    """The pages a test usually needs."""

    home: HomePage
    news: NewsIndexPage
    events: EventIndexPage
    catalogue: CataloguePage

    def add(self, parent: Any, page: Any) -> Any:
        """Publishes `page` under `parent`."""
        parent.refresh_from_db()
        parent.add_child(instance=page)
        page.save_revision().publish()
        page.refresh_from_db()
        return page

    def news_item(self, title: str = "Nowina", slug: str = "nowina", **fields: Any) -> NewsPage:
        fields.setdefault("lead", "Krótko o nowinie.")
        fields.setdefault("body", [("paragraph", "<p>Treść.</p>")])
        return self.add(self.news, NewsPage(title=title, slug=slug, **fields))

    def event(self, title: str = "Spotkanie", slug: str = "spotkanie", **fields: Any) -> EventPage:
        start = fields.pop("starts_at", timezone.now() + timedelta(days=2))
        fields.setdefault("ends_at", start + timedelta(hours=2))
        fields.setdefault("place", "Rynek")
        return self.add(self.events, EventPage(title=title, slug=slug, starts_at=start, **fields))

    def standard(self, title: str = "Strona", slug: str = "strona", **fields: Any) -> StandardPage:
        fields.setdefault("body", [("paragraph", "<p>Treść.</p>")])
        return self.add(self.home, StandardPage(title=title, slug=slug, **fields))


def make_site() -> SiteTree:
    """The home page in four languages, news, events and the catalogue; made once."""
    home = setup_site()
    tree = SiteTree(home=home, news=None, events=None, catalogue=None)  # type: ignore[arg-type]
    tree.news = _index(tree, NewsIndexPage, "Aktualności", "aktualnosci")
    tree.events = _index(tree, EventIndexPage, "Wydarzenia", "wydarzenia")
    tree.catalogue = _index(tree, CataloguePage, "Usługi", "uslugi")
    return tree


def _index(tree: SiteTree, kind: type[Any], title: str, slug: str) -> Any:
    found = kind.objects.child_of(tree.home).first()
    return found or tree.add(tree.home, kind(title=title, slug=slug))
