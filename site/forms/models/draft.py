"""Answers that somebody is still writing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class Draft(models.Model):
    """Answers as typed, whatever they are, of whoever may write in this draft.

    A feature adds whom it belongs to. `forms.services.save_answers` is what writes it.
    """

    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    rev = models.PositiveIntegerField(default=0)
    #: For each answer: revision, window, account, moment of its last change (`forms.merging`).
    marks = models.JSONField(default=dict)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("saved by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    saved_at = models.DateTimeField(_("saved"), null=True)

    class Meta:
        abstract = True

    def answer(self, key: str) -> Any:
        """An answer as typed."""
        return self.data.get(key)
