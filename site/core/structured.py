"""Facts for search engines: schema.org in JSON-LD.

A block of data is no script: browsers run nothing in it and the strict policy lets it stand. It
repeats what the page shows and adds nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

CONTEXT = "https://schema.org"
#: So that no text can end the element, begin a comment, or hide from a reader that is not careful.
ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def whole(path: str) -> str:
    """A path of this site with its host; an address that has one already as it is."""
    if not path.startswith("/"):
        return path
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path


def thing(kind: str, **facts: Any) -> dict[str, Any]:
    """A thing of schema.org; facts that are empty are left out."""
    return {"@type": kind, **{name: fact for name, fact in facts.items() if fact not in ("", None)}}


def named(title: str, *, is_example: bool) -> str:
    """A title that says when the thing is invented, for readers who see no marks."""
    if not is_example:
        return title
    mark = gettext("example")
    return f"{title} ({mark})"


def publisher() -> dict[str, Any]:
    """Who speaks on this site; the home page tells more under the same name."""
    site = whole("/")
    return {**thing("Organization", name=settings.WAGTAIL_SITE_NAME, url=site), "@id": f"{site}#o"}


def breadcrumbs(way: Iterable[tuple[str, str]], title: str) -> dict[str, Any]:
    """The way to a page: names and addresses from the home page down, and the page itself."""
    steps = [
        thing("ListItem", position=place, name=name, item=_address(whole(path)))
        for place, (name, path) in enumerate(way, start=1)
    ]
    here = thing("ListItem", position=len(steps) + 1, name=title)
    return thing("BreadcrumbList", itemListElement=[*steps, here])


def _address(url: str) -> dict[str, Any]:
    """A page known by its address: the vocabulary wants a thing there and no words."""
    return {"@id": url, **thing("WebPage", url=url)}


def data_block(things: Iterable[Mapping[str, Any]]) -> SafeString:
    """The element for things, nothing when there are none."""
    found = [{"@context": CONTEXT, **one} for one in things]
    if not found:
        return SafeString("")
    text = json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False)
    # Every sign that means something in HTML is written as JSON writes it.
    return mark_safe(  # noqa: S308
        f'<script type="application/ld+json">{text.translate(ESCAPES)}</script>'
    )
