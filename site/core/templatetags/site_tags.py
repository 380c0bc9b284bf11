"""Addresses and small helpers for every template."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.utils.translation import get_language

register = template.Library()


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
