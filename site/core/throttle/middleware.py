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


# A form with one of these in a name is not sent back: the page would hold a secret.
_SECRETS = ("password", "pin", "code", "token", "secret", "key_", "ballot", "nonce", "receipt")
# From here on a text is worth copying.
_LONG = 40


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a refused form, to be sent once more; none where they hold a secret."""
    if request.method != "POST":
        return []
    fields = [
        (name, str(value))
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    if any(secret in name.lower() for name, _value in fields for secret in _SECRETS):
        return []
    return fields


def too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    """The page that says when to come back, and holds what was typed until then."""
    fields = typed(request)
    context = {
        "wait": wait_text(error.retry_after),
        "fields": fields,
        "texts": [value for _name, value in fields if len(value) >= _LONG and " " in value],
        "address": request.get_full_path(),
        "has_files": bool(request.FILES),
    }
    response = render(request, "429.html", context, status=429)
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
