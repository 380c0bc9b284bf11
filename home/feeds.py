"""The Atom feed of the news."""

from __future__ import annotations

from datetime import datetime, time

from django.contrib.syndication.views import Feed
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed

from home.models.news import NewsIndexPage, NewsPage


class NewsFeed(Feed):
    """The newest twenty items of one language."""

    feed_type = Atom1Feed

    def __init__(self, index: NewsIndexPage) -> None:
        self.index = index
        self.language = index.locale.language_code

    def title(self) -> str:
        return f"{self.index.title} – Hajnówka OdNowa"

    def subtitle(self) -> str:
        return self.index.lead

    def link(self) -> str:
        return self.index.get_url() or "/"

    def items(self) -> list[NewsPage]:
        return list(self.index.news()[:20])

    def item_title(self, item: NewsPage) -> str:
        return item.title

    def item_description(self, item: NewsPage) -> str:
        return item.lead

    def item_link(self, item: NewsPage) -> str:
        return item.full_url or ""

    def item_pubdate(self, item: NewsPage) -> datetime:
        return timezone.make_aware(datetime.combine(item.date, time(8)))

    def item_updateddate(self, item: NewsPage) -> datetime:
        return item.last_published_at or self.item_pubdate(item)
