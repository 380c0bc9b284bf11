"""The form of a picture: what cannot be shown later is refused at once, with a reason."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

#: What Pillow and Willow raise for files that begin like a picture and are none.
DAMAGED = (OSError, SyntaxError, ValueError, KeyError, TypeError, struct.error)
#: Characters of a name that are kept: two bytes each fit every file system, with room to add.
LONGEST_NAME = 80


class PictureField(WagtailImageField):
    """Wagtail's field, which reads the beginning of a file alone and fails on the rest."""

    def to_python(self, data: Any) -> Any:
        if data is not None and getattr(data, "name", None):
            path = PurePath(data.name)
            data.name = f"{path.stem[:LONGEST_NAME]}{path.suffix[:8]}"
        try:
            found = super().to_python(data)
            if found is not None:
                self._check_drawing(found)
        except Image.DecompressionBombError as error:
            raise ValidationError(
                _(
                    "This picture has too many pixels to be opened. Make it smaller, for example "
                    "4000 pixels wide."
                )
            ) from error
        except DAMAGED as error:
            raise ValidationError(
                self.error_messages["invalid_image"], code="invalid_image"
            ) from error
        return found

    def _check_drawing(self, found: Any) -> None:
        """A size is drawn as pages will: some kinds of picture open and cannot be saved."""
        try:
            small = found.image.resize((8, 8))
            small.save_as_webp(BytesIO())
            if small.has_alpha():
                small = small.set_background_color_rgb((255, 255, 255))
            small.save_as_jpeg(BytesIO())
        except DAMAGED as error:
            raise ValidationError(
                _(
                    "This picture cannot be drawn in other sizes. Save it anew as an ordinary JPEG "
                    "or PNG."
                )
            ) from error
        found.seek(0)


class PictureForm(BaseImageForm):
    """Wagtail's form with the field above."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            plain = self.fields["file"]
            self.fields["file"] = PictureField(
                label=plain.label,
                required=plain.required,
                widget=plain.widget,
                help_text=plain.help_text,
            )
