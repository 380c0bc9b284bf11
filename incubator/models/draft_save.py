"""Earlier states of what a team is writing."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from incubator.models.application import ApplicationDraft


class DraftSave(models.Model):
    """A draft as it stood after a save. `incubator.services.saves` keeps the last of them."""

    draft = models.ForeignKey(ApplicationDraft, models.CASCADE, related_name="saves")
    rev = models.PositiveIntegerField()
    #: All answers as typed, and the keys of those that were changed.
    data = models.JSONField(encoder=DjangoJSONEncoder)
    changed = models.JSONField(default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: The window of a browser it came from.
    client = models.CharField(max_length=64, blank=True)
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["-rev"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "rev"], name="incubator_draft_save_rev")
        ]

    def __str__(self) -> str:
        return f"{self.draft_id}/{self.rev}"
