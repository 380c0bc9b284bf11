"""What pages, services and shared texts link to, read from what editors typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import URLField
from wagtail.models import Page

from core.models import SharedText
from home.models import CampaignPage
from services_catalog.models import Service

_TO_ROW = re.compile(r'<a\b(?=[^>]*\blinktype="(page|document)")[^>]*\bid="(\d+)"')
_HREF = re.compile(r'<a\b[^>]*\bhref="([^"]*)"')
# Fields of blocks that hold the number of a chosen row, and what kind of row it is.
_CHOSEN = {"page": "page", "image": "picture", "downloads": "document", "shared": "shared"}


@dataclass
class Links:
    """What one text links to."""

    row: Any
    #: Kind and number of rows of this site: ("page", 12).
    chosen: set[tuple[str, int]] = field(default_factory=set)
    #: Paths of this site.
    paths: set[str] = field(default_factory=set)
    #: Addresses of other sites, without what follows a `#`.
    outside: set[str] = field(default_factory=set)

    def add_address(self, address: str) -> None:
        """Sorts an address in; others than of the web (mail, telephones) are not looked at."""
        parts = urlsplit(address.strip())
        own = urlsplit(settings.WAGTAILADMIN_BASE_URL).netloc
        if parts.scheme in {"http", "https"} and parts.netloc and parts.netloc != own:
            self.outside.add(parts._replace(fragment="").geturl())
        elif parts.path.startswith("/") and parts.netloc in {"", own}:
            self.paths.add(parts.path)

    def add_markup(self, markup: str) -> None:
        """Sorts in what the links of rich text lead to."""
        self.chosen.update((kind, int(number)) for kind, number in _TO_ROW.findall(markup))
        for address in _HREF.findall(markup):
            self.add_address(unescape(address))


def links() -> Iterator[Links]:
    """The links of every published text; a page that repeats another language's is left out."""
    pages = Page.objects.live().filter(depth__gte=2, alias_of=None).specific()
    for page in pages.iterator(chunk_size=100):
        found = Links(page)
        if hasattr(page, "body"):
            _walk(list(page.body.get_prep_value()), found, "")
        for one in page._meta.fields:
            if isinstance(one, URLField):
                found.add_address(getattr(page, one.name))
        if isinstance(page, CampaignPage):
            found.add_address(page.call_url)
            if page.call_page_id:
                found.chosen.add(("page", page.call_page_id))
        yield found
    for service in Service.objects.live().iterator(chunk_size=100):
        found = Links(service)
        _walk(list(service.body.get_prep_value()), found, "")
        yield found
    for shared in SharedText.objects.all():
        found = Links(shared)
        for code, _name in settings.LANGUAGES:
            found.add_markup(getattr(shared, f"text_{code}"))
        yield found


def _walk(value: Any, found: Links, name: str) -> None:
    """Reads the raw values of blocks: what they refer to may be gone."""
    if isinstance(value, dict):
        # A block of a stream names its kind; the items of a list are called "item".
        kind = value["type"] if {"type", "value"} <= value.keys() else ""
        for key, one in value.items():
            inner = (name if kind == "item" else kind) if kind and key == "value" else key
            _walk(one, found, name if inner == "items" else inner)
    elif isinstance(value, list):
        for one in value:
            _walk(one, found, name)
    elif isinstance(value, int) and not isinstance(value, bool) and name in _CHOSEN:
        found.chosen.add((_CHOSEN[name], value))
    elif isinstance(value, str) and name == "url":
        found.add_address(value)
    elif isinstance(value, str):
        found.add_markup(value)
