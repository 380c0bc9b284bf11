"""Applications, what is being written in them, what was sent, and their files."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp
from forms.models import Draft, Snapshot
from incubator import permissions
from incubator.states import GIVEN_UP, MACHINE, UNNUMBERED


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
    def was_in_grace(self) -> bool:
        """Whether it came after the close, in the time that is still taken."""
        return any(snapshot.in_grace for snapshot in self.snapshots.all())

    @property
    def latest_snapshot(self) -> ApplicationSnapshot | None:
        """What counts: the newest of what was sent."""
        return self.snapshots.select_related("form_version").order_by("-seq").first()


class ApplicationDraft(Draft):
    """What the team is writing."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="draft")
    #: Who declares to act for the organisation, as typed on the last page.
    representation = models.JSONField(default=dict)

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
            "arrived_at": self.arrived_at.isoformat(),
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
