"""The poster of a work: its picture, who made it, and the way to its page."""

from __future__ import annotations

from io import BytesIO

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from PIL import Image

from core.files import open_file
from core.i18n.typography import typeset
from plebiscite.models import Plebiscite, RevisionPicture
from plebiscite.printing import qr_svg, typeset_pdf
from plebiscite.selectors.works import Work

#: Longest side of the printed picture: 200 dots an inch on the width of A4.
_PIXELS = 1400
#: As much of a description as has room under a picture.
_LETTERS = 420


def poster(plebiscite: Plebiscite, work: Work, picture: RevisionPicture, *, call: str) -> bytes:
    """The poster as PDF, in the active language; `call` says what one can do now."""
    language = get_language() or settings.LANGUAGE_CODE
    url = f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{work.url}"
    drawn = work.label_number
    number = _("Work number %(number)s") % {"number": drawn} if drawn else ""
    data = {
        "title": typeset(work.title, work.language),
        "alt": work.picture.alt_text,
        "contest": typeset(plebiscite.title, language),
        "byline": " · ".join(part for part in (number, work.author) if part),
        "description": _shortened(typeset(work.description, work.language)).splitlines(),
        "call": call,
        "url": url.split("://")[-1],
        "qr": qr_svg(url),
        "qr_alt": _("QR code with the address of the work"),
        "example": _("example") if work.is_example else "",
        "language": language,
        "site": settings.WAGTAIL_SITE_NAME,
    }
    return typeset_pdf("poster", data, {"picture.png": _printed(picture)})


def _printed(picture: RevisionPicture) -> bytes:
    with open_file(picture.file) as content, Image.open(content) as image:
        image.load()
        small = image if image.mode in {"RGB", "RGBA", "L"} else image.convert("RGBA")
        small.thumbnail((_PIXELS, _PIXELS), Image.Resampling.LANCZOS)
        target = BytesIO()
        small.save(target, "PNG", optimize=False)
    return target.getvalue()


def _shortened(text: str) -> str:
    if len(text) <= _LETTERS:
        return text
    return f"{text[:_LETTERS].rsplit(maxsplit=1)[0]} …"
