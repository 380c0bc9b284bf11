"""The project: its facts as data, its three models and its partners."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, TranslatableMixin
from wagtail.search import index

from core.blocks import BodyBlock
from core.models import BasePage


def money(label: Any) -> models.DecimalField:
    """A sum in złoty."""
    return models.DecimalField(label, max_digits=12, decimal_places=2)


class ProjectPage(BasePage):
    """The project sheet that the funding rules demand, and the story told plainly."""

    aim = models.TextField(_("aim"), max_length=800)
    full_name = models.CharField(_("full name of the project"), max_length=250)
    programme = models.CharField(_("programme"), max_length=250)
    axis = models.CharField(_("priority axis"), max_length=250)
    measure = models.CharField(_("measure"), max_length=250)
    intermediate_body = models.CharField(_("intermediate body"), max_length=250)
    status = models.CharField(_("status"), max_length=250)
    place = models.CharField(_("place"), max_length=250)
    value_total = money(_("value of the project"))
    value_funding = money(_("funding"))
    value_eu = money(_("of which: European Union"))
    value_state = money(_("of which: state budget"))
    value_own = money(_("partners’ own contribution"))
    initiative_group = models.TextField(_("Initiative Group"), max_length=1000)
    science_partner = models.TextField(_("science partner"), max_length=1000)
    macro_revitalisation = models.TextField(_("revitalisation: macro scale"), max_length=1000)
    micro_revitalisation = models.TextField(
        _("revitalisation: micro scale and upcycling"), max_length=1000
    )
    namesake_note = models.TextField(_("note on the project of a similar name"), max_length=600)
    body = StreamField(BodyBlock(required=False), verbose_name=_("text"), blank=True)

    parent_page_types = ["home.HomePage"]
    subpage_types = [
        "home.ModelPage",
        "home.PartnersPage",
        "home.StandardPage",
        "home.PeoplePage",
        "home.FaqPage",
        "home.GalleryPage",
        "home.DownloadsPage",
        "home.CampaignPage",
        "home.ContactFormPage",
    ]
    max_count_per_parent = 1

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("aim"),
        MultiFieldPanel(
            [
                FieldPanel(name)
                for name in (
                    "full_name",
                    "programme",
                    "axis",
                    "measure",
                    "intermediate_body",
                    "status",
                    "place",
                )
            ],
            heading=_("Facts"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("value_total"),
                FieldRowPanel([FieldPanel("value_funding"), FieldPanel("value_own")]),
                FieldRowPanel([FieldPanel("value_eu"), FieldPanel("value_state")]),
            ],
            heading=_("Money, in złoty"),
        ),
        InlinePanel("dates", heading=_("Dates with their sources"), label=_("date")),
        InlinePanel("partners", heading=_("Partners"), label=_("partner")),
        InlinePanel("timeline", heading=_("Timeline"), label=_("stop")),
        FieldPanel("initiative_group"),
        FieldPanel("science_partner"),
        FieldPanel("macro_revitalisation"),
        FieldPanel("micro_revitalisation"),
        FieldPanel("body"),
        FieldPanel("namesake_note"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("aim"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = _("project page")

    def clean(self) -> None:
        """The sums have to close: EU + state = funding, funding + own = value."""
        super().clean()
        sums = (self.value_eu, self.value_state, self.value_funding, self.value_own)
        if any(value is None for value in (*sums, self.value_total)):
            return
        if self.value_eu + self.value_state != self.value_funding:
            raise ValidationError(
                {"value_funding": _("The European Union and the state budget do not add up to it.")}
            )
        if self.value_funding + self.value_own != self.value_total:
            raise ValidationError(
                {"value_total": _("Funding and own contribution do not add up to it.")}
            )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from home import selectors

        context = super().get_context(request, *args, **kwargs)
        context["dates"] = self.dates.all()
        context["partners"] = self.partners.select_related("organisation")
        context["timeline"] = self.timeline.all()
        context["models"] = ModelPage.objects.child_of(self).live().specific()
        context["money_rows"] = selectors.money_rows(self)
        return context


class ProjectDate(TranslatableMixin, Orderable):
    """A date of the project as one source gives it; sources differ about the end."""

    page = ParentalKey(ProjectPage, on_delete=models.CASCADE, related_name="dates")
    label = models.CharField(
        _("what"), max_length=80, help_text=_("For example “End of the project”.")
    )
    date = models.DateField(_("date"))
    source = models.CharField(_("source"), max_length=160)

    panels = [
        FieldRowPanel([FieldPanel("label"), FieldPanel("date")]),
        FieldPanel("source"),
    ]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        verbose_name = _("date")


class ProjectPartner(TranslatableMixin, Orderable):
    """An organisation's part in the project."""

    page = ParentalKey(ProjectPage, on_delete=models.CASCADE, related_name="partners")
    organisation = models.ForeignKey(
        "directory.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    part = models.CharField(_("part in the project"), max_length=250)

    panels = [FieldPanel("organisation"), FieldPanel("part")]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        verbose_name = _("partner")


class TimelineEntry(TranslatableMixin, Orderable):
    """A stop on the line of the project's history."""

    page = ParentalKey(ProjectPage, on_delete=models.CASCADE, related_name="timeline")
    when = models.CharField(_("when"), max_length=60)
    text = models.CharField(_("what happened"), max_length=250)
    is_now = models.BooleanField(_("is now"), default=False)
    is_example = models.BooleanField(_("example"), default=False)

    panels = [
        FieldPanel("when"),
        FieldPanel("text"),
        FieldRowPanel([FieldPanel("is_now"), FieldPanel("is_example")]),
    ]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        verbose_name = _("stop")


class ModelPage(BasePage):
    """One of the three models the project leaves behind."""

    number = models.PositiveSmallIntegerField(_("number"), default=1)
    short_name = models.CharField(
        _("short name"), max_length=60, help_text=_("Shown on the home page.")
    )
    body = StreamField(BodyBlock(), verbose_name=_("text"))

    parent_page_types = ["home.ProjectPage"]
    subpage_types: list[str] = []
    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("number"), FieldPanel("short_name")]),
        FieldPanel("body"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("model page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["models"] = ModelPage.objects.sibling_of(self).live().specific()
        return context


class PartnersPage(BasePage):
    """Everyone who takes part, from the directory."""

    body = StreamField(BodyBlock(required=False), verbose_name=_("text"), blank=True)

    parent_page_types = ["home.ProjectPage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("partners page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from home import selectors

        context = super().get_context(request, *args, **kwargs)
        context["organisation_groups"] = selectors.organisation_groups()
        return context
