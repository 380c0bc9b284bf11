"""When a room is taken. The one place where two uses of a room can collide, and cannot."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import BigIntegerRangeField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _


class RoomUseQuerySet(models.QuerySet["RoomUse"]):
    """Reads of the uses of rooms."""

    def standing(self) -> RoomUseQuerySet:
        """Those that have not been called off."""
        return self.filter(cancelled_at=None)

    def between(self, start: datetime, end: datetime) -> RoomUseQuerySet:
        """Those that touch the time from `start` to `end`; ending as it begins is no touch."""
        return self.filter(period__overlap=(start, end))


class RoomUse(models.Model):
    """A room for a time, for a purpose, for somebody.

    What books a room (a service's slot, an incubated organisation's booking) holds one of these.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    room = models.ForeignKey(
        "directory.Room", verbose_name=_("room"), on_delete=models.PROTECT, related_name="uses"
    )
    period = DateTimeRangeField(_("from – to"))
    purpose = models.CharField(_("purpose"), max_length=160)
    party = models.CharField(_("for whom"), max_length=160, blank=True)
    is_shared = models.BooleanField(
        _("others may use the room too"),
        default=False,
        help_text=_("Several shared uses may run at the same time."),
    )
    cancelled_at = models.DateTimeField(_("called off"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RoomUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of a room")
        verbose_name_plural = _("uses of rooms")
        ordering = ["period"]
        constraints = [
            # The room as a range of one number: GiST knows ranges, and plain numbers only with
            # the extension btree_gist, which the embedded server does not carry.
            ExclusionConstraint(
                name="directory_room_taken_once",
                index_type="gist",
                expressions=[
                    (
                        Func(
                            F("room_id"),
                            F("room_id"),
                            Value("[]"),
                            function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_shared=False, cancelled_at=None),
                violation_error_message=_("The room is taken at this time."),
            ),
            models.CheckConstraint(
                condition=Q(
                    period__isempty=False, period__lower_inf=False, period__upper_inf=False
                ),
                name="directory_room_use_has_ends",
                violation_error_message=_("The end has to be after the beginning."),
            ),
        ]
        indexes = [models.Index(fields=["room", "cancelled_at"], name="directory_room_use_room")]

    def __str__(self) -> str:
        return f"{self.room_id} {self.period}"
