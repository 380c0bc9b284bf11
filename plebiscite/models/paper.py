"""Paper: batches of cards, what two clerks read on them, and what two people settled.

A card bears no name and no number of its own. Cards of a batch are numbered by hand when the urn
is opened, so that two readings of one card can be compared; nothing else refers to that number.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from plebiscite.models.plebiscite import Plebiscite
from plebiscite.models.points import PollingPoint
from plebiscite.models.secluded import Secluded
from plebiscite.paper_states import PAPER_BATCH


class VoidReason(models.TextChoices):
    """Why a card counts for nobody."""

    OVERVOTE = "overvote", _("more marks than allowed")
    UNCLEAR = "unclear", _("it cannot be told what was meant")
    NOT_OURS = "not_ours", _("not a card of this vote")
    DAMAGED = "damaged", _("torn or unreadable")
    SIGNED = "signed", _("signed, or marked so that the voter can be known")


class PaperBatchQuerySet(models.QuerySet["PaperBatch"]):
    """Reads of batches."""

    def of_clerk(self, user: Any) -> PaperBatchQuerySet:
        """Those of the points that a person is named for."""
        return self.filter(point__in=PollingPoint.objects.of_clerk(user))


class PaperBatch(models.Model):
    """The cards of one urn on one day, under one seal."""

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="paper_batches")
    point = models.ForeignKey(PollingPoint, models.PROTECT, related_name="batches")
    day = models.DateField(_("day"))
    seal_number = models.CharField(_("number of the seal"), max_length=40)
    state = PAPER_BATCH.state_field()
    #: Taken from the stock for this day and urn.
    cards_issued = models.PositiveIntegerField(_("cards taken from the stock"))
    cards_returned = models.PositiveIntegerField(_("cards in the urn"), null=True)
    cards_unused = models.PositiveIntegerField(
        _("cards left over"), null=True, help_text=_("Spoilt cards that were exchanged too.")
    )
    cards_missing = models.PositiveIntegerField(
        _("cards missing"),
        default=0,
        help_text=_("Handed out and not in the urn: taken home, for example."),
    )
    missing_note = models.TextField(_("explanation"), max_length=1000, blank=True)
    protocol = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, related_name="+")

    objects = PaperBatchQuerySet.as_manager()
    machine = PAPER_BATCH

    class Meta:
        verbose_name = _("batch of paper cards")
        verbose_name_plural = _("batches of paper cards")
        ordering = ["day", "point", "seal_number"]
        default_permissions = ()
        constraints = [
            PAPER_BATCH.constraint("plebiscite_paper_state_known"),
            models.UniqueConstraint(
                fields=["plebiscite", "seal_number"],
                name="plebiscite_seal_once",
                violation_error_message=_("A batch with this seal is entered already."),
            ),
            models.CheckConstraint(
                condition=Q(state="open")
                | Q(
                    cards_returned__isnull=False,
                    cards_unused__isnull=False,
                    cards_issued=F("cards_returned") + F("cards_unused") + F("cards_missing"),
                ),
                name="plebiscite_cards_add_up",
                violation_error_message=_(
                    "Cards taken from the stock are those in the urn, left over and missing."
                ),
            ),
            models.CheckConstraint(
                condition=Q(cards_missing=0) | ~Q(missing_note=""),
                name="plebiscite_missing_explained",
                violation_error_message=_("Explain where the missing cards are."),
            ),
        ]

    def __str__(self) -> str:
        return self.seal_number


class PaperPass(Secluded):
    """One of the two readings of a batch, by one clerk. The other clerk does not see it."""

    batch = models.ForeignKey(PaperBatch, models.PROTECT, related_name="passes")
    number = models.PositiveSmallIntegerField()
    clerk = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    is_finished = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("reading of a batch")
        verbose_name_plural = _("readings of batches")
        ordering = ["batch", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="plebiscite_pass_number"),
            # Two different people: nobody reads a batch twice.
            models.UniqueConstraint(fields=["batch", "clerk"], name="plebiscite_pass_clerk"),
            models.CheckConstraint(
                condition=Q(number__in=[1, 2]), name="plebiscite_pass_one_or_two"
            ),
        ]


def _either_or(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=(~Q(payload="") & Q(void_reason=""))
        | (Q(payload="") & Q(void_reason__in=VoidReason.values)),
        name=name,
    )


class PaperEntry(Secluded):
    """What one clerk read on one card: a ballot in its canonical form, or why it is void."""

    paper_pass = models.ForeignKey(PaperPass, models.PROTECT, related_name="entries")
    card = models.PositiveIntegerField()
    payload = models.CharField(max_length=4000, blank=True)
    void_reason = models.CharField(max_length=10, choices=VoidReason, blank=True)

    class Meta:
        verbose_name = _("reading of a card")
        verbose_name_plural = _("readings of cards")
        ordering = ["card"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["paper_pass", "card"], name="plebiscite_card_once"),
            models.CheckConstraint(condition=Q(card__gte=1), name="plebiscite_card_from_one"),
            _either_or("plebiscite_entry_ballot_or_void"),
        ]


class PaperResolution(Secluded):
    """What two people found on a card that was read in two ways. It counts once both have."""

    batch = models.ForeignKey(PaperBatch, models.PROTECT, related_name="resolutions")
    card = models.PositiveIntegerField()
    payload = models.CharField(max_length=4000, blank=True)
    void_reason = models.CharField(max_length=10, choices=VoidReason, blank=True)
    first = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    second = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    is_confirmed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("settled card")
        verbose_name_plural = _("settled cards")
        ordering = ["card"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["batch", "card"], name="plebiscite_settled_once"),
            models.CheckConstraint(
                condition=~Q(first=F("second")) | Q(first__isnull=True) | Q(second__isnull=True),
                name="plebiscite_settled_by_two",
            ),
            _either_or("plebiscite_settled_ballot_or_void"),
        ]
