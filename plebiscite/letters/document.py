"""The sheets as a tagged PDF. Data goes to the typesetter as JSON, never as part of its program.

Each letter is a third of an A4 sheet and fits a DL envelope as it is cut. The text is in Polish,
with one line in Belarusian; the address in the QR code carries the voting code in its fragment,
which browsers never send to any server.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.utils import translation

from core.i18n.dates import TOWN_TIME, hour, long_date
from core.i18n.typography import typeset
from plebiscite import addresses
from plebiscite.models import Plebiscite

SOURCE = Path(__file__).with_name("letters.typ")


def render(plebiscite: Plebiscite, label: str, codes: Sequence[str]) -> bytes:
    """The sheets for `codes`, in the order given: it is as random as the codes are."""
    data = contents(plebiscite, label, codes)
    for letter in data["letters"]:
        letter["qr"] = _qr(letter.pop("url"))
    pdf: bytes = typst.compile(
        str(SOURCE),
        root=str(SOURCE.parent),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=0,
    )
    return pdf


def contents(plebiscite: Plebiscite, label: str, codes: Sequence[str]) -> dict[str, Any]:
    """Everything printed, as texts; the address of each letter becomes its QR code."""
    base = f"{settings.WAGTAILADMIN_BASE_URL}{addresses.code_booth(plebiscite.slug, 'pl')}"
    with translation.override("pl"):
        return {
            "title": typeset(plebiscite.title_pl),
            "title_be": plebiscite.title_be,
            "from": _moment(plebiscite.voting_opens_at),
            "until": _moment(plebiscite.voting_closes_at),
            "address": base.removeprefix("https://").removeprefix("http://"),
            "label": label,
            "letters": [{"groups": code.split("-"), "url": f"{base}#{code}"} for code in codes],
        }


def _moment(moment: datetime) -> str:
    town = moment.astimezone(TOWN_TIME)
    return f"{long_date(town)}, godz.\N{NO-BREAK SPACE}{hour(town)}"


def _qr(url: str) -> str:
    buffer = io.BytesIO()
    segno.make(url, error="m").save(buffer, kind="svg", border=2, xmldecl=False, svgns=True)
    return buffer.getvalue().decode()
