"""Who of the staff has seen personal data."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp
from services_catalog.cases.models.case import ServiceRequest


class PersonalDataView(models.Model):
    """Somebody opened, downloaded or was given the personal data of a case."""

    affects_public_pages = False

    class What(models.TextChoices):
        SCREEN = "screen", _("the case")
        FILE = "file", _("a file")
        ARCHIVE = "archive", _("all data of the case")

    case = models.ForeignKey(
        ServiceRequest, verbose_name=_("case"), on_delete=models.CASCADE, related_name="views"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.SET_NULL
    )
    what = models.CharField(_("what was opened"), max_length=10, choices=What)
    at = models.DateTimeField(_("when"), db_default=ClockTimestamp())

    class Meta:
        verbose_name = _("look at personal data")
        verbose_name_plural = _("looks at personal data")
        ordering = ["-at"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["-at"], name="services_view_newest")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.what}"
