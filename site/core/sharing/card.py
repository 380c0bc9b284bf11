"""What a share picture shows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

#: What networks ask for: width and height.
SIZE = (1200, 630)
#: Raised whenever the drawing changes, so that every picture gets a new address.
DRAWING = "1"


@dataclass(frozen=True)
class Card:
    """A page's picture: `kind`, `key` and `language` find the page again, the rest is drawn.

    `cover` is the page's own picture, or None.
    """

    kind: str
    key: str
    language: str
    title: str
    kicker: str = ""
    cover: Any = None

    @property
    def digest(self) -> str:
        """A name for exactly this picture: it changes with every word and with the cover."""
        cover = self.cover
        parts = [DRAWING, self.kicker, self.title]
        if cover is not None:
            point = (cover.focal_point_x, cover.focal_point_y)
            parts += [str(cover.pk), cover.file.name, str(point)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]

    @property
    def label(self) -> str:
        """What the picture says, for those who do not see it."""
        return f"{self.kicker}: {self.title}" if self.kicker else self.title

    @property
    def url(self) -> str:
        """Where the picture is; it is drawn when somebody first asks for it."""
        return reverse("share_picture", args=[self.language, self.kind, self.key, self.digest])


def site_card(language: str) -> Card:
    """The picture of what has none of its own: lists, forms, the search."""
    with translation.override(language):
        return Card("stacja", "odnowa", language, _("OdNowa – the residents’ station"))
