"""Pictures are drawn anew, so that nothing travels with them but what is seen."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps

from core.files.errors import FileRefused

#: More than any phone takes. A picture is held in memory as four bytes a pixel.
MAX_PIXELS = 50_000_000
_FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
_OPTIONS = {
    "JPEG": {"quality": 88, "progressive": True},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 86, "method": 4},
}


def redraw(file: IO[bytes], kind: str) -> IO[bytes]:
    """The picture alone in a new file: turned upright, in sRGB, without EXIF, place or comment.

    Of a moving picture the first frame. Raises FileRefused for one that cannot be read or is too
    large.
    """
    form = _FORMATS[kind]
    file.seek(0)
    try:
        with Image.open(file, formats=[form]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise FileRefused(
                    _("The picture has too many pixels. Make it smaller and send it again."),
                    "image_size",
                )
            image.seek(0)
            image.load()
            clean = _clean(image, can_be_clear=form != "JPEG")
    except FileRefused:
        raise
    except Exception as error:
        # Broken pictures make Pillow's readers fail in every way there is.
        raise FileRefused(
            _("The picture cannot be read. Save it anew as JPG or PNG and send it again."), "image"
        ) from error
    target = BytesIO()
    clean.save(target, form, **_OPTIONS[form])
    target.seek(0)
    return target


def _clean(image: Image.Image, *, can_be_clear: bool) -> Image.Image:
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # sixteen bits a pixel
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if profile and image.mode in {"RGB", "RGBA", "CMYK"}:
        image = _in_srgb(image, profile)
    is_clear = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    if is_clear and can_be_clear:
        image = image.convert("RGBA")
    elif image.mode not in {"L", "RGB"}:
        image = image.convert("RGB")
    # A copy of the pixels: whatever else the file held stays behind.
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    return clean


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        changed = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGBA" if image.mode == "RGBA" else "RGB",
        )
        return changed or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
