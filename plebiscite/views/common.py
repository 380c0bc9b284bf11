"""What the views of this folder share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from core.throttle import throttle
from plebiscite.models import Plebiscite
from plebiscite.selectors import crumbs, find_public, view

View = Callable[..., Any]
#: What one account may send. A whole family at one computer stays far below it.
TRIES, PER = 120, timedelta(minutes=10)


def private(decorated: View) -> View:
    """No cache keeps the answer, not even the browser's own for its back button."""

    @wraps(decorated)
    def answered(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = decorated(*args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return answered


def public_or_404(slug: str) -> Plebiscite:
    """The plebiscite of an address."""
    found = find_public(slug)
    if found is None:
        raise Http404
    return found


def count_try(request: HttpRequest, scope: str) -> None:
    """One try of this account; raises Throttled when it is one too many."""
    throttle(f"plebiscite.{scope}", str(request.user.pk), limit=TRIES, per=PER)


def draw(
    request: HttpRequest,
    template: str,
    plebiscite: Plebiscite,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page about one plebiscite."""
    seen = view(plebiscite)
    here = {"view": seen, "plebiscite": plebiscite, "breadcrumbs": crumbs(plebiscite)}
    return render(request, f"plebiscite/{template}", {**here, **context}, status=status)


def sign_in_url(back: str) -> str:
    """Where to sign in, to come back here afterwards."""
    return f"{reverse('account_login')}?{urlencode({'next': back})}"


def sign_up_url(back: str) -> str:
    """Where to make an account, to come back here afterwards."""
    return f"{reverse('account_signup')}?{urlencode({'next': back})}"


def carried(request: HttpRequest, *left_out: str) -> list[tuple[str, str]]:
    """What was sent, to be sent again after signing in."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in {"csrfmiddlewaretoken", *left_out}
    ]
