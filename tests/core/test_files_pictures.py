"""Pictures are drawn anew: what is seen stays, what is not seen goes."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation
from PIL import Image, ImageCms, PngImagePlugin

from core.files.errors import FileRefused
from core.files.pictures import MAX_PIXELS, redraw
from tests.core.samples import picture

KINDS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
CANARY = "Kanarek-z-Hajnowki"


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Sentences are compared as they stand in the code."""
    with translation.override("en"):
        yield


def redrawn(data: bytes, kind: str) -> tuple[bytes, Image.Image]:
    result = redraw(io.BytesIO(data), kind).read()
    return result, Image.open(io.BytesIO(result))


def with_secrets(form: str) -> bytes:
    """A picture with a place, a name and a comment in every corner that its format has."""
    exif = Image.Exif()
    exif[0x010F] = CANARY
    exif[0x9286] = CANARY
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 44.0, 35.0)
    options: dict[str, Any] = {"exif": exif}
    if form == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", CANARY)
        text.add_itxt("XML:com.adobe.xmp", f"<x>{CANARY}</x>")
        options["pnginfo"] = text
    else:
        options["xmp"] = f"<x:xmpmeta>{CANARY}</x:xmpmeta>".encode()
    if form == "JPEG":
        options["comment"] = CANARY
    return picture(form, **options)


@pytest.mark.parametrize(("kind", "form"), KINDS.items())
def test_nothing_travels_with_the_picture(kind: str, form: str) -> None:
    data = with_secrets(form) + b"PK\x03\x04 hidden behind the picture"
    assert CANARY.encode() in data
    result, image = redrawn(data, kind)
    for secret in (CANARY.encode(), b"Exif", b"xmp", b"hidden"):
        assert secret not in result
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop",
                               "progressive", "progression", "background", "timestamp",
                               "duration"}  # fmt: skip
    assert image.format == form
    assert image.size == (40, 20)
    red, _green, blue = image.convert("RGB").getpixel((5, 10))
    assert red > 200
    assert blue < 60


def test_a_picture_taken_on_its_side_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned to the right
    _data, image = redrawn(picture("JPEG", exif=exif), "jpg")
    assert image.size == (20, 40)
    # What was left is on top now.
    assert image.convert("RGB").getpixel((10, 5))[0] > 200


@pytest.mark.parametrize(
    ("mode", "expected"), [("L", "L"), ("1", "RGB"), ("RGBA", "RGBA"), ("LA", "RGBA"), ("P", "RGB")]
)
def test_all_kinds_of_pixels(mode: str, expected: str) -> None:
    data = io.BytesIO()
    Image.new("RGB", (10, 10), "white").convert(mode).save(data, "PNG")
    assert redrawn(data.getvalue(), "png")[1].mode == expected


def test_what_is_clear_stays_clear_where_it_can() -> None:
    data = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(data, "PNG")
    assert redrawn(data.getvalue(), "png")[1].getpixel((5, 5))[3] == 0


def test_sixteen_bits_keep_their_brightness() -> None:
    data = io.BytesIO()
    Image.new("I;16", (10, 10), 128 * 256).save(data, "PNG")
    assert redrawn(data.getvalue(), "png")[1].getpixel((5, 5)) == 128


def test_colours_of_printers_become_those_of_screens() -> None:
    data = io.BytesIO()
    Image.new("CMYK", (10, 10), (0, 255, 255, 0)).save(data, "JPEG")
    _result, image = redrawn(data.getvalue(), "jpg")
    assert image.mode == "RGB"
    assert image.getpixel((5, 5))[0] > 200


def test_a_colour_profile_is_used_and_left_behind() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    result, image = redrawn(picture("PNG", icc_profile=profile), "png")
    assert b"iCCP" not in result
    assert "icc_profile" not in image.info
    # A broken profile does not stop the picture.
    assert redrawn(picture("PNG", icc_profile=b"nonsense"), "png")[1].size == (40, 20)


def test_of_a_moving_picture_the_first_frame_stays() -> None:
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "blue")]
    data = io.BytesIO()
    frames[0].save(data, "WEBP", save_all=True, append_images=frames[1:])
    _result, image = redrawn(data.getvalue(), "webp")
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((5, 5))[0] > 200


def _chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content)) + name + content
        + struct.pack(">I", zlib.crc32(name + content))
    )  # fmt: skip


def test_a_bomb_is_not_unpacked() -> None:
    """A few bytes that say they are a picture of 10 000 million pixels."""
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b""))
    with pytest.raises(FileRefused) as error:
        redraw(io.BytesIO(bomb + _chunk(b"IEND", b"")), "png")
    assert error.value.code in {"image", "image_size"}


def test_the_limit_is_asked_before_the_pixels_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.files.pictures.MAX_PIXELS", 799)
    monkeypatch.setattr(
        "PIL.PngImagePlugin.PngImageFile.load", lambda *_: pytest.fail("was unpacked")
    )
    with pytest.raises(FileRefused) as error:
        redraw(io.BytesIO(picture("PNG")), "png")
    assert error.value.code == "image_size"
    assert MAX_PIXELS >= 48_000_000


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8\xff", picture("JPEG")[:300], picture("PNG"), b"\xff\xd8\xff" + b"\0" * 500],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused, match="cannot be read") as error:
        redraw(io.BytesIO(data), "jpg")
    assert error.value.code == "image"
