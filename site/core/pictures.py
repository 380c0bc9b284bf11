"""AVIF beside WebP, drawn in the background: it is the smallest and takes the longest."""

from __future__ import annotations

import logging

from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Replace
from PIL import features
from wagtail.images.models import Filter, SourceImageIOError

from core.models.media import SLOW, PictureRendition

log = logging.getLogger("core.pictures")

QUICK = "format-webp"
#: How many are drawn in one run of the worker, each about a second of the processor.
PER_RUN = 4
#: Pictures whose files cannot be read, by number: not tried again by this process.
_unreadable: set[int] = set()


def draw_slow_sizes() -> int:
    """Draws AVIF for sizes that pages have shown as WebP; gives how many.

    Where Pillow was built without AVIF nothing is drawn, and pages stay with WebP and JPEG.
    """
    if not features.check("avif"):
        return 0
    twin = PictureRendition.objects.filter(
        image=OuterRef("image"),
        focal_point_key=OuterRef("focal_point_key"),
        filter_spec=OuterRef("slow_spec"),
    )
    lacking = (
        PictureRendition.objects.filter(filter_spec__contains=QUICK)
        .annotate(slow_spec=Replace(F("filter_spec"), Value(QUICK), Value(SLOW)))
        .exclude(image__in=_unreadable)
        .exclude(Exists(twin))
        # The large ones behind a link of a gallery are opened one by one.
        .exclude(filter_spec__startswith="max-")
        .select_related("image")
        .order_by("pk")[:PER_RUN]
    )
    drawn = 0
    for rendition in lacking:
        picture = rendition.image
        try:
            picture.create_renditions(Filter(spec=rendition.slow_spec))
        except (SourceImageIOError, OSError) as problem:
            _unreadable.add(picture.pk)
            log.warning("picture %s has no AVIF: %s", picture.pk, type(problem).__name__)
            continue
        drawn += 1
    return drawn
