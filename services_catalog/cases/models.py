"""The case, who asked, and what was written to each other."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp
from services_catalog.cases import states
from services_catalog.models.service import Service


class Channel(models.TextChoices):
    """How a request reached us."""

    WEB = "web", _("website")
    PHONE = "phone", _("telephone")
    DESK = "desk", _("at the desk")


class Priority(models.IntegerChoices):
    LOW = 0, _("low")
    NORMAL = 1, _("normal")
    HIGH = 2, _("high")


class ServiceRequestQuerySet(models.QuerySet["ServiceRequest"]):
    """Reads of cases; each says who may see the rows it gives."""

    def visible_to(self, user: Any) -> ServiceRequestQuerySet:
        """What a member of staff may see; nothing for anybody else."""
        from services_catalog.cases.permissions import may_read_all

        return self if may_read_all(user) else self.none()

    def of_person(self, user: Any) -> ServiceRequestQuerySet:
        """The cases of a signed-in resident."""
        return self.filter(requester=user) if user.is_authenticated else self.none()

    def open(self) -> ServiceRequestQuerySet:
        """Not over yet."""
        return self.filter(state__in=states.OPEN)


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
    state = states.MACHINE.state_field()
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assigned to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.NORMAL
    )
    public_reason = models.TextField(_("reason for the resident"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("received"), db_default=ClockTimestamp())
    due_at = models.DateTimeField(_("answer due"))
    first_reply_at = models.DateTimeField(_("first answered"), null=True, blank=True)
    paused_at = models.DateTimeField(_("waiting since"), null=True, blank=True)
    closed_at = models.DateTimeField(_("finished"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
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
            models.Index(fields=["-created_at", "id"], name="services_case_newest"),
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


class RequestContact(models.Model):
    """Who asked and how to reach them; a row of its own, so that erasing it is a deletion."""

    affects_public_pages = False

    case = models.OneToOneField(ServiceRequest, on_delete=models.CASCADE, related_name="contact")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("contact")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone=""), name="services_contact_reachable"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CaseMessage(models.Model):
    """Something one side wrote. Internal notes never leave the office."""

    affects_public_pages = False

    class Author(models.TextChoices):
        REQUESTER = "requester", _("resident")
        STAFF = "staff", _("office")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(ServiceRequest, on_delete=models.CASCADE, related_name="messages")
    author = models.CharField(_("author"), max_length=10, choices=Author)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(_("text"), max_length=4000)
    is_internal = models.BooleanField(_("internal note"), default=False)
    created_at = models.DateTimeField(_("written"), db_default=ClockTimestamp())
    submission_key = models.UUIDField(unique=True, editable=False)

    class Meta:
        verbose_name = _("message")
        ordering = ["created_at"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(author="staff") | Q(is_internal=False),
                name="services_message_internal_by_staff",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.author}"
