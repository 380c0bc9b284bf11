"""Views that are not pages of the tree: search, health, robots, error pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.static import serve
from wagtail.contrib.sitemaps.views import sitemap as wagtail_sitemap

from core import ports
from core.search.editing import note_miss, promoted
from core.search.query import excerpt, find
from core.search.suggest import suggestions
from home.my_matters import my_matters
from home.sitemaps import LanguagesSitemap
from services_catalog.bookings.access import opened_bookings
from services_catalog.bookings.selectors import opened_bookings as bookings_of
from services_catalog.cases.access import opened_cases
from services_catalog.cases.selectors import opened_cases as matters_of

PAGE_SIZE = 15
NOT_FOR_CRAWLERS = ("szukaj", "konto", "sprawy")


def kind_labels() -> dict[str, str]:
    """What search results are, in the order the filter shows them."""
    return {
        "service": _("Services"),
        "plebiscite": _("Plebiscites"),
        "work": _("Works"),
        "call": _("Calls"),
        "event": _("Events"),
        "news": _("News"),
        "document": _("Documents"),
        "project": _("Project"),
        "page": _("Pages"),
    }


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search over everything public, by kind."""
    language = get_language() or settings.LANGUAGE_CODE
    query = request.GET.get("q", "").replace("\x00", "").strip()[:150]
    labels = kind_labels()
    kind = request.GET.get("rodzaj", "")
    kind = kind if kind in labels else ""
    results = find(query, language=language, kind=kind)
    page = Paginator(results.entries, PAGE_SIZE).get_page(request.GET.get("strona"))
    items = [
        {
            "title": entry.title,
            "url": entry.url,
            "kind": labels.get(entry.kind, entry.kind),
            "date": entry.date,
            "is_example": entry.is_example,
            "excerpt": excerpt(f"{entry.summary} {entry.body}".strip(), query, language),
        }
        for entry in page.object_list
    ]
    total = sum(results.counts.values())
    on_top = promoted(query, language) if page.number == 1 and not kind else []
    if query and not total and not on_top:
        note_miss(query, language)
    return render(
        request,
        "home/search.html",
        {
            "query": query,
            "kind": kind,
            "kinds": [
                {"key": "", "label": _("All"), "count": total, "is_selected": not kind},
                *(
                    {
                        "key": key,
                        "label": label,
                        "count": results.counts[key],
                        "is_selected": key == kind,
                    }
                    for key, label in labels.items()
                    if results.counts.get(key)
                ),
            ],
            "results": items,
            "promoted": on_top,
            "total": page.paginator.count,
            "total_label": ngettext("%(count)d result", "%(count)d results", page.paginator.count)
            % {"count": page.paginator.count},
            "page_obj": page,
            "page_numbers": page.paginator.get_elided_page_range(page.number),
        },
    )


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Titles for what has been typed so far; kept by the page cache like any public page."""
    language = get_language() or settings.LANGUAGE_CODE
    typed = request.GET.get("q", "").replace("\x00", "")[:60]
    return JsonResponse({"titles": suggestions.of(language).like(typed)})


@never_cache
@require_safe
def my_matters_page(request: HttpRequest) -> HttpResponse:
    """What a signed-in person has here; others see what a link has opened, and the way to it."""
    language = get_language() or settings.LANGUAGE_CODE
    matters = (
        my_matters(user=request.user, language=language) if request.user.is_authenticated else None
    )
    opened = []
    if matters is None:
        opened = [*matters_of(opened_cases(request)), *bookings_of(opened_bookings(request))]
    return render(request, "home/my_matters.html", {"matters": matters, "opened": opened})


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """A public picture, from the folder that the settings name now."""
    return serve(request, path, document_root=str(settings.MEDIA_ROOT))


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """The database answers and every registered part can work; 503 names what cannot."""
    checks: dict[str, Any] = {"database": _ask_database, **dict(ports.health.items())}
    failed = []
    for name, check in checks.items():
        try:
            check()
        except Exception:
            failed.append(name)
    return JsonResponse({"ok": not failed, "failed": failed}, status=503 if failed else 200)


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may read: all but the admin, the search and what belongs to one person."""
    prefixes = ["", *(f"/{code}" for code, _name in settings.LANGUAGES[1:])]
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        *(f"Disallow: {prefix}/{part}/" for part in NOT_FOR_CRAWLERS for prefix in prefixes),
        f"Sitemap: {settings.WAGTAILADMIN_BASE_URL}/sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Pages and services of every language; untranslated ones are listed once, in Polish."""
    return wagtail_sitemap(request, {"pages": LanguagesSitemap})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: whatever failed may be among them."""
    return render(None, "500.html", status=500)
