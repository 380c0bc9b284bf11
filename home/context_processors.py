"""Header, footer and language switch of every page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from core.ports import Platform
from core.templatetags.site_tags import localised_path, phone_href
from home.models.settings import SiteIdentity
from home.selectors import PLATFORM_NAMES

PLATFORM_PATHS = {
    Platform.SERVICES: "/uslugi/",
    Platform.PLEBISCITE: "/plebiscyt/",
    Platform.INCUBATOR: "/inkubator/",
    Platform.EVENTS: "/wydarzenia/",
}


def site_chrome(request: HttpRequest) -> dict[str, Any]:
    """`navigation` and `site_identity`, made only when a template asks for them."""
    return {
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
        "site_identity": SimpleLazyObject(lambda: _identity(request)),
    }


def _navigation(request: HttpRequest) -> dict[str, Any]:
    language = get_language() or settings.LANGUAGE_CODE
    here = localised_path(request.path, settings.LANGUAGE_CODE)

    def link(label: str, path: str) -> dict[str, Any]:
        return {
            "label": label,
            "url": localised_path(path, language),
            "current": here == path or (path != "/" and here.startswith(path)),
        }

    return {
        "home_url": localised_path("/", language),
        "platforms": [
            {"number": int(number), **link(str(PLATFORM_NAMES[number]), path)}
            for number, path in PLATFORM_PATHS.items()
        ],
        "utility": [
            link(_("About the project"), "/o-projekcie/"),
            link(_("News"), "/aktualnosci/"),
            link(_("The building"), "/budynek/"),
            link(_("Contact"), "/kontakt/"),
            link(_("My matters"), "/sprawy/"),
            link(_("My account"), "/konto/"),
            link(_("Search"), "/szukaj/"),
        ],
        "footer": [
            {
                "title": _("What you can do here"),
                "links": [
                    link(_("Services and sign-up"), "/uslugi/"),
                    link(_("Timetable"), "/harmonogram/"),
                    link(_("Plebiscite"), "/plebiscyt/"),
                    link(_("Incubator of organisations"), "/inkubator/"),
                    link(_("Events"), "/wydarzenia/"),
                    link(_("My matters"), "/sprawy/"),
                    link(_("My account"), "/konto/"),
                ],
            },
            {
                "title": _("About us"),
                "links": [
                    link(_("About the project"), "/o-projekcie/"),
                    link(_("Partners"), "/o-projekcie/partnerzy/"),
                    link(_("The building"), "/budynek/"),
                    link(_("News"), "/aktualnosci/"),
                    link(_("Open data"), "/dane/"),
                ],
            },
            {
                "title": _("For everyone"),
                "links": [
                    link(_("Easy-to-read text"), "/tekst-latwy/"),
                    link(_("Accessibility statement"), "/dostepnosc/"),
                    link(_("Privacy"), "/prywatnosc/"),
                    link(_("Cookies"), "/ciasteczka/"),
                    link(_("Contact"), "/kontakt/"),
                ],
            },
        ],
        "languages": [
            {
                "code": code,
                "label": "БЕ" if code == "be" else code.upper(),
                "name": get_language_info(code)["name_local"],
                "url": _address(request, code) + _query(request),
                "absolute_url": settings.WAGTAILADMIN_BASE_URL + _address(request, code),
                "current": code == language,
            }
            for code, _name in settings.LANGUAGES
        ],
    }


def _address(request: HttpRequest, code: str) -> str:
    """Where the page stands in another language; the home page where it does not stand at all."""
    found: dict[str, str] | None = getattr(request, "page_addresses", None)
    if not found:
        return localised_path(request.path, code)
    return found.get(code) or localised_path("/", code)


def _query(request: HttpRequest) -> str:
    query = request.META.get("QUERY_STRING", "")
    return f"?{query}" if query else ""


def _identity(request: HttpRequest) -> dict[str, Any]:
    identity = SiteIdentity.for_request(request)
    marks = (
        ("funds", _("European Funds: Knowledge Education Development"), identity.mark_funds),
        ("republic", _("Republic of Poland"), identity.mark_republic),
        ("union", _("European Union: European Social Fund"), identity.mark_union),
        ("project", _("Hajnówka OdNowa"), identity.mark_project),
    )
    return {
        "name": "Hajnówka OdNowa",
        "strapline": _("OdNowa – the residents’ station"),
        "office": identity.office,
        "address_lines": identity.address.splitlines(),
        "phone": identity.phone,
        "phone_href": phone_href(identity.phone),
        "email": identity.email,
        "eu_marks": [
            {"key": key, "label": label, "image": image}
            for key, label, image in marks
            if image or key != "project"
        ],
        "funding_note": _(
            "The project “Hajnówka OdNowa. Kooperacja w rewitalizacji – doświadczenia z Reggio "
            "Emilia” (2018–2021) was co-financed by the European Union from the European Social "
            "Fund, programme POWER 2014–2020, measure 4.3."
        ),
        "namesake_note": _(
            "“Hajnówka OdNowa – Zielona Transformacja” is a different, later project."
        ),
    }
