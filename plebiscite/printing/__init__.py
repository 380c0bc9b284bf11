"""Documents for paper: tagged PDF (PDF/UA-1), the same bytes every time for the same content.

Data goes to the typesetter as JSON and pictures as files; nothing of it is ever part of its
program, so no text of an author can change what a document does.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import segno
import typst

HERE = Path(__file__).parent


def typeset_pdf(
    program: str, data: dict[str, Any], pictures: dict[str, bytes] | None = None
) -> bytes:
    """The PDF that a program of this folder makes of the data."""
    with TemporaryDirectory(prefix="plebiscite-") as folder:
        root = Path(folder)
        (root / "main.typ").write_bytes((HERE / f"{program}.typ").read_bytes())
        for name, content in (pictures or {}).items():
            (root / name).write_bytes(content)
        pdf: bytes = typst.compile(
            str(root / "main.typ"),
            root=str(root),
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["ua-1"],
            timestamp=0,
        )
    return pdf


def qr_svg(text: str) -> str:
    """A QR code as SVG."""
    buffer = io.BytesIO()
    segno.make(text, error="m").save(buffer, kind="svg", border=2, xmldecl=False, svgns=True)
    return buffer.getvalue().decode()
