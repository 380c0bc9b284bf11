"""How votes are given and counted: the part of a plebiscite that its ruleset is made of."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from plebiscite.tally import (
    Duplicates,
    Elimination,
    Method,
    Overvote,
    Ruleset,
    Skipped,
    TieRule,
)

#: The most ranks a ballot may have: longer rankings would be as good as a signature.
MOST_RANKS = 5


class CountingRules(models.Model):
    """The method with its limits, what counts as a mark, ties and quorum."""

    method = models.CharField(
        _("method"),
        max_length=10,
        choices=[
            (Method.SINGLE.value, _("one choice")),
            (Method.APPROVAL.value, _("several choices")),
            (Method.POINTS.value, _("points")),
            (Method.RANKED.value, _("ranking")),
        ],
        default=Method.SINGLE.value,
    )
    max_picks = models.PositiveSmallIntegerField(
        _("choices at most"),
        default=3,
        validators=[MinValueValidator(1)],
        help_text=_("With several choices."),
    )
    points_total = models.PositiveSmallIntegerField(
        _("points of one voter"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("With points."),
    )
    points_cap = models.PositiveSmallIntegerField(
        _("points for one work at most"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    max_ranks = models.PositiveSmallIntegerField(
        _("ranks at most"),
        default=MOST_RANKS,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_RANKS)],
        help_text=_("With a ranking: five at the very most."),
    )
    overvote = models.CharField(
        _("two works on one rank"),
        max_length=20,
        choices=[
            (Overvote.EXHAUST.value, _("the ballot stops there")),
            (Overvote.SKIP.value, _("the rank is skipped")),
        ],
        default=Overvote.EXHAUST.value,
    )
    skipped = models.CharField(
        _("an empty rank between others"),
        max_length=20,
        choices=[
            (Skipped.IGNORE.value, _("it is ignored")),
            (Skipped.EXHAUST_AFTER_2.value, _("two in a row stop the ballot")),
        ],
        default=Skipped.IGNORE.value,
    )
    duplicates = models.CharField(
        _("one work on two ranks"),
        max_length=20,
        choices=[
            (Duplicates.SKIP.value, _("its first rank counts")),
            (Duplicates.EXHAUST.value, _("the ballot stops there")),
        ],
        default=Duplicates.SKIP.value,
    )
    elimination = models.CharField(
        _("elimination"),
        max_length=20,
        choices=[
            (Elimination.ONE_BY_ONE.value, _("one work in each round")),
            (Elimination.BATCH.value, _("all that cannot win any more")),
        ],
        default=Elimination.ONE_BY_ONE.value,
    )
    winners = models.PositiveSmallIntegerField(
        _("number of winners"), default=1, validators=[MinValueValidator(1)]
    )
    tie = models.CharField(
        _("when votes are equal"),
        max_length=10,
        choices=[
            (TieRule.OPEN.value, _("the tie is published, nobody wins by the count")),
            (TieRule.JOINT.value, _("all with equal votes win")),
            (TieRule.LOT.value, _("lots are drawn in public")),
        ],
        default=TieRule.OPEN.value,
    )
    beacon_rule = models.TextField(
        _("where the lot comes from"),
        max_length=1000,
        blank=True,
        help_text=_("For a lot alone: the public source of the number, and the hour."),
    )
    quorum = models.PositiveIntegerField(
        _("quorum"), default=0, help_text=_("The least number of votes cast; 0 for none.")
    )

    class Meta:
        abstract = True

    @property
    def ruleset(self) -> Ruleset:
        """The rules by which votes are counted."""
        return Ruleset(
            method=Method(self.method),
            winners=self.winners,
            tie=TieRule(self.tie),
            quorum=self.quorum,
            max_picks=self.max_picks,
            points_total=self.points_total,
            points_cap=self.points_cap,
            max_ranks=self.max_ranks,
            overvote=Overvote(self.overvote),
            skipped=Skipped(self.skipped),
            duplicates=Duplicates(self.duplicates),
            elimination=Elimination(self.elimination),
        )
