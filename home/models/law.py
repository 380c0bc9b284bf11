"""Pages the law asks for, drawn from settings and registers: accessibility, privacy, cookies."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.search import index

from core.blocks import BodyBlock
from core.models import BasePage

LANGUAGES = ("pl", "be", "en", "it")


def in_languages(label: Any, help_text: Any = "") -> list[models.TextField]:
    """A text for each language of the site; only the Polish one has the hint."""
    return [
        models.TextField(label, blank=True, help_text=help_text if code == "pl" else "")
        for code in LANGUAGES
    ]


_gap_hint = _("One gap a line: what does not work yet, why, and what one can use instead.")


@register_setting(icon="clipboard-list")
class LegalDetails(BaseSiteSetting):
    """What the accessibility statement and the privacy page say; texts in every language.

    The parts of the statement are those of article 10 of the act of 4 April 2019 on the digital
    accessibility of websites and mobile applications of public bodies.
    """

    class Status(models.TextChoices):
        FULL = "full", _("conforms")
        PARTIAL = "partial", _("conforms in part")
        NONE = "none", _("does not conform")

    class Method(models.TextChoices):
        SELF = "self", _("self-assessment")
        AUDIT = "audit", _("audit by another body")

    published_on = models.DateField(_("site published on"), null=True, blank=True)
    changed_on = models.DateField(_("last important change of the site"), null=True, blank=True)
    status = models.CharField(
        _("conformity"), max_length=10, choices=Status, default=Status.PARTIAL
    )
    gaps_pl, gaps_be, gaps_en, gaps_it = in_languages(_("what is not accessible yet"), _gap_hint)
    burden_url = models.URLField(_("assessment of a disproportionate burden"), blank=True)
    prepared_on = models.DateField(_("statement drawn up on"), null=True, blank=True)
    reviewed_on = models.DateField(
        _("last review"),
        null=True,
        blank=True,
        help_text=_("By 31 March of every year, and after every important change."),
    )
    method = models.CharField(_("method"), max_length=10, choices=Method, default=Method.SELF)
    auditor = models.CharField(_("who made the audit"), max_length=200, blank=True)
    contact_person = models.CharField(_("person or unit to ask"), max_length=200, blank=True)
    contact_email = models.EmailField(_("e-mail address"), blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=30, blank=True)
    architecture_pl, architecture_be, architecture_en, architecture_it = in_languages(
        _("accessibility of the building"),
        _("Entrance, doors, toilet, induction loop, assistance dogs, sign language on the spot."),
    )
    has_interpreter = models.BooleanField(_("sign-language interpreter online"), default=False)
    apps_url = models.URLField(_("address of a mobile application"), blank=True)
    controller = models.TextField(
        _("who is the controller of personal data"), max_length=400, blank=True
    )
    protection_officer = models.CharField(
        _("contact to the data protection officer"), max_length=200, blank=True
    )

    panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("published_on"), FieldPanel("changed_on")]),
                FieldPanel("status"),
                *(FieldPanel(f"gaps_{code}") for code in LANGUAGES),
                FieldPanel("burden_url"),
                FieldRowPanel([FieldPanel("prepared_on"), FieldPanel("reviewed_on")]),
                FieldRowPanel([FieldPanel("method"), FieldPanel("auditor")]),
            ],
            heading=_("Accessibility statement"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("contact_person"),
                FieldRowPanel([FieldPanel("contact_email"), FieldPanel("contact_phone")]),
            ],
            heading=_("Whom to ask about accessibility"),
        ),
        MultiFieldPanel(
            [
                *(FieldPanel(f"architecture_{code}") for code in LANGUAGES),
                FieldPanel("has_interpreter"),
                FieldPanel("apps_url"),
            ],
            heading=_("Building, interpreter, application"),
        ),
        MultiFieldPanel(
            [FieldPanel("controller"), FieldPanel("protection_officer")],
            heading=_("Personal data"),
        ),
    ]

    REQUIRED = (
        "published_on",
        "changed_on",
        "prepared_on",
        "reviewed_on",
        "contact_person",
        "contact_email",
        "contact_phone",
        "architecture_pl",
    )

    class Meta:
        verbose_name = _("accessibility and personal data")

    def missing(self) -> list[str]:
        """Names of the parts that the statement has to have and lacks."""
        names = [name for name in self.REQUIRED if not getattr(self, name)]
        if self.status != self.Status.FULL and not self.gaps_pl:
            names.append("gaps_pl")
        if self.method == self.Method.AUDIT and not self.auditor:
            names.append("auditor")
        return [str(self._meta.get_field(name).verbose_name) for name in names]

    def said(self, name: str) -> tuple[str, str]:
        """A text in the active language, else in Polish, with the language it is in."""
        language = get_language() or "pl"
        found = getattr(self, f"{name}_{language}", "")
        return (found, language) if found else (getattr(self, f"{name}_pl"), "pl")


class OwnWordsMixin:
    """Drawn in every language by itself: nothing to translate, nothing to fall back to."""

    locale: Any

    @cached_property
    def text_language(self) -> str:
        """The language of the address."""
        return str(self.locale.language_code)

    @property
    def languages_available(self) -> list[str]:
        """All of them."""
        return list(LANGUAGES)


class DeclarationPage(OwnWordsMixin, BasePage):
    """The accessibility statement, with the identifiers that checking programs look for."""

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("accessibility statement")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        details = LegalDetails.for_request(request)
        gaps, context["gaps_language"] = details.said("gaps")
        context["gaps"] = [line.strip() for line in gaps.splitlines() if line.strip()]
        context["architecture"], context["architecture_language"] = details.said("architecture")
        context["details"] = details
        return context


class PrivacyPage(BasePage):
    """Who keeps which data and why: the editors' words, then the register of processing."""

    body = StreamField(BodyBlock(required=False), verbose_name=_("text"), blank=True)

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("privacy page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from accounts.personal_data import notices

        context = super().get_context(request, *args, **kwargs)
        context["notices"] = notices()
        context["details"] = LegalDetails.for_request(request)
        return context


class CookiesPage(BasePage):
    """What is kept in the reader's browser, from the settings that set it."""

    body = StreamField(BodyBlock(required=False), verbose_name=_("text"), blank=True)

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("cookies page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from home.cookies import kept_in_browser

        context = super().get_context(request, *args, **kwargs)
        context["kept"] = kept_in_browser()
        return context
