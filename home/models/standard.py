"""Plain pages and the contact page."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, TranslatableMixin
from wagtail.search import index

from core.blocks import BodyBlock
from core.models import BasePage
from core.templatetags.site_tags import phone_href

FILMS = {"mp4", "webm"}
CAPTIONS = {"vtt"}


class StandardPage(BasePage):
    """A page of text."""

    class Reading(models.TextChoices):
        ORDINARY = "ordinary", _("ordinary text")
        EASY = "easy", _("easy-to-read text")

    reading = models.CharField(
        _("kind of text"), max_length=10, choices=Reading, default=Reading.ORDINARY
    )
    sign_film = models.ForeignKey(
        "core.PublicDocument",
        verbose_name=_("film in sign language"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("An MP4 or WebM file from the documents of this site."),
    )
    sign_captions = models.ForeignKey(
        "core.PublicDocument",
        verbose_name=_("its captions"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("A VTT file, for who hears and does not sign."),
    )
    body = StreamField(BodyBlock(), verbose_name=_("text"))

    parent_page_types = ["home.HomePage", "home.StandardPage", "home.ProjectPage"]
    subpage_types = [
        "home.StandardPage",
        "home.PeoplePage",
        "home.FaqPage",
        "home.GalleryPage",
        "home.DownloadsPage",
        "home.CampaignPage",
        "home.ContactFormPage",
    ]
    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("sign_film"), FieldPanel("sign_captions")]),
        FieldPanel("body"),
    ]
    settings_panels = [*BasePage.settings_panels, FieldPanel("reading")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("standard page")

    def clean(self) -> None:
        super().clean()
        for name, kinds in (("sign_film", FILMS), ("sign_captions", CAPTIONS)):
            document = getattr(self, name)
            if document and document.file_extension.lower() not in kinds:
                text = _("This has to be a file of this kind: %(kinds)s.")
                raise ValidationError({name: text % {"kinds": ", ".join(sorted(kinds))}})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["children"] = self.get_children().live().specific()
        return context


class ContactPage(BasePage):
    """Whom to call, write to and visit."""

    body = StreamField(BodyBlock(required=False), verbose_name=_("text"), blank=True)

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    content_panels = [
        *BasePage.content_panels,
        InlinePanel("places", heading=_("Places"), label=_("place"), min_num=1),
        FieldPanel("body"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("contact page")

    def structured(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The site and who runs it."""
        from home import structured

        return structured.site(request)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["places"] = self.places.all()
        return context


class ContactPlace(TranslatableMixin, Orderable):
    """One address with its telephone and hours."""

    page = ParentalKey(ContactPage, on_delete=models.CASCADE, related_name="places")
    name = models.CharField(_("name"), max_length=120)
    address = models.TextField(_("address"), max_length=250)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    hours = models.TextField(_("opening hours"), max_length=250, blank=True)
    getting_there = models.TextField(_("how to get there"), max_length=400, blank=True)
    map_url = models.URLField(
        _("link to a map"), blank=True, help_text=_("An ordinary link; no map is loaded here.")
    )
    is_example = models.BooleanField(_("example"), default=False)

    panels = [
        FieldPanel("name"),
        FieldPanel("address"),
        FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]),
        FieldPanel("hours"),
        FieldPanel("getting_there"),
        FieldPanel("map_url"),
        FieldPanel("is_example"),
    ]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        verbose_name = _("place")

    @property
    def phone_href(self) -> str:
        """The number as a `tel:` link dials it."""
        return phone_href(self.phone)
