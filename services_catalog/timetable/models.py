"""Slots, and the rules that make them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp
from services_catalog.models.service import Service
from services_catalog.timetable import permissions, states
from services_catalog.timetable.recurrence import Frequency, day_names


class ScopedQuerySet(models.QuerySet):
    """What staff see: everything, or what their own organisations provide."""

    def visible_to(self, user: Any) -> Any:
        """Coordinators, auditors and administrators everything, the consortium's lead what its
        members provide, a member what its own organisation does.
        """
        if permissions.may_read_all(user):
            return self
        if permissions.leads_consortium(user):
            return self.filter(provider__kind="member")
        if permissions.is_provider(user):
            return self.filter(provider__in=permissions.own_organisations(user))
        return self.none()

    def run_by(self, user: Any) -> Any:
        """What somebody may change, as far as it rests on role and organisation."""
        if permissions.may_work(user):
            return self
        if permissions.is_provider(user) or permissions.leads_consortium(user):
            return self.filter(provider__in=permissions.own_organisations(user))
        return self.none()


class ScheduleRule(models.Model):
    """A service on certain days at an hour: a subset of the schedule of HSDS, in local time.

    Made by staff as a draft; once started, a worker makes its slots some weeks ahead.
    """

    affects_public_pages = False

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="rules"
    )
    provider = models.ForeignKey(
        "directory.Organisation",
        verbose_name=_("provider"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    room = models.ForeignKey(
        "directory.Room",
        verbose_name=_("room"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    shares_room = models.BooleanField(
        _("others may use the room too"),
        default=False,
        help_text=_("Only together with others that share it."),
    )
    freq = models.CharField(_("repeats"), max_length=8, choices=Frequency)
    interval = models.PositiveSmallIntegerField(
        _("every"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
        help_text=_("1: each week or month; 2: every second one."),
    )
    #: As in RFC 5545 and HSDS: “MO,TH”, “2MO,-1FR”.
    byday = models.CharField(_("days"), max_length=60)
    opens_at = models.TimeField(_("from"))
    closes_at = models.TimeField(_("to"))
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(_("last day"))
    runs_on_holidays = models.BooleanField(_("also on public holidays"), default=False)
    capacity = models.PositiveSmallIntegerField(_("places"))
    waitlist_max = models.PositiveSmallIntegerField(_("places on the waiting list"), default=0)
    book_from_days = models.PositiveSmallIntegerField(
        _("booking opens, days before"),
        null=True,
        blank=True,
        help_text=_("Empty: as soon as the slot is in the timetable."),
    )
    book_until_hours = models.PositiveSmallIntegerField(_("booking ends, hours before"), default=0)
    cancel_until_hours = models.PositiveSmallIntegerField(
        _("cancelling ends, hours before"), default=0
    )
    weeks_ahead = models.PositiveSmallIntegerField(
        _("weeks ahead"),
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(52)],
        help_text=_("So far ahead the slots stand in the timetable."),
    )
    note = models.CharField(_("public note"), max_length=160, blank=True)
    state = states.RULE.state_field()
    changed_at = models.DateTimeField(_("changed"), db_default=ClockTimestamp())
    is_example = models.BooleanField(_("example"), default=False)

    objects = ScopedQuerySet.as_manager()
    machine = states.RULE

    class Meta:
        verbose_name = _("rule of the timetable")
        verbose_name_plural = _("rules of the timetable")
        ordering = ["service__name", "opens_at", "pk"]
        default_permissions = ("view",)
        constraints = [
            states.RULE.constraint("services_rule_state_known"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="services_rule_hours_in_order"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="services_rule_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(interval__gte=1, interval__lte=12), name="services_rule_interval"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service.name}, {self.days_in_words}, {self.opens_at:%H:%M}"

    @property
    def days_in_words(self) -> str:
        """The days as people say them, in the active language."""
        return day_names(self)

    @property
    def staff_state_label(self) -> str:
        """The state in the words for staff."""
        return str(self.machine.label(self.state, staff=True))


class SlotQuerySet(ScopedQuerySet):
    """Reads of slots."""

    def public(self) -> SlotQuerySet:
        """What everybody may see: no drafts, and nothing of services that are not published."""
        return self.filter(state__in=states.PUBLIC, service__live=True)

    def live(self) -> SlotQuerySet:
        """Those that are going to take place, drafts included."""
        return self.filter(state__in=states.LIVE)

    def between(self, start: datetime, end: datetime) -> SlotQuerySet:
        """Those that touch the time from `start` to `end`."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)

    def bookable(self, now: datetime) -> SlotQuerySet:
        """Those that take bookings at `now`, whether or not there are places left."""
        opened = Q(book_from=None) | Q(book_from__lte=now)
        return self.public().filter(opened, state=states.OPEN, book_until__gt=now)


class Slot(models.Model):
    """A service at a time, in a room, for so many people.

    The room is held by a `directory.RoomUse`, where the only constraint against two at once
    stands. `booked` and `held` are counted by the bookings, under a lock on this row.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="slots"
    )
    provider = models.ForeignKey(
        "directory.Organisation",
        verbose_name=_("provider"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="slots",
    )
    room = models.ForeignKey(
        "directory.Room",
        verbose_name=_("room"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="slots",
    )
    shares_room = models.BooleanField(_("others may use the room too"), default=False)
    room_use = models.OneToOneField(
        "directory.RoomUse",
        verbose_name=_("use of the room"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="slot",
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    capacity = models.PositiveIntegerField(_("places"))
    booked = models.PositiveIntegerField(_("booked"), default=0, editable=False)
    held = models.PositiveIntegerField(_("held"), default=0, editable=False)
    waitlist_max = models.PositiveIntegerField(_("places on the waiting list"), default=0)
    book_from = models.DateTimeField(_("booking opens"), null=True, blank=True)
    book_until = models.DateTimeField(_("booking ends"))
    cancel_until = models.DateTimeField(_("cancelling ends"))
    note = models.CharField(_("public note"), max_length=160, blank=True)
    state = states.SLOT.state_field()
    series = models.ForeignKey(
        ScheduleRule,
        verbose_name=_("rule"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="slots",
    )
    #: The day of the rule that it was made for; it stays when the slot is moved.
    occurs_on = models.DateField(null=True, blank=True, editable=False)
    #: Changed by a person: the rule leaves it alone.
    is_edited = models.BooleanField(_("changed by hand"), default=False, editable=False)
    cancel_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True, editable=False)
    #: Cancelled by its rule (a closed day, another day of the week), which may bring it back.
    is_by_rule = models.BooleanField(default=False, editable=False)
    #: Rises with every change that shows: SEQUENCE of RFC 5545.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(_("changed"), db_default=ClockTimestamp(), editable=False)
    created_at = models.DateTimeField(db_default=ClockTimestamp(), editable=False)
    is_example = models.BooleanField(_("example"), default=False)

    objects = SlotQuerySet.as_manager()
    machine = states.SLOT

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["starts_at", "pk"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["starts_at", "id"], name="services_slot_starts"),
            models.Index(fields=["service", "starts_at"], name="services_slot_service"),
            models.Index(fields=["room", "starts_at"], name="services_slot_room"),
            models.Index(fields=["provider", "starts_at"], name="services_slot_provider"),
            models.Index(
                fields=["ends_at"],
                condition=Q(state__in=[states.OPEN, states.CLOSED]),
                name="services_slot_to_finish",
            ),
        ]
        constraints = [
            states.SLOT.constraint("services_slot_state_known"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="services_slot_time_in_order"
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=0, booked__gte=0, held__gte=0, waitlist_max__gte=0),
                name="services_slot_numbers",
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=F("booked") + F("held")),
                name="services_slot_not_oversold",
            ),
            models.CheckConstraint(
                condition=Q(book_until__lte=F("ends_at"))
                & Q(cancel_until__lte=F("ends_at"))
                & (Q(book_from=None) | Q(book_from__lt=F("book_until"))),
                name="services_slot_booking_in_order",
            ),
            models.CheckConstraint(
                condition=Q(room=None) | Q(state=states.CANCELLED) | Q(room_use__isnull=False),
                name="services_slot_holds_its_room",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=states.CANCELLED, cancelled_at__isnull=False)
                    & Q(room_use=None)
                    & ~Q(cancel_reason="")
                )
                | (~Q(state=states.CANCELLED) & Q(cancelled_at=None)),
                name="services_slot_cancelled_with_reason",
            ),
            models.UniqueConstraint(
                fields=["series", "occurs_on"], name="services_slot_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(series=None, occurs_on=None)
                | Q(series__isnull=False, occurs_on__isnull=False),
                name="services_slot_day_of_its_rule",
            ),
        ]

    def __str__(self) -> str:
        from core.i18n.dates import date_range

        return f"{self.service.name}, {date_range(self.starts_at, self.ends_at)}"

    @property
    def is_cancelled(self) -> bool:
        return self.state == states.CANCELLED

    @property
    def state_label(self) -> str:
        """The state in the words for everybody."""
        return str(self.machine.label(self.state))

    @property
    def staff_state_label(self) -> str:
        """The state in the words for staff."""
        return str(self.machine.label(self.state, staff=True))

    def is_bookable(self, now: datetime) -> bool:
        """Whether it takes bookings at `now`, whether or not there are places left."""
        return (
            self.state == states.OPEN
            and (self.book_from is None or self.book_from <= now)
            and now < self.book_until
        )
