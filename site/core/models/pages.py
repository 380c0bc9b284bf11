"""What every page of the site has in common."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail.search import index
from wagtail_localize.fields import BaseTranslatableField

from core.mending import without_missing
from core.sharing.card import Card
from core.structured import named


class BasePageForm(WagtailAdminPageForm):
    """The editor's form of every page.

    Django compares a field with a computed default (the date of a news item) with a hidden copy of
    it, and Wagtail draws no such copy: the form would always count as changed, and the approval of
    a page that was not touched would ask for another approval instead of publishing it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = False

    def save(self, commit: bool = True) -> Any:
        """What a person has written by hand is in the language of its page."""
        if self.has_changed():
            self.instance.words_language = ""
        return super().save(commit=commit)


#: What the address of a page, and the language of its words, hang on.
ADDRESS_FIELDS = (
    "url_path",
    "words_language",
    "locale__language_code",
    "alias_of__locale__language_code",
    "alias_of__alias_of",
)


class OwnInEachLanguage(BaseTranslatableField):
    """A field that a translation has for itself: not translated, and not copied from the source."""


class BasePage(Page):
    """Lead, cover picture, the example mark, and honest languages.

    A page that nobody has translated exists in the other languages as an alias of the Polish one:
    its address works, and it says that the text is in Polish (`is_fallback`).
    """

    lead = models.TextField(
        _("lead"),
        max_length=400,
        blank=True,
        help_text=_("One or two sentences under the title; also shown in lists and when shared."),
    )
    cover = models.ForeignKey(
        "core.Picture",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_example = models.BooleanField(
        _("example"),
        default=False,
        help_text=_("Invented to show how the site works; visitors see the mark “example”."),
    )
    is_translation_draft = models.BooleanField(
        _("draft translation"),
        default=False,
        help_text=_(
            "Visitors see “draft translation” until a person who speaks the language has read "
            "the text and unticked this."
        ),
    )

    #: Set while the words of a translation that was begun are still those of another language.
    words_language = models.CharField(max_length=8, blank=True, editable=False)
    review_on = models.DateField(
        _("to be reviewed on"),
        null=True,
        blank=True,
        help_text=_("Empty: a year after it was last published."),
    )

    base_form_class = BasePageForm
    override_translatable_fields = [OwnInEachLanguage("is_translation_draft")]
    search_fields = [*Page.search_fields, index.SearchField("lead")]

    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("cover"),
    ]
    settings_panels = [
        *Page.settings_panels,
        MultiFieldPanel(
            [FieldPanel("is_example"), FieldPanel("is_translation_draft")], heading=_("Marks")
        ),
        FieldPanel("review_on"),
    ]
    promote_panels = Page.promote_panels

    class Meta:
        abstract = True

    @classmethod
    def from_serializable_data(cls, data: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """A revision, whatever of it was deleted since."""
        return super().from_serializable_data(without_missing(cls, data), *args, **kwargs)

    @cached_property
    def text_language(self) -> str:
        """The language the text is really in: for an untranslated page, that of its source."""
        if not self.alias_of_id:
            own = str(self.locale.language_code)
            # Polish pages are the source; asking them would read every step of the breadcrumbs.
            return own if own == settings.LANGUAGE_CODE else self.words_language or own
        source = self.alias_of
        while source.alias_of_id:
            source = source.alias_of
        return source.locale.language_code

    @property
    def is_fallback(self) -> bool:
        """Whether a reader of this language is shown a text in another one."""
        return self.text_language != self.locale.language_code

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        if self.pk and self.live:
            # The switch of languages in the frame asks for it.
            request.page_addresses = self.addresses(request)  # type: ignore[attr-defined]
        context = super().get_context(request, *args, **kwargs)
        context["breadcrumbs"] = self.breadcrumbs
        context["fallback_language"] = (
            get_language_info(self.text_language) if self.is_fallback else None
        )
        context["structured"] = self.structured(request)
        return context

    def structured(self, request: HttpRequest) -> list[dict[str, Any]]:
        """What search engines are told about this page beside its breadcrumbs."""
        return []

    @property
    def canonical_url(self) -> str | None:
        """Where this text stands first: an untranslated page points to its Polish source."""
        page = self
        while page.alias_of_id:
            page = page.alias_of.specific
        if page.words_language:
            page = (
                page.get_translations()
                .filter(locale__language_code=page.words_language, live=True)
                .first()
            ) or page
        return page.full_url

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """Its address, unless the text is listed in its own language already."""
        return [] if self.is_fallback else super().get_sitemap_urls(request)

    @cached_property
    def breadcrumbs(self) -> list[Page]:
        """The pages above this one, from the home page of its language down."""
        return list(self.get_ancestors().filter(depth__gte=2).specific(defer=True))

    @property
    def share_card(self) -> Card:
        """The picture that stands beside a shared link; the title of the part above its own."""
        above = self.breadcrumbs[1:]
        return Card(
            "strona",
            str(self.pk or ""),
            self.locale.language_code,
            named(self.title, is_example=self.is_example),
            above[-1].title if above else "",
            self.cover,
        )

    def summary(self) -> str:
        """One sentence for lists and search results."""
        return self.search_description or self.lead

    @property
    def languages_available(self) -> list[str]:
        """Codes of the languages in which this page has a text of its own."""
        own = {code for code, page in self.in_languages.items() if not page.is_fallback}
        return [code for code, _name in settings.LANGUAGES if code in own]

    @cached_property
    def in_languages(self) -> dict[str, BasePage]:
        """This page in every language in which it is public, read for its address alone."""
        rows = (
            type(self)
            ._default_manager.filter(translation_key=self.translation_key, live=True)
            .select_related("locale", "alias_of__locale")
            .only(*ADDRESS_FIELDS)
        )
        found = {row.locale.language_code: row for row in rows}
        own = next((row for row in found.values() if row.pk == self.pk), None)
        if own is not None:
            self.locale = own.locale  # read already: nobody asks the database for it again
        return found

    def addresses(self, request: HttpRequest) -> dict[str, str]:
        """Where the page that was asked for stands in each language, below this one too.

        The tree of one language may differ from that of another: an editor has moved a page or
        given it another name.
        """
        here = self.get_url(request) or ""
        rest = request.path.removeprefix(here) if request.path.startswith(here) else ""
        found = {code: page.get_url(request) for code, page in self.in_languages.items()}
        return {code: f"{url}{rest}" for code, url in found.items() if url}
