"""Pictures that cannot lack an alternative text, and documents people download."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from PIL.Image import DecompressionBombError
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Filter, SourceImageIOError

log = logging.getLogger("core.pictures")

#: Part of the name of a size that takes long to draw.
SLOW = "format-avif"
#: How long “not drawn yet” is remembered, in seconds.
ASK_AGAIN_S = 60


class Picture(AbstractImage):
    """An image with the alternative text that every language shows.

    `description` (Wagtail's own field) is the Polish text and is required; the others fall back
    to it.
    """

    description = models.CharField(
        _("alternative text"),
        max_length=255,
        help_text=_(
            "What somebody who does not see the picture should learn from it, in one sentence. "
            "Do not begin with “picture of”."
        ),
    )
    description_be = models.CharField(_("alternative text, Belarusian"), max_length=255, blank=True)
    description_en = models.CharField(_("alternative text, English"), max_length=255, blank=True)
    description_it = models.CharField(_("alternative text, Italian"), max_length=255, blank=True)
    author = models.CharField(
        _("author and licence"),
        max_length=200,
        blank=True,
        help_text=_("Shown under the picture, for example “Anna Nowak, CC BY 4.0”."),
    )

    admin_form_fields = (
        "title",
        "file",
        "description",
        "description_be",
        "description_en",
        "description_it",
        "author",
        "collection",
        "tags",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        permissions = [("choose_picture", "Can choose picture")]

    @property
    def default_alt_text(self) -> str:
        """The alternative text in the active language, else in Polish."""
        language = get_language() or settings.LANGUAGE_CODE
        return getattr(self, f"description_{language}", "") or self.description

    def generate_rendition_file(self, filter: Filter, *, source: Any = None) -> Any:
        """One size. A file that cannot be drawn is told in the log and shown as a missing picture.

        Raises SourceImageIOError, which the tags that draw pictures in pages know.
        """
        try:
            return super().generate_rendition_file(filter, source=source)
        except SourceImageIOError:
            raise
        except (OSError, ValueError, KeyError, SyntaxError, DecompressionBombError) as error:
            log.warning("Picture %s cannot be drawn as %s: %r", self.pk, filter.spec, error)
            raise SourceImageIOError(str(error)) from error

    def get_renditions(self, *filters: Filter | str) -> dict[str, PictureRendition]:
        """Those asked for; AVIF only when it was drawn already.

        It takes a second for each size, and no page waits for that: `core.pictures` draws it in
        the background, and until then readers get WebP or JPEG.
        """
        wanted = [Filter(spec=one) if isinstance(one, str) else one for one in filters]
        slow = [one for one in wanted if SLOW in one.spec]
        if slow and not self._are_there(slow):
            wanted = [one for one in wanted if SLOW not in one.spec]
        found: dict[str, PictureRendition] = super().get_renditions(*wanted)
        return found

    def _are_there(self, slow: list[Filter]) -> bool:
        """Whether all of these sizes were drawn: with some alone a browser would take those."""
        key = f"picture-without-avif:{self.pk}:{'+'.join(one.spec for one in slow)}"
        cache = PictureRendition.cache_backend
        if cache.get(key):
            return False
        if len(self.find_existing_renditions(*slow)) == len(set(slow)):
            return True
        cache.set(key, True, ASK_AGAIN_S)
        return False


class PictureRendition(AbstractRendition):
    """A size of a picture, made when first needed."""

    image = models.ForeignKey(Picture, related_name="renditions", on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("image", "filter_spec", "focal_point_key"), name="core_rendition_unique"
            )
        ]


class PublicDocument(AbstractDocument):
    """A file anybody may download."""

    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )

    admin_form_fields = (*Document.admin_form_fields, "language")

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        permissions = [("choose_publicdocument", "Can choose document")]
