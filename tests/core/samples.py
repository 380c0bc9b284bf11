"""Small true files of every kind, and false ones."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from PIL import Image

ODF = "application/vnd.oasis.opendocument."
OOXML = "application/vnd.openxmlformats-officedocument."


def zipped(entries: dict[str, bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    """An archive of these entries, in their order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, content, compress_type=how)
    return target.getvalue()


def docx(
    more: dict[str, bytes] | None = None, *, types: str = "", stored_first: bool = False
) -> bytes:
    """A text of Word; `stored_first` puts the other entries in front, readable as they are."""
    own = {
        "[Content_Types].xml": f"<Types><Override ContentType='{types}'/></Types>".encode(),
        "word/document.xml": b"<w:document/>",
    }
    more = more or {}
    return zipped({**more, **own} if stored_first else {**own, **more}, stored=tuple(more))


def xlsx(more: dict[str, bytes] | None = None) -> bytes:
    """A sheet of Excel."""
    own = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}
    return zipped({**own, **(more or {})})


def odt(more: dict[str, bytes] | None = None, *, kind: str = "text") -> bytes:
    """A text of LibreOffice."""
    own = {"mimetype": f"{ODF}{kind}".encode(), "content.xml": b"<office:document-content/>"}
    return zipped({**own, **(more or {})}, stored=("mimetype",))


def ods(more: dict[str, bytes] | None = None) -> bytes:
    """A sheet of LibreOffice."""
    return odt(more, kind="spreadsheet")


def pdf() -> bytes:
    """A PDF of one empty page."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + (
        b"xref\n0 4\n0000000000 65535 f \n" + table
        + b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    )  # fmt: skip


def picture(form: str, *, size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new(options.pop("mode", "RGB"), size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()
