"""A jury that judges accepted works under numbers, without knowing whose they are."""

from __future__ import annotations

from fractions import Fraction

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from core.models.multilingual import MultilingualName
from plebiscite.jury_states import CLOSED, JURY, SHEET, SUBMITTED
from plebiscite.models.contest import ProposalRevision
from plebiscite.models.plebiscite import Plebiscite


class Jury(models.Model):
    """The jury of one contest, and what its result does to the vote."""

    class Effect(models.TextChoices):
        RECOMMENDATION = "recommend", _("recommends works; all of them are voted on")
        SHORTLIST = "shortlist", _("chooses the works that are voted on")

    plebiscite = models.OneToOneField(
        Plebiscite, models.PROTECT, related_name="jury", verbose_name=_("plebiscite")
    )
    state = JURY.state_field()
    effect = models.CharField(
        _("what its result does"), max_length=10, choices=Effect, default=Effect.RECOMMENDATION
    )
    places = models.PositiveSmallIntegerField(
        _("number of works to choose"),
        default=3,
        validators=[MinValueValidator(1)],
        help_text=_("All that share the last of these places are chosen."),
    )
    sheets_needed = models.PositiveSmallIntegerField(
        _("sheets that each work needs"), default=2, validators=[MinValueValidator(1)]
    )
    scores_until = models.DateTimeField(_("scores until"))
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)

    machine = JURY

    class Meta:
        verbose_name = _("jury")
        verbose_name_plural = _("juries")
        default_permissions = ("view", "add", "change")
        constraints = [
            JURY.constraint("plebiscite_jury_state"),
            models.CheckConstraint(
                condition=Q(places__gte=1, sheets_needed__gte=1), name="plebiscite_jury_numbers"
            ),
            models.CheckConstraint(
                condition=~Q(state=CLOSED) | Q(closed_at__isnull=False),
                name="plebiscite_jury_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.plebiscite)

    @property
    def is_closed(self) -> bool:
        """Whether its result stands."""
        return self.state == CLOSED

    def works_short_of_sheets(self) -> list[int]:
        """The numbers of works that fewer jurors have judged than the rules ask for."""
        done = Count("sheets", filter=Q(sheets__state=SUBMITTED))
        rows = self.works.filter(JuryWork.STILL_IN).annotate(done=done)
        short = rows.filter(done__lt=self.sheets_needed).order_by("number")
        return list(short.values_list("number", flat=True))


class JuryCriterion(MultilingualName):
    """What jurors look at, how much it counts, and the highest number of points."""

    jury = models.ForeignKey(Jury, models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(default=1)
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    top = models.PositiveSmallIntegerField(
        _("highest number of points"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
    )

    class Meta:
        verbose_name = _("criterion of a jury")
        verbose_name_plural = _("criteria of juries")
        ordering = ["position", "pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=100, top__gte=1, top__lte=10),
                name="plebiscite_criterion_numbers",
            )
        ]


class Juror(models.Model):
    """Somebody the commission has named; their name is public, what they gave is not."""

    jury = models.ForeignKey(Jury, models.CASCADE, related_name="jurors")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(_("name"), max_length=160)

    class Meta:
        verbose_name = _("juror")
        verbose_name_plural = _("jurors")
        ordering = ["name", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["jury", "user"], name="plebiscite_juror_once")
        ]

    def __str__(self) -> str:
        return self.name or str(_("a juror"))


class JuryWork(models.Model):
    """An accepted revision under the number by which the jury knows it, and what it has got."""

    jury = models.ForeignKey(Jury, models.PROTECT, related_name="works")
    revision = models.OneToOneField(ProposalRevision, models.PROTECT, related_name="judged")
    number = models.PositiveSmallIntegerField(_("number"))
    total_numerator = models.BigIntegerField(null=True)
    total_denominator = models.BigIntegerField(null=True)
    place = models.PositiveSmallIntegerField(_("place"), null=True)
    is_chosen = models.BooleanField(_("chosen"), default=False)

    #: Works whose authors have not withdrawn them meanwhile.
    STILL_IN = Q(revision__accepted_as__state="accepted")

    class Meta:
        verbose_name = _("work before a jury")
        verbose_name_plural = _("works before juries")
        ordering = ["number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["jury", "number"], name="plebiscite_jury_work_number"),
            models.CheckConstraint(
                condition=Q(place__isnull=True)
                | Q(total_numerator__isnull=False, total_denominator__gte=1),
                name="plebiscite_jury_work_total",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def total(self) -> Fraction | None:
        """The exact mean of its sheets, from 0 to 100."""
        if self.total_numerator is None or self.total_denominator is None:
            return None
        return Fraction(self.total_numerator, self.total_denominator)


class JurySheet(models.Model):
    """One juror's judgement of one work."""

    juror = models.ForeignKey(Juror, models.PROTECT, related_name="sheets")
    work = models.ForeignKey(JuryWork, models.PROTECT, related_name="sheets")
    state = SHEET.state_field()
    conflict_reason = models.TextField(_("conflict of interest"), max_length=1000, blank=True)

    machine = SHEET

    class Meta:
        verbose_name = _("sheet of a juror")
        verbose_name_plural = _("sheets of jurors")
        default_permissions = ()
        constraints = [
            SHEET.constraint("plebiscite_jury_sheet_state"),
            models.UniqueConstraint(fields=["juror", "work"], name="plebiscite_jury_sheet_once"),
        ]

    def __str__(self) -> str:
        return f"{self.juror_id} {self.work_id}"

    @property
    def state_label(self) -> str:
        """The state in words for the juror."""
        return str(SHEET.label(self.state))


class JuryScore(models.Model):
    """Points and a comment for one criterion. A trigger freezes them with their sheet."""

    sheet = models.ForeignKey(JurySheet, models.PROTECT, related_name="scores")
    criterion = models.ForeignKey(JuryCriterion, models.PROTECT, related_name="+")
    points = models.PositiveSmallIntegerField(null=True)
    comment = models.TextField(max_length=1000, blank=True)

    class Meta:
        verbose_name = _("points of a juror")
        verbose_name_plural = _("points of jurors")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "criterion"], name="plebiscite_jury_score_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.criterion_id}"
