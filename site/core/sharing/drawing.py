"""Draws share pictures with the typefaces of the site."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont, ImageOps

from core.i18n.typography import typeset
from core.sharing.card import SIZE, Card

log = logging.getLogger("core.sharing")

STATIC = Path(settings.PROJECT_DIR) / "site" / "static"
FOREST, DEEP, LINEN, AMBER = "#1a3a2a", "#12291e", "#f4efe3", "#e8b04a"
MARGIN, STRIP = 72, 56
COVER_WIDTH = 430
LARGEST, SMALLEST, STEP = 88, 44, 4
#: The files of the typeface by the letters they hold, as static/css/tokens.css says.
FILES = {
    "polish": ((0x104, 0x107), (0x118, 0x119), (0x141, 0x144), (0x15A, 0x15B), (0x179, 0x17C)),
    "latin": ((0x20, 0x7E), (0xA0, 0xFF), (0x2011, 0x2026), (0x2039, 0x203A), (0x20AC, 0x20AC)),
    "latin-ext": ((0x100, 0x2AF), (0x1E00, 0x1EFF)),
    "belarusian": (
        (0x401, 0x401), (0x406, 0x406), (0x40E, 0x40E), (0x410, 0x417), (0x419, 0x428),
        (0x42B, 0x437), (0x439, 0x448), (0x44B, 0x44F), (0x451, 0x451), (0x456, 0x456),
        (0x45E, 0x45E),
    ),
    "cyrillic-ext": ((0x400, 0x45F), (0x490, 0x491)),
}  # fmt: skip
#: Letters that look the same and that Jost has in one alphabet alone.
TWINS = str.maketrans("іІїЇ", "iIïÏ")


def draw(card: Card) -> bytes:
    """The picture as JPEG. A cover that cannot be read is left out, and the log says so."""
    picture = Image.new("RGB", SIZE, FOREST)
    pen = ImageDraw.Draw(picture)
    width = SIZE[0]
    cover = _cover(card)
    right = width - MARGIN
    if cover is not None:
        picture.paste(cover, (width - COVER_WIDTH, 0))
        right -= COVER_WIDTH
    _ornament(pen, right + MARGIN)
    _name(picture, pen)
    _title(pen, card, right - MARGIN)
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=88, optimize=True)
    return data.getvalue()


def _cover(card: Card) -> Image.Image | None:
    if card.cover is None:
        return None
    try:
        with card.cover.file.open("rb") as file:
            opened = ImageOps.exif_transpose(Image.open(file)).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        log.warning("cover %s cannot be drawn: %s", card.cover.pk, type(problem).__name__)
        return None
    centre = (0.5, 0.5)
    if card.cover.focal_point_x is not None:
        centre = (
            min(1.0, card.cover.focal_point_x / max(1, card.cover.width)),
            min(1.0, card.cover.focal_point_y / max(1, card.cover.height)),
        )
    return ImageOps.fit(opened, (COVER_WIDTH, SIZE[1]), centering=centre)


def _ornament(pen: ImageDraw.ImageDraw, right: int) -> None:
    """The carved strip at the foot: teeth above, diamonds below."""
    bottom = SIZE[1]
    top = bottom - STRIP
    pen.rectangle((0, top, right, bottom), fill=DEEP)
    pen.rectangle((0, top, right, top + 4), fill=AMBER)
    for left in range(0, right, 28):
        pen.polygon([(left, top + 5), (left + 28, top + 5), (left + 14, top + 16)], fill=AMBER)
        middle = top + 36
        diamond = [(left + 14, middle - 9), (left + 23, middle), (left + 14, middle + 9)]
        pen.polygon([*diamond, (left + 5, middle)], fill=LINEN)


def _name(picture: Image.Image, pen: ImageDraw.ImageDraw) -> None:
    """The mark and the name of the site."""
    with Image.open(STATIC / "img" / "mark-180.png") as mark:
        small = mark.convert("RGBA").resize((76, 76), Image.Resampling.LANCZOS)
    picture.paste(small, (MARGIN, 56), small)
    write(pen, (MARGIN + 98, 74), settings.WAGTAIL_SITE_NAME, 34, LINEN)


def _title(pen: ImageDraw.ImageDraw, card: Card, width: int) -> None:
    """The title as large as it fits, at the foot of its field, with the words above it."""
    bottom = SIZE[1] - STRIP - 44
    top = 176 + (52 if card.kicker else 0)
    title = typeset(card.title or settings.WAGTAIL_SITE_NAME, card.language)
    size, lines = _fitted(title, width, bottom - top)
    spacing = round(size * 1.14)
    start = bottom - spacing * len(lines)
    if card.kicker:
        kicker = _cut(card.kicker, 30, width)
        write(pen, (MARGIN, start - 52), kicker, 30, AMBER)
    for number, line in enumerate(lines):
        write(pen, (MARGIN, start + number * spacing), line, size, LINEN)


def _fitted(text: str, width: int, height: int) -> tuple[int, list[str]]:
    """The largest size and the lines at it; what is too long even at the smallest is cut."""
    size = LARGEST
    while True:
        lines = _lines(text, size, width)
        spacing = round(size * 1.14)
        room = max(1, height // spacing)
        fits = len(lines) <= room and all(length(line, size) <= width for line in lines)
        if fits:
            return size, lines
        if size <= SMALLEST:
            kept = lines[:room]
            if len(lines) > room:
                kept[-1] += " …"
            return size, [_cut(line, size, width) for line in kept]
        size -= STEP


def _lines(text: str, size: int, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split(" "):
        if lines and length(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _cut(text: str, size: int, width: int) -> str:
    """The text, or as much of it as fits and three dots."""
    if length(text, size) <= width:
        return text
    while text and length(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def runs(text: str) -> Iterator[tuple[str, str]]:
    """The text in pieces that one file of the typeface can write; other signs are left out."""
    signs = text.translate(TWINS)
    known = [(sign, name) for sign in signs if (name := _file_of(ord(sign)))]
    for name, pairs in groupby(known, key=lambda pair: pair[1]):
        yield name, "".join(sign for sign, _name in pairs)


@cache
def _file_of(code: int) -> str:
    """The file that has this sign: of Jost, else of the typeface of the text; empty for none."""
    for family in ("jost", "golos-text"):
        for part, ranges in FILES.items():
            name = f"{family}-{part}"
            if any(first <= code <= last for first, last in ranges) and _has_ink(name, code):
                return name
    return ""


def _has_ink(name: str, code: int) -> bool:
    sign = chr(code)
    return sign.isspace() or _font(name, 40).getmask(sign).getbbox() is not None


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(STATIC / "fonts" / f"{name}.woff2", size)
    font.set_variation_by_axes([600])
    return font


def length(text: str, size: int) -> float:
    """How wide a text is, in pixels."""
    return sum(_font(name, size).getlength(piece) for name, piece in runs(text))


def write(
    pen: ImageDraw.ImageDraw, place: tuple[float, float], text: str, size: int, colour: str
) -> None:
    """Writes one line; all pieces stand on one base line."""
    left, top = place
    base = top + size
    for name, piece in runs(text):
        font = _font(name, size)
        pen.text((left, base), piece, font=font, fill=colour, anchor="ls")
        left += font.getlength(piece)
