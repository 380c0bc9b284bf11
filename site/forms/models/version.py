"""The versions of a form. Once somebody has begun to answer, a version never changes."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from forms.schema import Form, read_form


class FormVersionQuerySet(models.QuerySet["FormVersion"]):
    """Reads of versions."""

    def latest_of(self, key: str) -> FormVersion | None:
        """The newest version of a form."""
        return self.filter(key=key).order_by("-number").first()


class FormVersion(models.Model):
    """What a form asks, as one JSON text with its digest."""

    key = models.SlugField(_("form"), max_length=60)
    number = models.PositiveIntegerField(_("version"))
    schema = models.JSONField(_("content"))
    sha256 = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    #: When the first answers rested on it; from then on a trigger refuses every change.
    frozen_at = models.DateTimeField(_("in use since"), null=True, blank=True, editable=False)

    objects = FormVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a form")
        verbose_name_plural = _("versions of forms")
        ordering = ["key", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["key", "number"], name="forms_version_number"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex="^[0-9a-f]{64}$"), name="forms_version_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    @property
    def title(self) -> str:
        """The form's title in the active language."""
        return str(self.form.title)

    @cached_property
    def form(self) -> Form:
        """The form as objects."""
        return read_form(self.schema)

    def clean(self) -> None:
        """A version that is not a form is refused with all that is wrong in it."""
        from django.core.exceptions import ValidationError

        from forms.schema import SchemaError

        super().clean()
        try:
            read_form(self.schema)
        except SchemaError as error:
            raise ValidationError({"schema": error.problems}) from None

    def field_count(self) -> int:
        return len(self.form.fields)

    def as_json(self) -> dict[str, Any]:
        """What a snapshot says about the form it was made with."""
        return {"key": self.key, "number": self.number, "sha256": self.sha256}
