"""Packages: several services under one request, kept together by one of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable

from core.models.multilingual import MultilingualName, in_language
from core.templatetags.site_tags import localised_path
from services_catalog.models.service import Service


class Package(MultilingualName, ClusterableModel):
    """Services that belong together in one situation of life."""

    slug = models.SlugField(_("address part"), max_length=80, unique=True)
    summary_pl = models.CharField(_("summary"), max_length=300)
    summary_be = models.CharField(_("summary, Belarusian"), max_length=300, blank=True)
    summary_en = models.CharField(_("summary, English"), max_length=300, blank=True)
    summary_it = models.CharField(_("summary, Italian"), max_length=300, blank=True)
    coordination = models.ForeignKey(
        Service,
        verbose_name=_("service that keeps it together"),
        on_delete=models.PROTECT,
        related_name="packages_led",
        help_text=_("Its people talk to the resident; the other services get cases of their own."),
    )
    is_live = models.BooleanField(_("shown"), default=True)
    is_example = models.BooleanField(_("example"), default=False)

    panels = [
        MultiFieldPanel(
            [FieldPanel(f"name_{code}") for code in ("pl", "be", "en", "it")], heading=_("Name")
        ),
        MultiFieldPanel(
            [FieldPanel(f"summary_{code}") for code in ("pl", "be", "en", "it")],
            heading=_("Summary"),
        ),
        FieldPanel("slug"),
        FieldPanel("coordination"),
        InlinePanel("items", heading=_("Services"), label=_("service"), min_num=1),
        FieldRowPanel([FieldPanel("is_live"), FieldPanel("is_example")]),
    ]

    class Meta:
        verbose_name = _("package of services")
        verbose_name_plural = _("packages of services")
        ordering = ["name_pl"]

    @property
    def summary(self) -> str:
        """The summary in the active language."""
        return in_language(self, "summary")

    def url(self, language: str) -> str:
        """The address in a language."""
        return localised_path(f"/uslugi/pakiety/{self.slug}/", language)


class PackageItem(Orderable):
    """One service of a package."""

    package = ParentalKey(Package, on_delete=models.CASCADE, related_name="items")
    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="in_packages"
    )
    is_required = models.BooleanField(_("always part of it"), default=True)

    panels = [FieldPanel("service"), FieldPanel("is_required")]

    class Meta(Orderable.Meta):
        verbose_name = _("service of a package")
        constraints = [
            models.UniqueConstraint(
                fields=["package", "service"], name="services_package_item_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.package_id} {self.service_id}"
