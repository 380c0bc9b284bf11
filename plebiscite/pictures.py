"""Making the pictures of accepted works public.

What a resident sends is drawn anew and kept privately (`core.files`). Once the work is accepted,
those same bytes stand under their hash among the public media, with smaller copies for the pages.
So the hash in a manifest is that of a file anybody can fetch.
"""

from __future__ import annotations

from io import BytesIO
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from core.files import open_file
from core.files.models import StoredFile

FOLDER = "images/plebiscyt"
#: Widths of the copies for pages, in pixels.
WIDTHS = (320, 640, 1280)
_QUALITY = 82
#: What other sites show beside a link: the whole picture on paper of the site's colour.
SHARE = (1200, 630)
_PAPER = "#f4efe3"


class Size(NamedTuple):
    """Of a picture, in pixels."""

    width: int
    height: int


def size_of(file: StoredFile) -> Size:
    """The size of a stored picture."""
    with open_file(file) as content, Image.open(content) as image:
        return Size(*image.size)


def widths(width: int) -> list[int]:
    """The widths of the copies of a picture that is so wide."""
    return [one for one in WIDTHS if one < width] + ([width] if width <= WIDTHS[-1] else [])


def copy_name(sha256: str, width: int) -> str:
    """The name of a smaller copy in the media."""
    return f"{FOLDER}/{sha256}-{width}.webp"


def whole_name(sha256: str, kind: str) -> str:
    """The name of the picture itself in the media; `kind` is jpg, png or webp."""
    return f"{FOLDER}/{sha256}.{kind}"


def share_name(sha256: str) -> str:
    """The name of the picture for shared links in the media."""
    return f"{FOLDER}/{sha256}-share.jpg"


def publish(file: StoredFile) -> None:
    """Puts a stored picture and its copies among the public media; doing it twice does nothing."""
    with open_file(file) as content:
        data = content.read()
    _write(whole_name(file.sha256, file.kind), data)
    with Image.open(BytesIO(data)) as image:
        image.load()
        for width in widths(image.width):
            name = copy_name(file.sha256, width)
            if not default_storage.exists(name):
                _write(name, _copy(image, width))
        _write(share_name(file.sha256), _shared(image))


def withdraw(file: StoredFile) -> None:
    """Takes a picture out of the public media."""
    _folders, names = default_storage.listdir(FOLDER)
    for name in names:
        if name.startswith(file.sha256):
            default_storage.delete(f"{FOLDER}/{name}")


def _write(name: str, data: bytes) -> None:
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(data))


def _copy(image: Image.Image, width: int) -> bytes:
    height = max(1, round(image.height * width / image.width))
    small = (
        image if width == image.width else image.resize((width, height), Image.Resampling.LANCZOS)
    )
    if small.mode not in {"RGB", "RGBA", "L"}:
        small = small.convert("RGBA")
    target = BytesIO()
    small.save(target, "WEBP", quality=_QUALITY, method=4)
    return target.getvalue()


def _shared(image: Image.Image) -> bytes:
    small = image.convert("RGBA")
    small.thumbnail((SHARE[0] - 60, SHARE[1] - 60), Image.Resampling.LANCZOS)
    ground = Image.new("RGB", SHARE, _PAPER)
    ground.paste(small, ((SHARE[0] - small.width) // 2, (SHARE[1] - small.height) // 2), small)
    target = BytesIO()
    ground.save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()
