"""Applications, what is being written in them, what was sent, and their files."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp, database_now
from core.i18n.dates import TOWN_TIME
from core.worktime import after_working_days
from forms.models import Draft, Snapshot
from incubator import permissions
from incubator.models.call import Extension
from incubator.states import GIVEN_UP, MACHINE, UNNUMBERED, WITH_STAFF, WRITABLE, State

#: Working days that staff have for the formal check of an application.
CHECK_DAYS = 5


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Reads of applications. Nothing outside asks for `all()`: it would forget who is asking."""

    def visible_to(self, user: Any) -> ApplicationQuerySet:
        """What this person may see: staff what was sent, teams what is theirs. Else nothing."""
        return self.filter(permissions.visibility(user))

    def of_teams_of(self, user: Any) -> ApplicationQuerySet:
        """Those of organisations in whose team the person is."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(organisation__memberships__user_id=user.pk)

    def submitted(self) -> ApplicationQuerySet:
        """Those that have been sent, whatever became of them."""
        return self.exclude(state__in=UNNUMBERED)

    def with_lists(self) -> ApplicationQuerySet:
        """With what lists show."""
        return self.select_related("call", "organisation", "lead", "form_version", "draft")

    def with_check_clock(self) -> ApplicationQuerySet:
        """With `check_from`: since when the formal check is up to staff; and the `clock`.

        That is the last close of the call, for whomever it was extended; after a clarification,
        the moment it ended.
        """
        return self.annotate(clock=ClockTimestamp(), check_from=_check_from())

    def check_late(self, now: datetime) -> ApplicationQuerySet:
        """Those that staff have not checked in `CHECK_DAYS` working days."""
        day = now.astimezone(TOWN_TIME).date()
        while after_working_days(_noon(day), CHECK_DAYS) >= now:
            day -= timedelta(days=1)
        begun = datetime.combine(day + timedelta(days=1), time(), tzinfo=TOWN_TIME)
        rows = self.annotate(check_from=_check_from())
        return rows.filter(state__in=WITH_STAFF, check_from__lt=begun)


def _check_from() -> Greatest:
    extended = Extension.objects.filter(call=OuterRef("call")).order_by("-closes_at")
    asked = Clarification.objects.filter(application=OuterRef("pk"), closed_at__isnull=False)
    # PostgreSQL's GREATEST passes over what is NULL.
    return Greatest(
        "call__closes_at",
        Subquery(extended.values("closes_at")[:1]),
        Subquery(asked.order_by("-closed_at").values("closed_at")[:1]),
    )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=TOWN_TIME)


class Application(models.Model):
    """What one organisation asks for in one call. `incubator.services` alone changes it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(
        "incubator.Call",
        verbose_name=_("call"),
        on_delete=models.PROTECT,
        related_name="applications",
    )
    organisation = models.ForeignKey(
        "directory.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="applications",
    )
    form_version = models.ForeignKey(
        "forms.FormVersion", verbose_name=_("form"), on_delete=models.PROTECT, related_name="+"
    )
    state = MACHINE.state_field()
    number = models.CharField(_("number"), max_length=30, null=True, unique=True, editable=False)
    submitted_at = models.DateTimeField(_("sent"), null=True, editable=False)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("begun by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("begun"), db_default=ClockTimestamp())
    #: Copied from the call, so that a constraint can say it.
    is_only_one = models.BooleanField(default=True, editable=False)
    #: Why it was refused, as the applicant reads it.
    public_reason = models.TextField(_("reason"), max_length=2000, blank=True)
    #: The account that proposed to refuse it; another one has to confirm.
    refusal_proposed_by = models.BigIntegerField(null=True)

    objects = ApplicationQuerySet.as_manager()
    machine = MACHINE
    #: Of rows `with_check_clock`.
    check_from: datetime
    clock: datetime

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-submitted_at", "-pk"]
        default_permissions = ()
        constraints = [
            MACHINE.constraint("incubator_application_state"),
            models.CheckConstraint(
                condition=Q(state__in=UNNUMBERED, number=None, submitted_at=None)
                | ~Q(state__in=UNNUMBERED) & Q(number__isnull=False, submitted_at__isnull=False),
                name="incubator_application_numbered_when_sent",
            ),
            models.UniqueConstraint(
                fields=["call", "organisation"],
                condition=Q(is_only_one=True) & ~Q(state__in=GIVEN_UP),
                name="incubator_application_one_per_organisation",
            ),
        ]
        indexes = [models.Index(fields=["call", "state"], name="incubator_application_list")]

    def __str__(self) -> str:
        return self.number or str(_("draft"))

    @property
    def title(self) -> str:
        """What lists show: the number and whose it is."""
        number = self.number or _("Draft")
        return f"{number} – {self.organisation.name_pl}"

    @property
    def state_label(self) -> str:
        """The state in the words for applicants."""
        return str(MACHINE.label(self.state))

    @property
    def staff_label(self) -> str:
        """The state in the words of staff."""
        return str(MACHINE.label(self.state, staff=True))

    @property
    def closes_at(self) -> datetime:
        """When the call closes for this organisation."""
        return self.call.closes_for(self.organisation_id)

    @property
    def unlocked_keys(self) -> frozenset[str] | None:
        """The questions that may be answered now; None for all of them."""
        if self.state != State.CLARIFICATION:
            return None
        found = self.open_clarification
        return frozenset(found.unlocked_keys) if found else frozenset()

    @property
    def is_correcting(self) -> bool:
        """Whether a correction is being written that can still be sent."""
        return (
            self.state == State.SUBMITTED
            and self.draft.is_correcting
            and self.call.takes(database_now(), self.organisation_id)
        )

    @property
    def can_be_corrected(self) -> bool:
        """Whether the call still takes a correction of what was sent."""
        return self.state == State.SUBMITTED and database_now() < self.closes_at

    @property
    def is_writable(self) -> bool:
        """Whether answers may be changed now, by whoever may write for the organisation."""
        if self.state == State.SUBMITTED:
            return self.is_correcting
        return self.state in WRITABLE

    @property
    def sending_verb(self) -> str:
        """What sending means now."""
        if self.state == State.CLARIFICATION:
            return "answer"
        return "correct" if self.is_correcting else "submit"

    @property
    def open_clarification(self) -> Clarification | None:
        """The request for clarification that waits for an answer."""
        return self.clarifications.filter(state=Clarification.State.OPEN).first()

    @property
    def was_in_grace(self) -> bool:
        """Whether it came after the close, in the time that is still taken."""
        return any(snapshot.in_grace for snapshot in self.snapshots.all())

    @property
    def check_due_at(self) -> datetime | None:
        """Until when staff check it (rows `with_check_clock`); None while it is not up to them."""
        if self.state not in WITH_STAFF or self.check_from > self.clock:
            return None
        return after_working_days(self.check_from, CHECK_DAYS)

    @property
    def is_check_late(self) -> bool:
        """Whether that moment has passed."""
        return self.check_due_at is not None and self.check_due_at < self.clock

    @property
    def latest_snapshot(self) -> ApplicationSnapshot | None:
        """What counts: the newest of what was sent."""
        return self.snapshots.select_related("form_version").order_by("-seq").first()


class ApplicationDraft(Draft):
    """What the team is writing."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="draft")
    #: Who declares to act for the organisation, as typed on the last page.
    representation = models.JSONField(default=dict)
    #: The answers as typed when they were last sent, and their revision.
    sent_data = models.JSONField(default=dict)
    sent_rev = models.PositiveIntegerField(null=True)
    #: Somebody has opened what was sent, to send it corrected before the close.
    is_correcting = models.BooleanField(default=False)
    #: Nobody had written for a year: the answers were emptied, and the row says so.
    forgotten_at = models.DateTimeField(null=True)
    #: Changes that were never sent, put aside when staff opened single questions.
    unsent_data = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"draft of {self.application_id}"


class ApplicationSnapshot(Snapshot):
    """What was sent, word for word, with the digests of its files."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="snapshots")
    in_grace = models.BooleanField(_("in the time of grace"), default=False)
    arrived_at = models.DateTimeField(_("arrived"))

    class Meta(Snapshot.Meta):
        abstract = False
        verbose_name = _("sent application")
        verbose_name_plural = _("sent applications")
        ordering = ["application", "seq"]
        default_permissions = ()
        constraints = [
            *Snapshot.Meta.constraints,
            models.UniqueConstraint(
                fields=["application", "seq"], name="incubator_snapshot_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.seq}"

    def content(self) -> dict[str, Any]:
        return {
            **super().content(),
            "application": str(self.application.uuid),
            # In UTC, as it comes back from the database, whatever zone it was given in.
            "arrived_at": self.arrived_at.astimezone(UTC).isoformat(),
        }


class Attachment(models.Model):
    """A file for one question. What was sent once stays, also when the draft drops it."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="attachments")
    field_key = models.CharField(max_length=40)
    file = models.OneToOneField(
        "core.StoredFile", verbose_name=_("file"), on_delete=models.PROTECT, related_name="+"
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    added_at = models.DateTimeField(_("added"), db_default=ClockTimestamp())
    removed_at = models.DateTimeField(_("removed"), null=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["application", "field_key", "pk"]
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["application", "field_key"],
                condition=Q(removed_at=None),
                name="incubator_attachment_current",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.field_key}"


class FormalItem(models.Model):
    """One point of the formal check of one application."""

    class Result(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")
        NOT_APPLICABLE = "na", _("does not apply")

    application = models.ForeignKey(Application, models.CASCADE, related_name="formal_items")
    criterion = models.CharField(max_length=40)
    result = models.CharField(max_length=3, choices=Result.choices)
    note = models.TextField(max_length=1000, blank=True)
    by = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["application", "criterion"], name="incubator_formal_item_one"
            ),
            models.CheckConstraint(
                condition=Q(result__in=["yes", "no", "na"]), name="incubator_formal_item_result"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.criterion}"


class Clarification(models.Model):
    """Questions of staff to an applicant, and the answers of the form they open again."""

    class State(models.TextChoices):
        OPEN = "open", _("waits for the applicant")
        ANSWERED = "answered", _("answered")
        EXPIRED = "expired", _("not answered in time")
        CANCELLED = "cancelled", _("taken back")

    application = models.ForeignKey(Application, models.CASCADE, related_name="clarifications")
    questions = models.TextField(_("what has to be put right"), max_length=3000)
    #: Keys of the questions of the form that may be changed.
    unlocked_keys = models.JSONField(default=list)
    due_at = models.DateTimeField(_("until"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField(db_default=ClockTimestamp())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state="open"),
                name="incubator_clarification_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "answered", "expired", "cancelled"]),
                name="incubator_clarification_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.due_at}"


class Comment(models.Model):
    """What people of one team tell each other about a question. Staff never see it."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="comments")
    field_key = models.CharField(max_length=40)
    text = models.TextField(max_length=1000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    written_at = models.DateTimeField(db_default=ClockTimestamp())
    settled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["written_at", "pk"]
        indexes = [
            models.Index(
                fields=["application", "field_key"],
                condition=Q(settled_at=None),
                name="incubator_comment_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.field_key}"
