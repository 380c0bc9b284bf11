"""Open data: the page, the files, the catalogue."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from core import ports
from core.ports import Dataset
from home import open_data


def _find(slug: str) -> Dataset:
    found = dict(ports.open_data.items()).get(slug)
    if found is None:
        raise Http404
    return found


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every dataset with its files and columns."""
    context = {
        "datasets": [
            {"slug": slug, "dataset": dataset} for slug, dataset in ports.open_data.items()
        ],
        "licence": open_data.LICENCE,
        "licence_url": open_data.LICENCE_URL,
    }
    return render(request, "home/data.html", context)


@require_safe
def dataset(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """One dataset as a file. What is inside is the same under every language's address."""
    found = _find(slug)
    with translation.override(settings.LANGUAGE_CODE):
        if kind == "csv":
            text, media = open_data.as_csv(found), "text/csv; charset=utf-8"
        else:
            text = open_data.json_text(open_data.as_json(slug, found))
            media = "application/json; charset=utf-8"
    response = HttpResponse(text, content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{slug}.{kind}"'
    # Anybody's page may read it: it is open.
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """All datasets for programs."""
    base = f"{settings.WAGTAILADMIN_BASE_URL}/dane/"
    with translation.override(settings.LANGUAGE_CODE):
        text = open_data.json_text(open_data.catalogue(ports.open_data.items(), base))
    response = HttpResponse(text, content_type="application/ld+json; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    return response
