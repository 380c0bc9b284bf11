"""The answer to too many tries."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from core.throttle.counting import Throttled


class ThrottleMiddleware:
    """Turns `Throttled`, wherever a view lets it pass, into the page 429."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return too_many(request, error) if isinstance(error, Throttled) else None


def too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    """The page that says when to come back. What was typed is still in the visitor's browser."""
    response = render(request, "429.html", {"wait": wait_text(error.retry_after)}, status=429)
    response.headers["Retry-After"] = str(error.retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response


def wait_text(seconds: int) -> str:
    """How long to wait, rounded up to what people reckon in."""
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = -(-minutes // 60)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
