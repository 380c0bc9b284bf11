"""The frozen ballot paper: the manifest that votes name, and the options."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plebiscite.models.plebiscite import Plebiscite


class Manifest(models.Model):
    """Everything the vote rests on, as one text with its hash: frozen, and public.

    Commitments name the hash, so no vote can be carried over to other options or other rules.
    """

    plebiscite = models.OneToOneField(
        Plebiscite, models.PROTECT, primary_key=True, related_name="manifest"
    )
    text = models.TextField()
    sha256 = models.BinaryField(max_length=32)
    #: How many bytes are sealed for each vote.
    sealed_size = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("manifest of a vote")
        verbose_name_plural = _("manifests of votes")
        default_permissions = ()

    def __str__(self) -> str:
        return bytes(self.sha256).hex()[:16]


class BallotOption(models.Model):
    """One line of the ballot paper: an accepted revision as it stood when the paper was frozen.

    Whose work it is stands in the proposal, where a name can still be erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="options")
    revision = models.ForeignKey(
        "plebiscite.ProposalRevision", models.PROTECT, related_name="options"
    )
    code = models.CharField(max_length=8)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=80)
    description = models.TextField()
    language = models.CharField(max_length=2)
    alt_text = models.CharField(max_length=250)
    #: Of the first picture's public file, as are its width and height.
    picture_sha256 = models.CharField(max_length=64)
    picture_width = models.PositiveIntegerField()
    picture_height = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("option on a ballot paper")
        verbose_name_plural = _("options on ballot papers")
        ordering = ["position"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["plebiscite", "code"], name="plebiscite_option_code"),
            models.UniqueConstraint(
                fields=["plebiscite", "revision"], name="plebiscite_option_revision"
            ),
            models.UniqueConstraint(
                fields=["plebiscite", "position"], name="plebiscite_option_position"
            ),
            models.CheckConstraint(
                condition=Q(code__regex="^[A-Z0-9]{1,8}$"), name="plebiscite_option_code_written"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"
