"""Pages of people, questions, pictures and files, and the landing page of a campaign."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, TranslatableMixin
from wagtail.search import index

from core.blocks import BodyBlock, FaqBlock, FilesBlock, GalleryBlock
from core.models import BasePage
from core.templatetags.site_tags import phone_href

PARENTS = ["home.HomePage", "home.StandardPage", "home.ProjectPage"]


class PeoplePage(BasePage):
    """Who works here and whom to ask about what."""

    body = StreamField(BodyBlock(required=False), verbose_name=_("text"), blank=True)

    parent_page_types = PARENTS
    subpage_types: list[str] = []
    content_panels = [
        *BasePage.content_panels,
        InlinePanel("people", heading=_("People"), label=_("person"), min_num=1),
        FieldPanel("body"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("page of people")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["people"] = self.people.select_related("picture")
        return context


class Person(TranslatableMixin, Orderable):
    """Somebody to turn to."""

    page = ParentalKey(PeoplePage, on_delete=models.CASCADE, related_name="people")
    name = models.CharField(_("name"), max_length=120)
    part = models.CharField(_("what they do"), max_length=160)
    about = models.TextField(_("about"), max_length=500, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    picture = models.ForeignKey(
        "core.Picture",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_example = models.BooleanField(_("example"), default=False)

    panels = [
        FieldPanel("name"),
        FieldPanel("part"),
        FieldPanel("about"),
        FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]),
        FieldPanel("picture"),
        FieldPanel("is_example"),
    ]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        verbose_name = _("person")

    @property
    def phone_href(self) -> str:
        """The number as a `tel:` link dials it."""
        return phone_href(self.phone)


class FaqPage(BasePage):
    """Questions that people really ask, with answers that unfold."""

    body = StreamField(FaqBlock(), verbose_name=_("questions"))

    parent_page_types = PARENTS
    subpage_types: list[str] = []
    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("page of questions")


class GalleryPage(BasePage):
    """Pictures with captions."""

    body = StreamField(GalleryBlock(), verbose_name=_("pictures"))

    parent_page_types = PARENTS
    subpage_types: list[str] = []
    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("gallery")


class DownloadsPage(BasePage):
    """Files to take away, in groups."""

    body = StreamField(FilesBlock(), verbose_name=_("files"))

    parent_page_types = PARENTS
    subpage_types: list[str] = []
    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("page of files")


class CampaignPage(BasePage):
    """The landing page of one campaign: one thing to do, until one day, and why."""

    call = models.CharField(
        _("words of the button"), max_length=60, help_text=_("For example “Sign up”.")
    )
    call_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("leads to the page"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    call_url = models.CharField(
        _("or to the address"),
        max_length=300,
        blank=True,
        help_text=_("An address of this site, as /uslugi/, or a whole one."),
    )
    ends_on = models.DateField(_("the last day"), null=True, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("text"))

    parent_page_types = PARENTS
    subpage_types: list[str] = []
    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("call"),
                FieldPanel("call_page"),
                FieldPanel("call_url"),
                FieldPanel("ends_on"),
            ],
            heading=_("What to do"),
        ),
        FieldPanel("body"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("landing page of a campaign")

    def clean(self) -> None:
        super().clean()
        if bool(self.call_page_id) == bool(self.call_url):
            text = _("Choose a page or give an address: exactly one of them.")
            raise ValidationError({"call_page": text})
        if self.call_url and not self.call_url.startswith(("/", "https://")):
            text = _("An address of this site begins with /, another one with https://.")
            raise ValidationError({"call_url": text})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["is_over"] = self.ends_on is not None and self.ends_on < timezone.localdate()
        page = self.call_page
        # The page it led to may have been deleted or taken back: then there is no button.
        context["call_url"] = (
            (page.get_url(request) if page.live else "") if page else self.call_url
        )
        return context
