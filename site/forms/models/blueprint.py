"""Forms that staff are building. What is published from one becomes a `FormVersion`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from forms.models.version import FormVersion
from forms.schema import Form, Problem, problems_of


class Area(models.TextChoices):
    """Whose form it is: who may build it follows from this."""

    INCUBATOR = "incubator", _("incubator")
    SERVICES = "services", _("services")


class Blueprint(models.Model):
    """A form being built. Its definition may be half done; a version's never is."""

    key = models.SlugField(_("form"), max_length=60, unique=True)
    area = models.CharField(_("used by"), max_length=12, choices=Area.choices)
    #: The JSON that `forms.schema` reads.
    definition = models.JSONField(default=dict)
    #: Grows with every change, so that nobody overwrites a change they have not seen.
    rev = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("changed by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        ordering = ["area", "key"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(area__in=Area.values), name="forms_blueprint_area"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The Polish title; staff work in Polish."""
        title = self.definition.get("title") or {}
        return str(title.get(settings.LANGUAGE_CODE) or self.key)

    def read(self) -> tuple[Form, list[Problem]]:
        """As much as can be read, and what is wrong."""
        return problems_of(self.definition)

    def versions(self) -> models.QuerySet[FormVersion]:
        """What has been published, the newest first."""
        return FormVersion.objects.filter(key=self.key).order_by("-number")

    def as_json(self) -> dict[str, Any]:
        return dict(self.definition)
