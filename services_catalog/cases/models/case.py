"""The case itself, and who asked."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp
from services_catalog.cases import permissions, states
from services_catalog.models.contact import Contact
from services_catalog.models.package import Package
from services_catalog.models.service import Service


class Channel(models.TextChoices):
    """How a request reached us."""

    WEB = "web", _("website")
    PHONE = "phone", _("telephone")
    DESK = "desk", _("at the desk")
    PAPER = "paper", _("on paper")


class Priority(models.IntegerChoices):
    LOW = 0, _("low")
    NORMAL = 1, _("normal")
    HIGH = 2, _("high")


class Outcome(models.TextChoices):
    """What came of an answered case."""

    DONE = "done", _("done")
    PARTLY = "partly", _("partly done")
    ADVISED = "advised", _("advice given")
    ELSEWHERE = "elsewhere", _("passed on elsewhere")


def _urgency() -> models.Case:
    """The same for lists and for the index that they are read by."""
    return models.Case(
        models.When(state__in=states.OURS, then=0),
        models.When(state__in=states.OPEN, then=1),
        default=2,
        output_field=models.IntegerField(),
    )


#: The words of a request, the same for searching and for the index that it uses.
WORDS = SearchVector("text", config="simple")
#: The year of the first case there can be.
FIRST_YEAR = 2025


def _numbers_like(typed: str) -> list[str]:
    """Beginnings of the numbers that somebody may mean: a whole one, or only its digits."""
    tidy = re.sub(r"[\s–—]", "", typed).upper()
    if tidy.startswith("HAJ"):
        return [tidy]
    digits = re.fullmatch(r"(\d{1,6})(-\d)?", tidy)
    if digits is None:
        return []
    years = range(FIRST_YEAR, timezone.localdate().year + 1)
    return [f"HAJ-{year}-{digits[1].zfill(6)}{digits[2] or ''}" for year in years]


class ServiceRequestQuerySet(models.QuerySet["ServiceRequest"]):
    """Reads of cases; each says who may see the rows it gives."""

    def visible_to(self, user: Any) -> ServiceRequestQuerySet:
        """What a member of staff may see; nothing for anybody else.

        Coordinators, auditors and administrators all of them; a member those offered to or held
        by its own organisation; the consortium's lead also those that any member has.
        """
        if permissions.may_read_all(user):
            return self
        if not permissions.may_enter(user):
            return self.none()
        theirs = Q(assigned_org__in=permissions.own_organisations(user))
        if permissions.leads_consortium(user):
            theirs |= Q(assigned_org__kind="member")
        return self.filter(theirs)

    def for_the_next_move_of(self, user: Any) -> ServiceRequestQuerySet:
        """Those on which this member of staff can do the next thing.

        For coordinators all that the office has to move; for others those that their own
        organisation has or was offered: what other members have, the lead sees and cannot move.
        """
        ours = self.filter(state__in=states.OURS)
        if permissions.may_work(user):
            return ours
        if permissions.is_provider(user) or permissions.leads_consortium(user):
            return ours.filter(assigned_org__in=permissions.own_organisations(user))
        return self.none()

    def of_person(self, user: Any) -> ServiceRequestQuerySet:
        """A signed-in resident's cases: sent from the account, or with its verified address."""
        if not user.is_authenticated:
            return self.none()
        guest = Q(
            requester=None,
            contact__email__in=permissions.verified_addresses(user),
            state__in=set(states.MACHINE.states) - {states.UNCONFIRMED, states.EXPIRED},
        )
        return self.filter(Q(requester=user) | guest)

    def with_overdue(self) -> ServiceRequestQuerySet:
        """Each with `is_late`: whether the office has let the deadline pass."""
        late = Q(state__in=states.OURS, due_at__lt=ClockTimestamp())
        return self.annotate(is_late=models.ExpressionWrapper(late, models.BooleanField()))

    def with_urgency(self) -> ServiceRequestQuerySet:
        """Each with `urgency`: 0 where the office has the next move, 1 while open, 2 when over."""
        return self.annotate(urgency=_urgency())

    def overdue(self) -> ServiceRequestQuerySet:
        """Those whose deadline the office has let pass."""
        return self.filter(state__in=states.OURS, due_at__lt=ClockTimestamp())

    def found_by(self, typed: str) -> ServiceRequestQuerySet:
        """Those that `typed` names: a number or a part of it, beginnings of words, a service.

        Each of the ways has an index, so that the time does not grow with the cases.
        """
        typed = typed.strip()[:100]
        words = re.findall(r"\w+", typed)
        if not words:
            return self.none()
        found = Q(service__in=list(Service.objects.named_like(typed).values_list("pk", flat=True)))
        query = SearchQuery(
            " & ".join(f"{word}:*" for word in words), search_type="raw", config="simple"
        )
        by_words = ServiceRequest.objects.annotate(words=WORDS).filter(words=query)
        numbers = _numbers_like(typed)
        if not numbers:
            return self.filter(found | Q(pk__in=by_words))
        # Few are meant: found by their keys, so that nothing is read from end to end.
        few = [by_words, ServiceRequest.objects.filter(found)]
        few += [ServiceRequest.objects.filter(number__startswith=one) for one in numbers]
        first, *others = (rows.order_by().values("pk") for rows in few)
        return self.filter(pk__in=first.union(*others))

    def open(self) -> ServiceRequestQuerySet:
        """Not over yet."""
        return self.filter(state__in=states.OPEN)

    def live(self) -> ServiceRequestQuerySet:
        """Confirmed and not over yet: somebody goes on with them."""
        return self.open().exclude(state=states.UNCONFIRMED)


class ServiceRequest(models.Model):
    """One request for one service. Its number is a name, not a key: it opens nothing."""

    affects_public_pages = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("number"), max_length=30, unique=True)
    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="requests"
    )
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="service_requests",
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.WEB)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    text = models.TextField(_("what it is about"), max_length=4000)
    form_version = models.ForeignKey(
        "forms.FormVersion",
        verbose_name=_("form"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    #: Checked answers to the form's questions, by key.
    answers = models.JSONField(default=dict, blank=True)
    state = states.MACHINE.state_field()
    assigned_org = models.ForeignKey(
        "directory.Organisation",
        verbose_name=_("handled by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases",
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assigned to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    offered_at = models.DateTimeField(_("offered"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.NORMAL
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    package = models.ForeignKey(
        Package,
        verbose_name=_("package"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="requests",
    )
    #: The case that keeps a package together.
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    duplicate_of = models.ForeignKey(
        "self",
        verbose_name=_("duplicate of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="duplicates",
    )
    public_reason = models.TextField(_("reason for the resident"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("received"), db_default=ClockTimestamp())
    #: The deadline that runs now: of the first answer, then of the whole case.
    due_at = models.DateTimeField(_("answer due"))
    due_resolution_at = models.DateTimeField(_("to be settled by"))
    warn_at = models.DateTimeField(_("warning"))
    #: 1 when three quarters of the time are over, 2 when all of it, 3 when the City was told.
    alarm = models.PositiveSmallIntegerField(_("alarm"), default=0)
    first_reply_at = models.DateTimeField(_("first answered"), null=True, blank=True)
    paused_at = models.DateTimeField(_("waiting since"), null=True, blank=True)
    closed_at = models.DateTimeField(_("finished"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    #: Counts what people have done with it; a screen that was opened before says so.
    version = models.PositiveIntegerField(default=1, editable=False)
    legal_hold = models.BooleanField(_("kept for a legal reason"), default=False)
    erased_at = models.DateTimeField(_("personal data erased"), null=True, blank=True)
    #: Drawn with the form: the same form sent twice makes one case.
    submission_key = models.UUIDField(unique=True, editable=False)
    is_example = models.BooleanField(_("example"), default=False)

    objects = ServiceRequestQuerySet.as_manager()
    machine = states.MACHINE

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-created_at"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["state", "due_at"], name="services_case_due"),
            GinIndex(SearchVector("text", config="simple"), name="services_case_words"),
            models.Index(_urgency(), "due_at", "id", name="services_case_urgent"),
            models.Index(fields=["due_at", "id"], name="services_case_soonest"),
            models.Index(fields=["-created_at", "id"], name="services_case_newest"),
            models.Index(fields=["assigned_org", "due_at"], name="services_case_org"),
            models.Index(
                fields=["closed_at"],
                condition=Q(closed_at__isnull=False, erased_at=None),
                name="services_case_to_erase",
            ),
            models.Index(
                fields=["warn_at"],
                condition=Q(state__in=sorted(states.OURS)),
                name="services_case_watched",
            ),
        ]
        constraints = [
            states.MACHINE.constraint("services_case_state_known"),
            models.CheckConstraint(
                condition=~Q(state=states.REJECTED) | ~Q(public_reason=""),
                name="services_case_rejected_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=states.FINAL, closed_at__isnull=False)
                | (~Q(state__in=states.FINAL) & Q(closed_at__isnull=True)),
                name="services_case_closed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=states.HELD) | Q(assigned_org__isnull=False),
                name="services_case_held_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=states.CLOSED) | ~Q(outcome=""),
                name="services_case_closed_has_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(state=states.DUPLICATE) | Q(duplicate_of__isnull=False),
                name="services_case_duplicate_of_something",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=F("id")),
                name="services_case_not_of_itself",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(
                    state__in=states.FINAL,
                    text="",
                    requester__isnull=True,
                    public_reason__in=["", "–"],
                ),
                name="services_case_erased_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="services_case_no_part_of_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def state_label(self) -> str:
        """The state in the words for residents."""
        return str(self.machine.label(self.state))

    @property
    def staff_state_label(self) -> str:
        """The state in the words for staff."""
        return str(self.machine.label(self.state, staff=True))

    @property
    def is_final(self) -> bool:
        return self.state in states.FINAL


class RequestContact(Contact):
    """Who asked, and for whom."""

    case = models.OneToOneField(ServiceRequest, on_delete=models.CASCADE, related_name="contact")
    on_behalf_of = models.CharField(_("for whom"), max_length=120, blank=True)

    class Meta(Contact.Meta):
        verbose_name = _("contact")
