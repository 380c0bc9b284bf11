"""Addresses. Machine paths have no language; people's have Polish without a prefix."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.views import serve as serve_page

from accounts import urls as account_urls
from home import views
from home.films import film

handler404 = "home.views.not_found"
handler403 = "home.views.forbidden"
handler500 = "home.views.server_error"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("healthz/ready", views.ready, name="ready"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path(
        "obrazek/<str:language>/<slug:kind>/<slug:key>/<slug:digest>.jpg",
        views.share_picture,
        name="share_picture",
    ),
    # Before Wagtail's: its own ways to sign in know no second factor.
    *account_urls.instead_of_wagtail,
    path("admin/", include(wagtailadmin_urls)),
    path("dokumenty/film/<int:pk>/", film, name="film"),
    path("dokumenty/", include(wagtaildocs_urls)),
    # Public pictures. A proxy in front may serve this folder itself (docs/operations.md).
    re_path(r"^media/(?P<path>images/.*)$", views.picture),
    *i18n_patterns(
        path("konto/organizacje/", include("directory.urls")),
        path("konto/", include(account_urls)),
        path("_util/login/", account_urls.private_page_login),
        path("inkubator/", include("incubator.urls")),
        path("plebiscyt/", include("plebiscite.urls")),
        path("szukaj/", views.search, name="search"),
        path("szukaj/podpowiedzi/", views.suggest, name="search_suggest"),
        path("sprawy/", views.my_matters_page, name="my_matters"),
        path("", include("services_catalog.timetable.urls")),
        path("pomysly/", include("services_catalog.place.urls")),
        path("", include("home.urls")),
        path("", include("services_catalog.urls")),
        # Files that pages make (feeds, calendars, totals): Wagtail's own pattern wants a slash at
        # the end.
        re_path(r"^((?:[\w-]+/)+[\w-]+\.(?:xml|ics|csv|json|jsonl|pdf))$", serve_page),
        path("", include(wagtail_urls)),
        prefix_default_language=False,
    ),
]
