"""What a call judges by, and which files it wants from whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import Orderable

from core.models.multilingual import in_language
from directory.models import Organisation, RegisterType
from forms.models import FormVersion
from forms.types import registry

LANGUAGES = ("pl", "be", "en", "it")


class CriterionKind(models.TextChoices):
    FORMAL = "formal", _("formal: yes or no")
    MERIT = "merit", _("merit: points")


class CallCriterion(Orderable):
    """One thing a call judges by. The formal ones are points of the formal check too."""

    call = ParentalKey("incubator.Call", on_delete=models.CASCADE, related_name="criteria")
    kind = models.CharField(_("kind"), max_length=10, choices=CriterionKind)
    text_pl = models.CharField(_("criterion"), max_length=300)
    text_be = models.CharField(_("criterion, Belarusian"), max_length=300, blank=True)
    text_en = models.CharField(_("criterion, English"), max_length=300, blank=True)
    text_it = models.CharField(_("criterion, Italian"), max_length=300, blank=True)
    most_points = models.PositiveSmallIntegerField(
        _("most points"), null=True, blank=True, help_text=_("Of a criterion of merit alone.")
    )

    panels = [
        FieldRowPanel([FieldPanel("kind"), FieldPanel("most_points")]),
        MultiFieldPanel([FieldPanel(f"text_{code}") for code in LANGUAGES]),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        default_permissions = ()

    def __str__(self) -> str:
        return self.text_pl

    @property
    def text(self) -> str:
        """The criterion in the active language."""
        return in_language(self, "text")

    @property
    def check_key(self) -> str:
        """Its name among the points of the formal check."""
        return f"call-{self.pk}"

    def clean(self) -> None:
        super().clean()
        if self.kind == CriterionKind.FORMAL and self.most_points is not None:
            raise ValidationError({"most_points": _("A formal criterion has no points.")})


class ForWhom(models.TextChoices):
    """From whom a call wants a file."""

    ALL = "all", _("everybody")
    OTHER_REGISTER = "other_register", _("organisations in another register than the KRS")
    GROUPS = "groups", _("informal groups")


def file_questions() -> list[tuple[str, str]]:
    """Every question for files that a published form has, for the choice in the admin."""
    found: dict[str, str] = {"": "—"}
    for version in FormVersion.objects.order_by("key", "number"):
        for field in version.form.fields.values():
            if registry[field.type].takes_files:
                found[field.key] = f"{field.label} ({version.key}: {field.key})"
    return list(found.items())


class CallAttachment(Orderable):
    """A file that this call cannot do without, though its form may leave the question empty."""

    call = ParentalKey("incubator.Call", on_delete=models.CASCADE, related_name="attachments")
    field_key = models.CharField(_("question for the file"), max_length=40)
    for_whom = models.CharField(
        _("needed from"), max_length=16, choices=ForWhom, default=ForWhom.ALL
    )

    panels = [
        FieldRowPanel(
            [
                # Asked anew for every page: another form may have been published meanwhile.
                FieldPanel("field_key", widget=forms.Select(choices=file_questions)),  # type: ignore[arg-type]
                FieldPanel("for_whom"),
            ]
        )
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("required attachment")
        verbose_name_plural = _("required attachments")
        default_permissions = ()

    def __str__(self) -> str:
        return self.field_key

    def concerns(self, organisation: Organisation) -> bool:
        """Whether this organisation has to attach it."""
        if self.for_whom == ForWhom.OTHER_REGISTER:
            return organisation.register_type not in (RegisterType.KRS, RegisterType.NONE)
        return self.for_whom == ForWhom.ALL or organisation.is_group

    def question(self, form: Any) -> Any:
        """The question of the form; None where the form has none like it."""
        field = form.fields.get(self.field_key)
        return field if field and registry[field.type].takes_files else None
