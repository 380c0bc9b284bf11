"""Answers as they were sent: what everything after rests on."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp
from forms.canonical import digest


class Snapshot(models.Model):
    """Checked answers at the moment of sending. A trigger refuses every change but erasure.

    Erasing empties `data` and `files` when the time of keeping has passed; the digest stays and
    still proves what was sent to whoever has a copy. A feature adds whom it belongs to, a
    constraint that makes `seq` unique there, and `forms.guards.guard_snapshots` in a migration.
    """

    seq = models.PositiveSmallIntegerField(_("number in order"))
    kind = models.CharField(_("kind"), max_length=20)
    form_version = models.ForeignKey(
        "forms.FormVersion",
        verbose_name=_("version of the form"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    data = models.JSONField(default=dict)
    #: Files by field: id, name, size and SHA-256 of each.
    files = models.JSONField(default=dict)
    #: What belongs to it besides the answers, such as who declared to act for the sender.
    context = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    idempotency_key = models.UUIDField(unique=True)
    sent_by = models.BigIntegerField(_("account that sent it"), null=True)
    created_at = models.DateTimeField(_("sent"), db_default=ClockTimestamp())
    erased_at = models.DateTimeField(_("erased"), null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="%(app_label)s_%(class)s_digest"
            )
        ]

    def content(self) -> dict[str, Any]:
        """What the digest covers."""
        return {
            "form": self.form_version.as_json(),
            "kind": self.kind,
            "seq": self.seq,
            "data": self.data,
            "files": self.files,
            "context": self.context,
        }

    def is_intact(self) -> bool:
        """Whether the content is what the digest was made from."""
        return self.erased_at is None and digest(self.content()) == self.sha256
