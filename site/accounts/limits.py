"""How often things around accounts may be tried. Counted by `core.throttle` for all hosts together.

allauth's own limits are off: they count in Django's cache, which each process has to itself.
Tries are counted before any transaction, so that they count even when it is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse

from core.throttle import Throttled, throttle, visitor_key

View = Callable[..., HttpResponse]


class Limit(NamedTuple):
    """At most `tries` in `per`."""

    tries: int
    per: timedelta


LIMITS = {
    # What is sent to pages, by visitor: a class in the library shares one address.
    "sign_in": Limit(30, timedelta(minutes=1)),
    "ask_for_mail": Limit(30, timedelta(minutes=10)),
    # … and by account.
    "change_account": Limit(20, timedelta(minutes=10)),
    # Guessing, by the address or account that is guessed at. Successes count as well.
    "password": Limit(10, timedelta(minutes=15)),
    "second_factor": Limit(10, timedelta(minutes=15)),
    # A code of the app is good for a minute and a half; it opens once.
    "used_code": Limit(1, timedelta(minutes=2)),
    # Nobody's mailbox is filled by somebody else, by address.
    "mail": Limit(8, timedelta(hours=1)),
}


def take(name: str, subject: str) -> bool:
    """Counts one try of `subject`; whether it was within the limit."""
    limit = LIMITS[name]
    try:
        throttle(f"accounts.{name}", subject, limit=limit.tries, per=limit.per)
    except Throttled:
        return False
    return True


def limited(name: str) -> Callable[[View], View]:
    """Counts what is sent to a view, by account or else by visitor; looking is free.

    Beyond the limit the view raises Throttled, which becomes the page 429.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in {"GET", "HEAD", "OPTIONS"}:
                limit = LIMITS[name]
                user = request.user
                key = f"account {user.pk}" if user.is_authenticated else visitor_key(request)
                throttle(f"accounts.{name}", key, limit=limit.tries, per=limit.per)
            return view(request, *args, **kwargs)

        return counted

    return decorate
