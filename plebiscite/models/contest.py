"""What residents propose, and what was accepted of it."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp
from core.models.multilingual import MultilingualName
from plebiscite.contest_states import PROPOSAL
from plebiscite.models.plebiscite import Plebiscite
from plebiscite.phases import WITH_AUTHOR, WITH_COMMISSION, WITH_PUBLIC_REASON, ProposalState

MAX_PICTURES = 3


class AuthorShown(models.TextChoices):
    """How the public learns whose work it is."""

    NAMED = "named", _("with my name")
    INITIALS = "initials", _("with my initials")
    ANONYMOUS = "anonymous", _("without a name")


class ContestChoice(MultilingualName):
    """A kind of work, or a theme, among which authors of one contest choose."""

    class Axis(models.TextChoices):
        KIND = "kind", _("kind of work")
        THEME = "theme", _("theme")

    plebiscite = models.ForeignKey(
        Plebiscite, models.PROTECT, related_name="choices", verbose_name=_("plebiscite")
    )
    axis = models.CharField(_("sorts works by"), max_length=5, choices=Axis)
    code = models.SlugField(
        _("address part"), max_length=40, help_text=_("Stands in the addresses of filtered lists.")
    )
    position = models.PositiveSmallIntegerField(_("place in the list"), default=1)

    class Meta:
        verbose_name = _("kind or theme of works")
        verbose_name_plural = _("kinds and themes of works")
        ordering = ["plebiscite", "axis", "position", "pk"]
        default_permissions = ("view", "add", "change", "delete")
        constraints = [
            models.UniqueConstraint(
                fields=["plebiscite", "axis", "code"], name="plebiscite_choice_code"
            ),
            models.CheckConstraint(
                condition=Q(axis__in=["kind", "theme"]), name="plebiscite_choice_axis"
            ),
        ]


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Reads of proposals."""

    def accepted(self) -> ProposalQuerySet:
        """Those that everybody may see."""
        return self.filter(state=ProposalState.ACCEPTED)

    def on_ballot(self) -> ProposalQuerySet:
        """Accepted ones that a jury, if it was to choose, has not left out."""
        return self.accepted().exclude(
            accepted_revision__judged__jury__effect="shortlist",
            accepted_revision__judged__jury__state="closed",
            accepted_revision__judged__is_chosen=False,
        )

    def waiting(self) -> ProposalQuerySet:
        """Those that the commission has to do something about."""
        return self.filter(state__in=WITH_COMMISSION)

    def may_be_appealed(self, now: datetime) -> ProposalQuerySet:
        """Rejected ones whose authors may still appeal."""
        return self.filter(state=ProposalState.REJECTED, appeal_until__gt=now)

    def with_public_reason(self) -> ProposalQuerySet:
        """Those of which everybody may read why they were not accepted."""
        return self.filter(state__in=WITH_PUBLIC_REASON)

    def counted(self) -> ProposalQuerySet:
        """Those that count against the number that a person may send."""
        return self.exclude(state__in=[ProposalState.WITHDRAWN, ProposalState.MERGED])


class Proposal(models.Model):
    """A motif on its way. What its author is writing stands here; what was sent, in revisions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plebiscite = models.ForeignKey(
        Plebiscite, models.PROTECT, related_name="proposals", verbose_name=_("plebiscite")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="proposals",
    )
    #: Given when it is first sent; stands in its address once it is accepted.
    number = models.PositiveIntegerField(_("number"), null=True)
    state = PROPOSAL.state_field()
    title = models.CharField(_("title"), max_length=80, blank=True)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
    )
    kind = models.ForeignKey(
        ContestChoice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("kind of work"),
    )
    theme = models.ForeignKey(
        ContestChoice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("theme"),
    )
    author_shown = models.CharField(
        _("author shown"), max_length=10, choices=AuthorShown, default=AuthorShown.ANONYMOUS
    )
    #: What the public reads; empty for an anonymous work, emptied when the person asks for it.
    author_label = models.CharField(_("author in public"), max_length=160, blank=True)
    accepts_rules = models.BooleanField(_("rights declared"), default=False)
    #: What the commission last wrote: what to correct, or why it was rejected (public).
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    #: Why somebody wants it rejected; nobody outside reads it until a second person agrees.
    proposed_reason = models.TextField(_("proposed reason"), max_length=2000, blank=True)
    appeal_until = models.DateTimeField(_("appeal until"), null=True, editable=False)
    appeal_text = models.TextField(_("appeal"), max_length=2000, blank=True)
    appeal_answer = models.TextField(_("answer to the appeal"), max_length=2000, blank=True)
    #: Counts what the author has written, so that two windows notice each other.
    draft_version = models.PositiveIntegerField(default=0, editable=False)
    accepted_revision = models.OneToOneField(
        "plebiscite.ProposalRevision",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="accepted_as",
        verbose_name=_("accepted revision"),
    )
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="joined",
        verbose_name=_("joined with"),
    )
    created_at = models.DateTimeField(_("begun"), db_default=ClockTimestamp())
    submitted_at = models.DateTimeField(_("sent"), null=True)
    is_example = models.BooleanField(_("example"), default=False)

    objects = ProposalQuerySet.as_manager()
    machine = PROPOSAL

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["plebiscite", "number", "created_at"]
        default_permissions = ("view", "change")
        constraints = [
            PROPOSAL.constraint("plebiscite_proposal_state"),
            models.UniqueConstraint(
                fields=["plebiscite", "number"], name="plebiscite_proposal_number"
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.ACCEPTED)
                | Q(accepted_revision__isnull=False, number__isnull=False),
                name="plebiscite_accepted_has_revision",
            ),
            models.CheckConstraint(
                condition=Q(author_shown__in=AuthorShown.values),
                name="plebiscite_proposal_author_shown",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(WITH_PUBLIC_REASON))
                | (Q(appeal_until__isnull=False) & ~Q(reason="")),
                name="plebiscite_rejection_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.MERGED) | ~Q(merged_into=models.F("id")),
                name="plebiscite_merged_with_another",
            ),
        ]
        indexes = [
            models.Index(fields=["plebiscite", "state"], name="plebiscite_proposal_by_state")
        ]

    def __str__(self) -> str:
        return self.title or str(_("untitled"))

    @property
    def state_label(self) -> str:
        """The state in words for visitors."""
        return str(PROPOSAL.label(self.state))

    @property
    def is_with_author(self) -> bool:
        """Whether its author may still change it."""
        return self.state in WITH_AUTHOR

    @cached_property
    def latest_revision(self) -> ProposalRevision | None:
        """What was sent last."""
        return self.revisions.order_by("-number").first()


class ProposalPicture(models.Model):
    """A picture its author has put to a proposal that is not sent yet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="pictures")
    position = models.PositiveSmallIntegerField()
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    alt_text = models.CharField(_("alternative text"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("picture of a proposal")
        verbose_name_plural = _("pictures of proposals")
        ordering = ["position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "position"], name="plebiscite_picture_position"
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MAX_PICTURES),
                name="plebiscite_pictures_limited",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.position}"


class ProposalRevision(models.Model):
    """A proposal as it was sent. A trigger refuses every change of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=80)
    description = models.TextField(_("description"))
    language = models.CharField(_("language"), max_length=2)
    kind = models.ForeignKey(
        ContestChoice, models.PROTECT, null=True, related_name="+", verbose_name=_("kind of work")
    )
    theme = models.ForeignKey(
        ContestChoice, models.PROTECT, null=True, related_name="+", verbose_name=_("theme")
    )
    #: The statement about rights as the author read it.
    rights_statement = models.TextField(_("statement of rights"))
    submitted_at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name = _("revision of a proposal")
        verbose_name_plural = _("revisions of proposals")
        ordering = ["number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "number"], name="plebiscite_revision_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    @cached_property
    def main_picture(self) -> RevisionPicture:
        """The picture that stands for it in lists and on the ballot paper."""
        return self.pictures.all()[0]


class RevisionPicture(models.Model):
    """A picture as it was sent. Its bytes are public once the revision is accepted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    revision = models.ForeignKey(ProposalRevision, models.CASCADE, related_name="pictures")
    position = models.PositiveSmallIntegerField()
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    alt_text = models.CharField(_("alternative text"), max_length=250)
    #: Of the file that is made public (`plebiscite.pictures`), as are width and height.
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("picture of a revision")
        verbose_name_plural = _("pictures of revisions")
        ordering = ["position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "position"], name="plebiscite_revision_picture_position"
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="plebiscite_picture_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision_id} {self.position}"
