"""A service on one sheet to print and hang up: a tagged PDF (PDF/UA-1), the same bytes every time.

Data goes to the typesetter as JSON and is never part of its program.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.utils.translation import gettext as _

from core.i18n.typography import typeset
from services_catalog.selectors.comparing import facts
from services_catalog.selectors.services import ServiceView

SOURCE = Path(__file__).with_name("leaflet.typ")


def render(service: ServiceView) -> bytes:
    """The PDF in the active language."""
    pdf: bytes = typst.compile(
        str(SOURCE),
        root=str(SOURCE.parent),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(contents(service), ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=0,
    )
    return pdf


def contents(service: ServiceView) -> dict[str, Any]:
    """Everything printed, as texts."""
    url = f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{service.url}"
    contact = [service.contact_name, service.contact_phone, service.contact_email]
    return {
        "language": service.language,
        "name": typeset(service.name, service.language),
        "summary": typeset(service.summary, service.language),
        "example": str(_("example")) if service.is_example else "",
        "facts": [
            {"label": label, "value": typeset(value, service.language)}
            for label, value in [*facts(service), (_("Contact"), ", ".join(filter(None, contact)))]
            if value
        ],
        "steps_title": _("How it goes"),
        "steps": [typeset(step.text, service.language) for step in service.steps],
        "code_text": _("A code that leads to the page of the service"),
        "url": url,
        "qr": _qr(url),
        "site": settings.WAGTAIL_SITE_NAME,
    }


def _qr(url: str) -> str:
    buffer = io.BytesIO()
    segno.make(url, error="m").save(buffer, kind="svg", border=2, xmldecl=False, svgns=True)
    return buffer.getvalue().decode()
