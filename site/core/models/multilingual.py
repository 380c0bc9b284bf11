"""Names of small dictionaries (rooms, target groups, organisations) in four languages."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def in_language(obj: object, field: str, language: str | None = None) -> str:
    """`obj.<field>_<language>`, in Polish where the language has no text."""
    language = language or get_language() or settings.LANGUAGE_CODE
    return getattr(obj, f"{field}_{language}", "") or getattr(obj, f"{field}_pl")


class MultilingualName(models.Model):
    """A name in a column per language: dictionaries are one row, not one row per language.

    Operational rows (a booking's room, a service's target group) can then refer to it directly,
    which a translated copy per language would not allow.
    """

    name_pl = models.CharField(_("name"), max_length=120)
    name_be = models.CharField(_("name, Belarusian"), max_length=120, blank=True)
    name_en = models.CharField(_("name, English"), max_length=120, blank=True)
    name_it = models.CharField(_("name, Italian"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the active language."""
        return in_language(self, "name")
