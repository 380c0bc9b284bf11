"""A booking, and who comes."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp
from services_catalog.bookings import states
from services_catalog.cases import permissions
from services_catalog.cases.models import Channel, Priority
from services_catalog.models.contact import Contact
from services_catalog.models.package import Package
from services_catalog.models.service import Service
from services_catalog.timetable.models import Slot

#: How numbers of bookings begin, and how many digits they have after the year.
SERIES, DIGITS = "REZ", 6
#: Digits alone are looked for in so many years.
YEARS_SEARCHED = 3


class BookingQuerySet(models.QuerySet["Booking"]):
    """Reads of bookings; each says who may see the rows it gives."""

    def visible_to(self, user: Any) -> BookingQuerySet:
        """What a member of staff may see: coordinators, auditors and administrators everything,
        the consortium's lead the dates of its members, a member those of its own organisation.
        """
        if permissions.may_read_all(user):
            return self
        if permissions.leads_consortium(user):
            return self.filter(slot__provider__kind="member")
        if permissions.is_provider(user):
            return self.filter(slot__provider__in=permissions.own_organisations(user))
        return self.none()

    def of_person(self, user: Any) -> BookingQuerySet:
        """A signed-in resident's: made from the account, or with its verified address."""
        if not user.is_authenticated:
            return self.none()
        guest = Q(
            requester=None,
            contact__email__in=permissions.verified_addresses(user),
            state__in=set(states.STATES) - {*states.UNPROVEN, states.EXPIRED},
        )
        return self.filter(Q(requester=user) | guest)

    def found_by(self, text: str) -> BookingQuerySet:
        """By the number or how it begins, by its digits alone, or by a word of the service.

        Each goes through an index: beginnings of numbers, and the few services that fit.
        """
        text = text.strip()
        if text.upper().startswith(SERIES):
            return self.filter(number__startswith=text.upper())
        if text.isdecimal() and len(text) <= DIGITS:
            this, found = date.today().year, Q()
            for year in range(this - YEARS_SEARCHED, this + 2):
                found |= Q(number__startswith=f"{SERIES}-{year}-{int(text):0{DIGITS}d}-")
            return self.filter(found)
        services = Service.objects.filter(name__icontains=text).values("pk")
        return self.filter(slot__service__in=services)

    def live(self) -> BookingQuerySet:
        """Of somebody who still wants to come."""
        return self.filter(state__in=states.LIVE)

    def waiting(self) -> BookingQuerySet:
        """The queue, in its order."""
        return self.filter(state=states.WAITING).order_by("-priority", "queue_no")


class Booking(models.Model):
    """Places for one to N people on one date. Its number is a name, not a key: it opens nothing."""

    # What readers see of it are the counters of its date.
    affects_public_pages = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("number"), max_length=30, unique=True)
    slot = models.ForeignKey(
        Slot, verbose_name=_("date"), on_delete=models.PROTECT, related_name="bookings"
    )
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="service_bookings",
    )
    #: Keyed digest of who comes, so that one person is found on several dates.
    person_key = models.CharField(max_length=64, blank=True, editable=False)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.WEB)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    party_size = models.PositiveSmallIntegerField(_("people"))
    state = states.MACHINE.state_field()
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.NORMAL
    )
    #: The order of joining the queue of this date; given once and kept.
    queue_no = models.PositiveIntegerField(_("number in the queue"), null=True, blank=True)
    queued_at = models.DateTimeField(_("joined the queue"), null=True, blank=True)
    #: How many smaller groups were let pass, and since when.
    skips = models.PositiveSmallIntegerField(default=0)
    passed_at = models.DateTimeField(null=True, blank=True)
    hold_until = models.DateTimeField(_("kept until"), null=True, blank=True)
    offer_until = models.DateTimeField(_("offered until"), null=True, blank=True)
    package = models.ForeignKey(
        Package,
        verbose_name=_("package"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bookings",
    )
    #: Bookings made together, all or none; it is the id of the first of them.
    bundle = models.UUIDField(null=True, blank=True, editable=False, db_index=True)
    created_at = models.DateTimeField(_("made"), db_default=ClockTimestamp())
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    erased_at = models.DateTimeField(_("personal data erased"), null=True, blank=True)
    #: Drawn with the form: the same form sent twice makes one booking.
    submission_key = models.UUIDField(unique=True, editable=False)
    is_example = models.BooleanField(_("example"), default=False)

    objects = BookingQuerySet.as_manager()
    machine = states.MACHINE

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["-created_at"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["slot", "state"], name="services_booking_of_slot"),
            models.Index(fields=["-created_at", "id"], name="services_booking_newest"),
            models.Index(
                fields=["person_key"],
                condition=Q(state=states.CONFIRMED),
                name="services_booking_person",
            ),
            models.Index(
                fields=["hold_until"],
                condition=Q(state__in=states.UNPROVEN),
                name="services_booking_holds",
            ),
            models.Index(
                fields=["offer_until"],
                condition=Q(state=states.OFFERED),
                name="services_booking_offers",
            ),
        ]
        constraints = [
            states.MACHINE.constraint("services_booking_state_known"),
            models.CheckConstraint(
                condition=Q(party_size__gte=1), name="services_booking_of_somebody"
            ),
            models.UniqueConstraint(
                fields=["slot", "person_key"],
                condition=Q(state__in=states.LIVE) & ~Q(person_key=""),
                name="services_booking_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["slot", "queue_no"], name="services_booking_queue_order"
            ),
            models.CheckConstraint(
                condition=~Q(state=states.WAITING)
                | Q(queue_no__isnull=False, queued_at__isnull=False),
                name="services_booking_waits_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(state=states.HELD) | Q(hold_until__isnull=False),
                name="services_booking_hold_has_end",
            ),
            models.CheckConstraint(
                condition=~Q(state=states.OFFERED) | Q(offer_until__isnull=False),
                name="services_booking_offer_has_end",
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
    def is_live(self) -> bool:
        return self.state in states.LIVE

    def has_lapsed(self, now: datetime) -> bool:
        """Whether what was kept or offered is over by the clock, though nothing says so yet."""
        if self.state in states.UNPROVEN:
            return self.hold_until is not None and self.hold_until <= now
        return (
            self.state == states.OFFERED
            and self.offer_until is not None
            and self.offer_until <= now
        )

    def state_label_at(self, now: datetime) -> str:
        """The state in the words for residents, as the clock has it."""
        return str(self.machine.label(states.EXPIRED if self.has_lapsed(now) else self.state))


class BookingContact(Contact):
    """Who booked, and for whom."""

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="contact")
    for_whom = models.CharField(_("for whom"), max_length=120, blank=True)

    class Meta(Contact.Meta):
        verbose_name = _("contact of a booking")
