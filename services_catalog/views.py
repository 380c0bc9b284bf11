"""The catalogue beside its pages: the short check, comparing two, the leaflet, packages."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language_info
from django.views.decorators.http import require_safe

from core.clock import database_now
from core.i18n.active import active_language
from core.i18n.sorting import sort_key
from services_catalog import leaflet
from services_catalog.bookings.selectors import next_slots
from services_catalog.selectors.comparing import compare
from services_catalog.selectors.packages import find_package
from services_catalog.selectors.services import (
    ServiceView,
    find_service,
    live_services,
    request_url,
)

YES, NO = "tak", "nie"


def _service(slug: str) -> ServiceView:
    service = find_service(slug, language=active_language())
    if service is None:
        raise Http404
    return service


@require_safe
def self_check(request: HttpRequest, slug: str) -> HttpResponse:
    """A few yes/no questions before asking. The answers stand in the address and nowhere else."""
    service = _service(slug)
    questions = list(service.text.questions.all())
    if not questions:
        raise Http404
    rows = []
    for number, question in enumerate(questions, start=1):
        answer = request.GET.get(f"p{number}", "")
        answer = answer if answer in {YES, NO} else ""
        rows.append(
            {
                "name": f"p{number}",
                "question": question,
                "answer": answer,
                "fits": answer == (YES if question.fits else NO),
            }
        )
    given = [row for row in rows if row["answer"]]
    context = {
        "service": service,
        "rows": rows,
        "is_sent": bool(given) or "sprawdz" in request.GET,
        "missing": [row for row in rows if not row["answer"]],
        "problems": [row for row in given if not row["fits"]],
        "request_url": request_url(service),
        "fallback_language": (
            get_language_info(service.text_language) if service.is_fallback else None
        ),
    }
    return render(request, "services_catalog/self_check.html", context)


@require_safe
def compare_view(request: HttpRequest) -> HttpResponse:
    """Two services side by side; which two stands in the address."""
    everything = live_services(active_language())
    by_slug = {service.slug: service for service in everything}
    chosen = [by_slug.get(request.GET.get(name, "")) for name in ("a", "b")]
    first, second = chosen
    context = {
        "services": sorted(everything, key=lambda one: sort_key(one.name)),
        "first": first,
        "second": second,
        "is_same": first is not None and first is second,
        "rows": compare(first, second) if first and second and first is not second else [],
    }
    return render(request, "services_catalog/compare.html", context)


@require_safe
def leaflet_view(request: HttpRequest, slug: str) -> HttpResponse:
    """The service on one sheet, as a tagged PDF."""
    service = _service(slug)
    response = HttpResponse(leaflet.render(service), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{service.slug}.pdf"'
    return response


@require_safe
def package_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One package and the services in it."""
    package = find_package(slug, language=active_language())
    if package is None:
        raise Http404
    url = reverse("services:package_request", args=[slug])
    # Dates can be booked together when every service that is always part of it has some.
    found = next_slots([service.canonical for service in package.services], database_now())
    has_dates = bool(found) and all(one.canonical.pk in found for one in package.required)
    dates_url = reverse("services:book_package", args=[slug]) if has_dates else ""
    context = {"package": package, "request_url": url, "dates_url": dates_url}
    return render(request, "services_catalog/package.html", context)
