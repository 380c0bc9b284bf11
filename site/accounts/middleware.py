"""Staff enter the admin with a second factor or not at all."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts import second_factor
from core.middleware import ADMIN_PREFIX

#: Signing out is always allowed.
OPEN_PATHS = frozenset({"/admin/login/", "/admin/logout/"})


class SecondFactorMiddleware:
    """Refuses everything under `/admin/` to a session that has not seen a second factor.

    By the path, not by the view: a view that somebody adds later is covered as well. Private
    documents and pages outside `/admin/` are covered by `accounts.wagtail_hooks`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if (
            path.startswith(ADMIN_PREFIX)
            and path not in OPEN_PATHS
            and request.user.is_authenticated
            and second_factor.is_missing(request)
        ):
            return refuse(request)
        return self.get_response(request)


def refuse(request: HttpRequest) -> HttpResponse:
    """Sends the person to use their second factor, or to set one up; programs get 403."""
    if request.headers.get("x-requested-with") == "XMLHttpRequest" or request.method != "GET":
        return HttpResponseForbidden()
    query = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
    return redirect(f"{reverse('account_second_factor')}?{query}")
