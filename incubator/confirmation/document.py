"""The confirmation as a tagged PDF (PDF/UA-1), the same bytes every time.

Data goes to the typesetter as JSON and is never part of its program, so no answer can change
what the document does. The document is in Polish, the language of the procedure.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode

from core.i18n.dates import long_date
from core.i18n.typography import typeset
from forms.types import registry
from incubator.confirmation.code import code_of
from incubator.models import ApplicationSnapshot

FOLDER = Path(__file__).parent
LANGUAGE = "pl"


def render(snapshot: ApplicationSnapshot) -> bytes:
    """The PDF for a snapshot."""
    with translation.override(LANGUAGE):
        data = contents(snapshot)
    return typeset_pdf("confirmation.typ", data)


def typeset_pdf(source: str, data: dict[str, Any]) -> bytes:
    """A tagged PDF from one of the sources beside this file, and data that is never program."""
    pdf: bytes = typst.compile(
        str(FOLDER / source),
        root=str(FOLDER),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=0,
    )
    return pdf


def contents(snapshot: ApplicationSnapshot) -> dict[str, Any]:
    """Everything printed, as texts, in the active language."""
    context = snapshot.context
    code = code_of(snapshot.sha256)
    url = verify_url(context["number"], code)
    return {
        "number": context["number"],
        "call": f"{context['call']['name']} ({context['call']['code']})",
        "arrived": moment_text(snapshot.arrived_at),
        "organisation": organisation_lines(context["organisation"]),
        "representation": ", ".join(part for part in context["representation"].values() if part),
        "steps": _steps(snapshot),
        "files": [
            {"name": file["name"], "size": filesizeformat(file["size"]), "sha256": file["sha256"]}
            for files in snapshot.files.values()
            for file in files
        ],
        "sha256": snapshot.sha256,
        "code": code,
        "url": url.split("?")[0],
        "qr": _qr(url),
        "site": settings.WAGTAIL_SITE_NAME,
    }


def verify_url(number: str, code: str) -> str:
    """The public page that says whether the code belongs to the number."""
    with translation.override(LANGUAGE):
        path = reverse("incubator:verify")
    query = urlencode({"numer": number, "kod": code})
    return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{path}?{query}"


def moment_text(moment: datetime) -> str:
    """Day and time to the second in Hajnówka, with the name of its time."""
    local = timezone.localtime(moment)
    return f"{long_date(local)}, {local:%H:%M:%S} ({local:%Z})"


def organisation_lines(data: dict[str, Any]) -> list[str]:
    lines = [data["name"], data["legal_form"], data["register"]]
    lines += [f"NIP {data['nip']}" if data["nip"] else ""]
    lines += [f"REGON {data['regon']}" if data["regon"] else "", data["address"]]
    # Of what was sent before the platform knew them, none of these is there.
    lines += [f"Jednostka: {unit}" for unit in data.get("units", [])]
    later = {
        "Podmiot ekonomii społecznej": data.get("social_economy", ""),
        "Status przedsiębiorstwa społecznego": data.get("social_enterprise", ""),
        "Osoby w grupie": ", ".join(data.get("people", [])),
        "Patron grupy": data.get("patron", ""),
    }
    lines += [f"{label}: {text}" for label, text in later.items() if text]
    return [line for line in lines if line]


def _steps(snapshot: ApplicationSnapshot) -> list[dict[str, Any]]:
    found = []
    for step in snapshot.form_version.form.steps:
        rows = []
        for field in step.fields:
            kind = registry[field.type]
            values = snapshot.files if kind.takes_files else snapshot.data
            if field.in_pdf and field.key in values:
                text = kind.show(field, values[field.key])
                lines = [typeset(line, LANGUAGE) for line in text.splitlines() if line.strip()]
                table = kind.table(field, values[field.key])
                rows.append(
                    {
                        "question": str(field.label),
                        "answer": [] if table else lines,
                        "table": asdict(table) if table else None,
                    }
                )
        if rows:
            found.append({"title": str(step.title), "rows": rows})
    return found


def _qr(url: str) -> str:
    buffer = io.BytesIO()
    segno.make(url, error="m").save(buffer, kind="svg", border=2, xmldecl=False, svgns=True)
    return buffer.getvalue().decode()
