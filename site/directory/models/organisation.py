"""Organisations: partners of the project, members of the consortium, applicants."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.search import index

from core.models.multilingual import MultilingualName, in_language


class OrganisationKind(models.TextChoices):
    CITY = "city", _("the town")
    LEADER = "leader", _("project leader")
    PARTNER = "partner", _("partner")
    MEMBER = "member", _("consortium member")
    SCIENCE = "science", _("science partner")
    OTHER = "other", _("other")


class LegalForm(models.TextChoices):
    ASSOCIATION = "association", _("association")
    FOUNDATION = "foundation", _("foundation")
    SOCIAL_COOPERATIVE = "social_cooperative", _("social cooperative")
    LOCAL_GOVERNMENT = "local_government", _("local government")
    PUBLIC_UNIVERSITY = "public_university", _("public university")
    FOREIGN_ENTITY = "foreign_entity", _("foreign entity")
    OTHER = "other", _("other")


class Organisation(index.Indexed, MultilingualName):
    """One row per organisation, whatever parts it plays."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(_("address part"), max_length=80, unique=True)
    kind = models.CharField(_("part in the project"), max_length=20, choices=OrganisationKind)
    legal_form = models.CharField(_("legal form"), max_length=30, choices=LegalForm)
    description_pl = models.TextField(_("description"), max_length=800, blank=True)
    description_be = models.TextField(_("description, Belarusian"), max_length=800, blank=True)
    description_en = models.TextField(_("description, English"), max_length=800, blank=True)
    description_it = models.TextField(_("description, Italian"), max_length=800, blank=True)
    town = models.CharField(_("town"), max_length=80, blank=True)
    website = models.URLField(_("website"), blank=True)
    logo = models.ForeignKey(
        "core.Picture",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_example = models.BooleanField(_("example"), default=False)

    panels = [
        MultiFieldPanel(
            [FieldPanel(f"name_{code}") for code in ("pl", "be", "en", "it")], heading=_("Name")
        ),
        FieldPanel("slug"),
        FieldPanel("kind"),
        FieldPanel("legal_form"),
        MultiFieldPanel(
            [FieldPanel(f"description_{code}") for code in ("pl", "be", "en", "it")],
            heading=_("Description"),
        ),
        FieldPanel("town"),
        FieldPanel("website"),
        FieldPanel("logo"),
        FieldPanel("is_example"),
    ]
    search_fields = [
        index.SearchField("name_pl"),
        index.AutocompleteField("name_pl"),
        index.SearchField("description_pl"),
        index.FilterField("kind"),
    ]

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name_pl"]

    @property
    def description(self) -> str:
        """The description in the active language."""
        return in_language(self, "description")
