"""What others check a vote by: signed checkpoints, the drawn number, destroyed keys, the bundle."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plebiscite.models.plebiscite import Plebiscite
from plebiscite.models.secluded import Secluded


class Checkpoint(Secluded):
    """How long the public log was and what its last digest was, signed by the worker. Frozen.

    Signed by a key that no database holds: whoever can write to the database alone cannot make
    one. `next_key` hands the signing over to another key.
    """

    plebiscite = models.ForeignKey(Plebiscite, models.CASCADE, related_name="checkpoints")
    number = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    root = models.BinaryField(max_length=32)
    next_key = models.BinaryField(max_length=32, default=bytes)
    signature = models.BinaryField(max_length=64)

    class Meta:
        verbose_name = _("checkpoint of the log")
        verbose_name_plural = _("checkpoints of the log")
        ordering = ["plebiscite", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["plebiscite", "number"], name="plebiscite_checkpoint_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class BeaconDraft(models.Model):
    """The drawn number as one person has entered it; a second one enters it again."""

    plebiscite = models.OneToOneField(
        Plebiscite, models.CASCADE, primary_key=True, related_name="beacon_draft"
    )
    value = models.CharField(max_length=200)
    source = models.CharField(max_length=400)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("drawn number, entered once")
        verbose_name_plural = _("drawn numbers, entered once")
        default_permissions = ()

    def __str__(self) -> str:
        return self.value


class Beacon(models.Model):
    """The drawn number as two people have entered it, and the order of lots it gives. Frozen."""

    plebiscite = models.OneToOneField(
        Plebiscite, models.CASCADE, primary_key=True, related_name="beacon"
    )
    value = models.CharField(_("drawn number"), max_length=200)
    # Of both people, where they have read it in two places.
    source = models.CharField(_("where it comes from"), max_length=802)
    log_root = models.BinaryField(max_length=32)
    order = ArrayField(models.CharField(max_length=8))

    class Meta:
        verbose_name = _("drawn number")
        verbose_name_plural = _("drawn numbers")
        default_permissions = ()

    def __str__(self) -> str:
        return self.value


class KeyDestruction(models.Model):
    """Two people have ordered the keys of the sealed box to be destroyed; the worker does it."""

    plebiscite = models.OneToOneField(
        Plebiscite, models.CASCADE, primary_key=True, related_name="key_destruction"
    )
    is_done = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("destruction of keys")
        verbose_name_plural = _("destructions of keys")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.plebiscite_id)


class BundleFile(models.Model):
    """The audit bundle of a plebiscite: wanted, being made, or there to be fetched."""

    class State(models.TextChoices):
        WANTED = "wanted", _("waits for the worker")
        MAKING = "making", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed: see the worker’s log")

    plebiscite = models.OneToOneField(
        Plebiscite, models.CASCADE, primary_key=True, related_name="bundle"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WANTED)
    #: Ballots and lines of the log that are written, of how many.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    #: The state of the plebiscite that it tells of.
    made_at_state = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("audit bundle")
        verbose_name_plural = _("audit bundles")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready") | ~Q(name="") & Q(sha256__regex="^[0-9a-f]{64}$"),
                name="plebiscite_bundle_ready_is_there",
            )
        ]

    def __str__(self) -> str:
        return self.name
