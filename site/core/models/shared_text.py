"""Words kept in one place and shown on many pages: opening hours, a contact, a warning."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import RichTextField

from core.models.multilingual import in_language

FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link"]


def _texts(label: object) -> list[RichTextField]:
    return [
        RichTextField(label, features=FEATURES, blank=code != settings.LANGUAGE_CODE)
        for code, _name in settings.LANGUAGES
    ]


class SharedText(models.Model):
    """Changed once, changed everywhere. One row holds all languages; Polish stands in for gaps."""

    name = models.CharField(
        _("name for editors"), max_length=80, unique=True, help_text=_("Visitors do not see it.")
    )
    title_pl = models.CharField(_("title"), max_length=120)
    title_be = models.CharField(_("title, Belarusian"), max_length=120, blank=True)
    title_en = models.CharField(_("title, English"), max_length=120, blank=True)
    title_it = models.CharField(_("title, Italian"), max_length=120, blank=True)
    text_pl, text_be, text_en, text_it = _texts(_("text"))
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    is_example = models.BooleanField(_("example"), default=False)

    panels = [
        FieldPanel("name"),
        MultiFieldPanel([FieldPanel("title_pl"), FieldPanel("text_pl")], heading="polski"),
        FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]),
        *(
            MultiFieldPanel(
                [FieldPanel(f"title_{code}"), FieldPanel(f"text_{code}")],
                heading=name,
                classname="collapsed",
            )
            for code, name in settings.LANGUAGES[1:]
        ),
        FieldPanel("is_example"),
    ]

    class Meta:
        verbose_name = _("shared text")
        verbose_name_plural = _("shared texts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """The title in the active language, else in Polish."""
        return in_language(self, "title", self.language)

    @property
    def text(self) -> str:
        return in_language(self, "text", self.language)

    @property
    def language(self) -> str:
        """The language that it is shown in: never the title in one and the text in another."""
        language = get_language() or settings.LANGUAGE_CODE
        whole = getattr(self, f"title_{language}", "") and getattr(self, f"text_{language}", "")
        return language if whole else settings.LANGUAGE_CODE
