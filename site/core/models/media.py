"""Pictures that cannot lack an alternative text, and documents people download."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition


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
