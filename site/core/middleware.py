"""Language from the path alone, the content security policy, and the page for a pause."""

from __future__ import annotations

import logging
from collections.abc import Callable

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation

log = logging.getLogger("core.pause")

ADMIN_PREFIX = "/admin/"


class LanguageMiddleware:
    """Activates the language that the path names, Polish where it names none.

    Neither a cookie nor Accept-Language is asked (Django's LocaleMiddleware asks both and marks
    answers as varying): one address is one page in one language, for people and for caches.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy everywhere; the relaxed one under Wagtail's admin alone."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(ADMIN_PREFIX) and not report_only:
            parts.replace = settings.ADMIN_CONTENT_SECURITY_POLICY
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
        if getattr(request, "is_preview", False) and not report_only:
            # A draft is shown in a frame of the admin itself; else it is as strict as the page.
            parts.replace = {"frame-ancestors": ["'self'"]}
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return parts


class PauseMiddleware:
    """Answers 503 with a friendly page while the site is paused or its database is away.

    The administrator pauses the site by making the file `settings.PAUSE_FILE` (an upgrade, a
    restore) and ends the pause by removing it; `/healthz` goes on answering.
    """

    RETRY_AFTER_S = 120

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.PAUSE_FILE.exists() and request.path_info != "/healthz":
            return self.page(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OperationalError):
            return None
        log.error("the database is away: %s", type(exception).__name__)
        return self.page(request)

    def page(self, request: HttpRequest) -> HttpResponse:
        response = render(None, "503.html", status=503)
        response["Retry-After"] = str(self.RETRY_AFTER_S)
        response["Cache-Control"] = "no-store"
        return response
