"""Keeps voting stands on their own pages."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from core.templatetags.site_tags import localised_path
from plebiscite import addresses
from plebiscite.kiosk_pass import COOKIE, Stand, stand_of


class StandMiddleware:
    """Sends a device that is a voting stand back to it, whatever it asks for.

    It stands before the pages that are kept in memory. Everybody else costs it one look for a
    cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if COOKIE not in request.COOKIES:
            return self.get_response(request)
        stand = stand_of(request)
        if stand is None or _is_open(request.path_info, stand):
            return self.get_response(request)
        return HttpResponseRedirect(addresses.kiosk(stand.slug, settings.LANGUAGE_CODE))


def _is_open(path: str, stand: Stand) -> bool:
    files = (settings.STATIC_URL, settings.MEDIA_URL)
    own = addresses.kiosk(stand.slug, settings.LANGUAGE_CODE)
    return path.startswith(files) or localised_path(path, settings.LANGUAGE_CODE).startswith(own)
