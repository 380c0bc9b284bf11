"""Language from the path alone, and the content security policy."""

from __future__ import annotations

from collections.abc import Callable

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

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
        self, request: HttpRequest, response: HttpResponse, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(ADMIN_PREFIX) and not report_only:
            parts.replace = settings.ADMIN_CONTENT_SECURITY_POLICY
            # Previews are shown in a frame of the admin itself.
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return parts
