"""What stands on a receipt besides its text: a QR code, and a file to keep."""

from __future__ import annotations

from urllib.parse import quote

import segno
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from plebiscite.promises import Promise
from plebiscite.tally import canonical_json

register = template.Library()

FORMAT = "hajnowka-odnowa/plebiscite/receipt/1"


@register.simple_tag
def receipt_qr(promise: Promise) -> SafeString:
    """The full code as a QR code: text and no address, so that scanning it tells nobody."""
    code = segno.make(promise.commitment.hex().upper(), error="m", micro=False)
    drawn = code.svg_inline(
        scale=4,
        border=4,
        omitsize=True,
        svgclass="receipt__qr",
        lineclass=None,
    )
    label = _("QR code with the full code of the receipt")
    named = drawn.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    # Drawn by segno from sixty-four hexadecimal digits.
    return mark_safe(named)  # noqa: S308


@register.simple_tag
def receipt_file(promise: Promise) -> SafeString:
    """The address of a file with the signed promise; it is in the page and never asked for."""
    text = canonical_json(
        {
            "format": FORMAT,
            "plebiscite": promise.plebiscite,
            "manifest_sha256": promise.manifest_hash.hex(),
            "commitment": promise.commitment.hex(),
            "published_by": promise.published_by.isoformat(),
            "signature": promise.signature.hex(),
        }
    )
    return format_html("data:application/json;charset=utf-8,{}", quote(text))
