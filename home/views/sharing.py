"""Share pictures: drawn when somebody first asks for them, kept until nobody has for long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.views.decorators.http import require_safe
from wagtail.models import Page

from core.sharing import Card, draw, site_card
from incubator.models.call import Call
from plebiscite.models import Plebiscite
from services_catalog.selectors import find_service

FOLDER = "share"
KEPT = timedelta(days=60)
YEAR_S = 31_536_000
#: As many digits as any number of a page has.
LONGEST_NUMBER = 9


def _page(key: str, language: str) -> Any:
    if not key.isdecimal() or len(key) > LONGEST_NUMBER:
        return None
    page = Page.objects.live().public().filter(pk=key, locale__language_code=language).first()
    return page.specific if page else None


def _service(key: str, language: str) -> Any:
    return find_service(key, language=language)


def _plebiscite(key: str, language: str) -> Any:
    return Plebiscite.objects.public().select_related("cover").filter(slug=key).first()


def _call(key: str, language: str) -> Any:
    return Call.objects.published().filter(slug=key).first()


#: How the thing behind a card is found again. What is not public has no picture.
FINDERS: dict[str, Callable[[str, str], Any]] = {
    "strona": _page,
    "usluga": _service,
    "plebiscyt": _plebiscite,
    "nabor": _call,
}


def card_of(kind: str, key: str, language: str) -> Card:
    """The card as it is now. Raises Http404."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    if kind == "stacja":
        return site_card(language)
    found = FINDERS[kind](key, language) if kind in FINDERS else None
    card: Card | None = getattr(found, "share_card", None)
    if card is None:
        raise Http404
    return card


@require_safe
def share_picture(
    request: HttpRequest, language: str, kind: str, key: str, digest: str
) -> HttpResponse:
    """The picture of this digest; for an older one the way to that of today.

    No page waits for it: pages name it, and it is drawn here.
    """
    with translation.override(language if language in dict(settings.LANGUAGES) else None):
        card = card_of(kind, key, language)
        if card.digest != digest:
            return redirect(card.url)
        response = HttpResponse(_content(card), content_type="image/jpeg")
    # Other words have another address, so this one never changes.
    response["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
    return response


def _content(card: Card) -> bytes:
    """The picture from the storage, where it is put when it was not there."""
    name = f"{FOLDER}/{card.digest}.jpg"
    if default_storage.exists(name):
        with default_storage.open(name) as file:
            kept: bytes = file.read()
        return kept
    content = draw(card)
    default_storage.save(name, ContentFile(content))
    return content


def tidy() -> int:
    """Removes pictures drawn long ago; who still asks for one gets it drawn again."""
    try:
        names = default_storage.listdir(FOLDER)[1]
    except FileNotFoundError:
        return 0
    old = timezone.now() - KEPT
    number = 0
    for name in names:
        path = f"{FOLDER}/{name}"
        if default_storage.get_modified_time(path) < old:
            default_storage.delete(path)
            number += 1
    return number
