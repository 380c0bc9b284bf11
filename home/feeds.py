"""The Atom feed of the news."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from core.structured import named
from home.models.news import NewsIndexPage, NewsPage


class SpokenAtom(Atom1Feed):
    """Atom whose entries say in which language they are: not all are translated."""

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        return {"xml:lang": item["language"]}


class NewsFeed(Feed):
    """The newest twenty items of one language."""

    feed_type = SpokenAtom
    # Atom demands an author (RFC 4287, 4.1.1).
    author_name = settings.WAGTAIL_SITE_NAME

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
        return named(item.title, is_example=item.is_example)

    def item_description(self, item: NewsPage) -> str:
        # A reader takes it for markup, and it is none.
        return escape(item.lead)

    def item_extra_kwargs(self, item: NewsPage) -> dict[str, Any]:
        return {"language": item.text_language}

    def item_link(self, item: NewsPage) -> str:
        return item.full_url or ""

    def item_pubdate(self, item: NewsPage) -> datetime:
        return timezone.make_aware(datetime.combine(item.date, time(8)))

    def item_updateddate(self, item: NewsPage) -> datetime:
        return item.last_published_at or self.item_pubdate(item)
