"""Answers readers without a session from memory."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from core.pagecache.generation import Clock
from core.pagecache.store import Entry, Store
from core.templatetags.site_tags import localised_path

# A page shows hours and "today": it is drawn anew at least this often.
MAX_AGE_S = 30.0
# Parameters that change a public page. Any other parameter bypasses the store.
QUERY_ALLOWED = frozenset("q strona rodzaj temat stan dla gdzie dzien koszt sala kto".split())
NEVER = (
    "/admin/", "/konto/", "/sprawy/", "/static/", "/media/", "/obrazek/", "/dokumenty/", "/healthz",
)  # fmt: skip
BROWSER_CACHE = "public, max-age=0, must-revalidate"
# A cache in front that is told of changes may keep a page as long as we do.
SHARED_CACHE = f"public, max-age=0, s-maxage={MAX_AGE_S:.0f}, must-revalidate"

clock = Clock()
store = Store(max_bytes=64 * 1024 * 1024)


class PageCacheMiddleware:
    """The outermost one: a stored page costs no database, session or template.

    Stored: GET answers with status 200 to requests without cookies of ours, that set no cookie
    and do not say `private` or `no-store`. The key is scheme, host, path and allowed parameters;
    the language is part of the path.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = self.key(request)
        if key is None:
            return self.get_response(request)
        # Read before the page is drawn: a change meanwhile makes the page newer than its number.
        generation = clock.number()
        entry = store.get(key)
        now = time.monotonic()
        if entry and entry.generation == generation and now - entry.made_at < MAX_AGE_S:
            return self.answer(request, entry)
        response = self.get_response(request)
        if not self.may_be_stored(request, response):
            return response
        response.headers["Cache-Control"] = SHARED_CACHE if settings.FRONT_CACHES else BROWSER_CACHE
        entry = Entry.build(
            generation=generation,
            made_at=now,
            headers={name: value for name, value in response.items() if name != "Content-Length"},
            body=response.content,
        )
        store.put(key, entry)
        return self.answer(request, entry)

    def key(self, request: HttpRequest) -> tuple[str, ...] | None:
        """Where the answer would be kept, None when it must not be shared."""
        if not settings.PAGE_CACHE or request.method not in {"GET", "HEAD"}:
            return None
        if settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers:
            return None
        if settings.CSRF_COOKIE_NAME in request.COOKIES:
            return None
        path = request.path_info
        if localised_path(path, settings.LANGUAGE_CODE).startswith(NEVER):
            return None
        if not QUERY_ALLOWED.issuperset(request.GET):
            return None
        try:
            host = request.get_host()
        except DisallowedHost:
            return None
        return (request.scheme or "", host, path, request.META.get("QUERY_STRING", "")[:500])

    def may_be_stored(self, request: HttpRequest, response: HttpResponse) -> bool:
        """Whether the answer is the same for everybody."""
        if request.method != "GET" or response.status_code != 200 or response.streaming:
            return False
        if response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
            return False
        control = response.get("Cache-Control", "")
        return "private" not in control and "no-store" not in control

    def answer(self, request: HttpRequest, entry: Entry) -> HttpResponse:
        """The stored answer in the encoding the browser takes; 304 when it has it."""
        if request.headers.get("If-None-Match") == entry.etag:
            response: HttpResponse = HttpResponseNotModified()
            body = b""
        else:
            encoding, body = entry.best(request.headers.get("Accept-Encoding", ""))
            response = HttpResponse(body)
            if encoding:
                response["Content-Encoding"] = encoding
        for name, value in entry.headers:
            if response.status_code == 200 or name != "Content-Type":
                response[name] = value
        if response.status_code == 200:
            response["Content-Length"] = str(len(body))
        response["ETag"] = entry.etag
        response["Vary"] = "Accept-Encoding, Cookie"
        return response
