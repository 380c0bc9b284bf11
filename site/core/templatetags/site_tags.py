"""Addresses and small helpers for every template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import structured
from core.blocks import anchor_of
from core.sharing.card import SIZE, site_card

register = template.Library()
#: What the frame of every page has taken for itself.
ANCHORS_OF_EVERY_PAGE = frozenset({"tresc", "menu", "footer-1", "footer-2", "footer-3"})


@register.simple_tag
def pl_url(path: str, language: str | None = None) -> str:
    """`path` (a Polish one, as `/uslugi/`) in the active or the given language."""
    return localised_path(path, language or get_language() or settings.LANGUAGE_CODE)


def localised_path(path: str, language: str) -> str:
    """A Polish path with the prefix of `language`; a prefix it already has is replaced."""
    parts = path.split("/", 2)
    if len(parts) > 2 and parts[1] in dict(settings.LANGUAGES):
        path = "/" + parts[2]
    return path if language == settings.LANGUAGE_CODE else f"/{language}{path}"


@register.filter
def with_anchors(body: Iterable[Any]) -> Iterator[tuple[Any, str]]:
    """Every block of a body with the anchor of a heading, each of them once on the page."""
    taken = set(ANCHORS_OF_EVERY_PAGE)
    for block in body:
        anchor = anchor_of(block.value) if block.block_type == "heading" else ""
        number, free = 1, anchor
        while anchor and free in taken:
            number += 1
            free = f"{anchor}-{number}"
        taken.add(free)
        yield block, free


@register.simple_tag
def site_url() -> str:
    """The address of the site without a slash at the end, for what is printed on paper."""
    return str(settings.WAGTAILADMIN_BASE_URL).rstrip("/")


@register.filter
def phone_href(phone: str) -> str:
    """`85 682 21 80` as `tel:+48856822180`; foreign numbers keep their own prefix."""
    digits = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
    if not digits:
        return ""
    return f"tel:{digits if digits.startswith('+') else '+48' + digits.lstrip('0')}"


@register.simple_tag
def structured_data(things: Iterable[Mapping[str, Any]] | None) -> SafeString:
    """What search engines are told about the page (`core.structured`)."""
    return structured.data_block(things or ())


@register.simple_tag(takes_context=True)
def breadcrumb_data(context: Any, crumbs: Iterable[Any], title: str) -> SafeString:
    """The same way that the breadcrumbs show; crumbs are pages, or have `title` and `href`."""
    way = []
    for place, crumb in enumerate(crumbs):
        one = crumb if isinstance(crumb, Mapping) else vars(crumb)
        path = one.get("href") or crumb.get_url(context.get("request")) or "/"
        way.append((_("Start") if place == 0 else str(one["title"]), str(path)))
    return structured.data_block([structured.breadcrumbs(way, str(title))])


@register.simple_tag
def share_picture(thing: Any) -> SafeString:
    """The picture beside a shared link: that of `thing` (its `share_card`), else of the site."""
    card = getattr(thing, "share_card", None)
    if card is None or not card.key:
        card = site_card(get_language() or settings.LANGUAGE_CODE)
    return format_html(
        '<meta property="og:image" content="{url}">'
        '<meta property="og:image:type" content="image/jpeg">'
        '<meta property="og:image:width" content="{width}">'
        '<meta property="og:image:height" content="{height}">'
        '<meta property="og:image:alt" content="{label}">',
        url=structured.whole(card.url),
        width=SIZE[0],
        height=SIZE[1],
        label=card.label,
    )


@register.filter
def locale_of(language: str) -> str:
    """`pl` as `pl_PL`, the way that networks name languages."""
    return {"pl": "pl_PL", "be": "be_BY", "en": "en_GB", "it": "it_IT"}.get(language, language)
