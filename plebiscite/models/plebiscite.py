"""A plebiscite: what is asked, by which rules, when; and what stood fixed before the vote."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.models.multilingual import in_language
from core.sharing.card import Card
from plebiscite.models.rules import MOST_RANKS, CountingRules
from plebiscite.phases import PUBLIC, PUBLISHED, Channel, PlebisciteState, state_at
from plebiscite.states import PLEBISCITE

LANGUAGES = ("pl", "be", "en", "it")
#: Texts in a column per language.
TEXTS = ("title", "lead", "question", "about", "regulations")


def account_alone() -> list[str]:
    """The channels of a new plebiscite."""
    return [Channel.ACCOUNT.value]


class PlebisciteQuerySet(models.QuerySet["Plebiscite"]):
    """Reads of plebiscites."""

    def public(self) -> PlebisciteQuerySet:
        """Those that visitors may know of."""
        return self.real().filter(state__in=PUBLIC)

    def real(self) -> PlebisciteQuerySet:
        """All but test runs."""
        return self.filter(rehearsal_of=None)

    def open_for_votes(self, now: datetime) -> PlebisciteQuerySet:
        """Those in which a vote may be cast at `now`, without any grace."""
        return self.real().filter(
            state__in=[PlebisciteState.FROZEN, PlebisciteState.VOTING],
            voting_opens_at__lte=now,
            voting_closes_at__gt=now,
        )

    def open_for_proposals(self, now: datetime) -> PlebisciteQuerySet:
        """Those to which a proposal may be sent at `now`."""
        return self.real().filter(
            state=PlebisciteState.CALL, contest_opens_at__lte=now, contest_closes_at__gt=now
        )


class Plebiscite(CountingRules):
    """One question to the residents, from the call for proposals to the final result.

    From the moment its ballot paper is frozen a trigger refuses every change but those of `state`
    and of what comes with it; before, and after, the state only moves forward.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(
        _("address part"),
        max_length=80,
        unique=True,
        help_text=_("For example “znak-na-drzwi-poczekalni”; it never changes after the call."),
    )
    title_pl = models.CharField(_("title"), max_length=120)
    title_be = models.CharField(_("title, Belarusian"), max_length=120, blank=True)
    title_en = models.CharField(_("title, English"), max_length=120, blank=True)
    title_it = models.CharField(_("title, Italian"), max_length=120, blank=True)
    lead_pl = models.TextField(_("lead"), max_length=400)
    lead_be = models.TextField(_("lead, Belarusian"), max_length=400, blank=True)
    lead_en = models.TextField(_("lead, English"), max_length=400, blank=True)
    lead_it = models.TextField(_("lead, Italian"), max_length=400, blank=True)
    question_pl = models.CharField(_("question on the ballot paper"), max_length=200)
    question_be = models.CharField(_("question, Belarusian"), max_length=200, blank=True)
    question_en = models.CharField(_("question, English"), max_length=200, blank=True)
    question_it = models.CharField(_("question, Italian"), max_length=200, blank=True)
    about_pl = models.TextField(
        _("rules in short"), max_length=4000, help_text=_("Paragraphs, parted by empty lines.")
    )
    about_be = models.TextField(_("rules in short, Belarusian"), max_length=4000, blank=True)
    about_en = models.TextField(_("rules in short, English"), max_length=4000, blank=True)
    about_it = models.TextField(_("rules in short, Italian"), max_length=4000, blank=True)
    regulations_pl = models.TextField(
        _("regulations"),
        max_length=40_000,
        blank=True,
        help_text=_("The whole text, as adopted. Paragraphs, parted by empty lines."),
    )
    regulations_be = models.TextField(_("regulations, Belarusian"), max_length=40_000, blank=True)
    regulations_en = models.TextField(_("regulations, English"), max_length=40_000, blank=True)
    regulations_it = models.TextField(_("regulations, Italian"), max_length=40_000, blank=True)
    cover = models.ForeignKey(
        "core.Picture",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    state = PLEBISCITE.state_field()
    void_reason = models.TextField(_("reason of declaring it void"), blank=True, editable=False)

    contest_opens_at = models.DateTimeField(_("proposals from"))
    contest_closes_at = models.DateTimeField(_("proposals until"))
    voting_opens_at = models.DateTimeField(_("voting from"))
    voting_closes_at = models.DateTimeField(_("voting until"))
    results_at = models.DateTimeField(
        _("result on"), help_text=_("When the result is to be published; promised to voters.")
    )
    objections_until = models.DateTimeField(_("objections until"))

    proposals_per_person = models.PositiveSmallIntegerField(
        _("proposals per person"), default=3, validators=[MinValueValidator(1)]
    )
    appeal_days = models.PositiveSmallIntegerField(
        _("days for an appeal"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Counted from the moment the author is told of the rejection."),
    )
    channels = ArrayField(
        models.CharField(max_length=10, choices=Channel),
        verbose_name=_("ways to vote"),
        default=account_alone,
    )
    minimum_age = models.PositiveSmallIntegerField(
        _("least age"),
        default=0,
        validators=[MaxValueValidator(30)],
        help_text=_("In years, on the first day of voting; 0 for none: the law says “residents”."),
    )
    residence = models.TextField(
        _("whose addresses are accepted"),
        max_length=1000,
        blank=True,
        help_text=_(
            "Postal codes and names of towns, parted by commas, for example: 17-200, Hajnówka. "
            "Other addresses are refused in the declaration. Empty: the address is not checked."
        ),
    )
    turnout_by_age = models.BooleanField(
        _("count turnout by age"),
        default=False,
        help_text=_("Only numbers are kept; groups of fewer than ten people are joined."),
    )
    districts = models.TextField(
        _("districts for the turnout"),
        max_length=1000,
        blank=True,
        help_text=_(
            "Names parted by commas. Whoever votes may say in which they live; only numbers are "
            "kept, and districts with fewer than ten people are joined. Empty: nobody is asked."
        ),
    )
    grace_s = models.PositiveIntegerField(
        _("grace in seconds"),
        default=300,
        validators=[MaxValueValidator(3600)],
        help_text=_("Whoever opened the ballot before the close may send it this much later."),
    )
    mix_k = models.PositiveIntegerField(
        _("votes mixed together"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("Votes leave the box in groups of this size, mixed among as many others."),
    )
    retention_days = models.PositiveIntegerField(
        _("days to keep declarations"),
        default=90,
        help_text=_("Counted from the end of the time for objections."),
    )

    inbox_public_key = models.BinaryField(max_length=32, default=bytes, editable=False)
    promise_public_key = models.BinaryField(max_length=32, default=bytes, editable=False)
    log_public_key = models.BinaryField(max_length=32, default=bytes, editable=False)
    published_at = models.DateTimeField(_("result published"), null=True, editable=False)
    is_example = models.BooleanField(_("example"), default=False)
    #: Set for a test run: a copy with ballots to throw away, purged before the real freeze.
    rehearsal_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="rehearsals", editable=False
    )
    #: The vote that was declared void and is held anew, with the same works.
    rerun_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="reruns", editable=False
    )

    objects = PlebisciteQuerySet.as_manager()
    machine = PLEBISCITE

    class Meta:
        verbose_name = _("plebiscite")
        verbose_name_plural = _("plebiscites")
        ordering = ["-voting_opens_at"]
        default_permissions = ("view", "add", "change")
        constraints = [
            PLEBISCITE.constraint("plebiscite_state_known"),
            models.CheckConstraint(
                condition=Q(contest_opens_at__lt=F("contest_closes_at"))
                & Q(contest_closes_at__lte=F("voting_opens_at"))
                & Q(voting_opens_at__lt=F("voting_closes_at"))
                & Q(voting_closes_at__lte=F("results_at"))
                & Q(results_at__lte=F("objections_until")),
                name="plebiscite_dates_in_order",
                violation_error_message=_(
                    "The dates are not in order: proposals, voting, result, objections."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLISHED) | Q(published_at__isnull=False),
                name="plebiscite_published_has_time",
            ),
            models.CheckConstraint(
                condition=Q(mix_k__gte=1, winners__gte=1), name="plebiscite_numbers_positive"
            ),
            models.CheckConstraint(
                condition=Q(max_picks__gte=1, points_total__gte=1, points_cap__gte=1)
                & Q(max_ranks__gte=1, max_ranks__lte=MOST_RANKS),
                name="plebiscite_limits_in_range",
            ),
            models.CheckConstraint(
                condition=Q(points_cap__lte=F("points_total")),
                name="plebiscite_cap_within_points",
                violation_error_message=_("One work cannot get more points than a voter has."),
            ),
            models.CheckConstraint(
                condition=Q(channels__len__gte=1, channels__contained_by=Channel.values),
                name="plebiscite_channels_known",
                violation_error_message=_("Choose at least one way to vote."),
            ),
            models.UniqueConstraint(
                fields=["rehearsal_of"],
                name="plebiscite_one_rehearsal",
            ),
            models.UniqueConstraint(fields=["rerun_of"], name="plebiscite_one_rerun"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the active language."""
        return in_language(self, "title")

    @property
    def lead(self) -> str:
        return in_language(self, "lead")

    @property
    def share_card(self) -> Card:
        """The picture that stands beside a shared link."""
        language = get_language() or LANGUAGES[0]
        return Card("plebiscyt", self.slug, language, self.title, str(_("Plebiscite")), self.cover)

    @property
    def question(self) -> str:
        return in_language(self, "question")

    @property
    def about(self) -> str:
        return in_language(self, "about")

    def contest_axes(self) -> list[str]:
        """By what its works are sorted: kinds, themes, both, or nothing."""
        return list(self.choices.order_by("axis").values_list("axis", flat=True).distinct())

    @property
    def regulations(self) -> str:
        return in_language(self, "regulations")

    @property
    def is_rehearsal(self) -> bool:
        """Whether this is a test run: nobody but the commission sees it."""
        return self.rehearsal_of_id is not None

    @property
    def contest(self) -> Plebiscite:
        """Where its works come from: itself, or what it repeats or is a test run of."""
        source = self.rehearsal_of or self.rerun_of
        return source.contest if source else self

    @property
    def has_keys(self) -> bool:
        """Whether the worker has made the keys of this vote."""
        return all((self.inbox_public_key, self.promise_public_key, self.log_public_key))

    def state_at(self, now: datetime) -> PlebisciteState:
        """The state by the plan, whatever has been written down yet."""
        return state_at(self, now)
