"""Where one votes in person, and who works there."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from plebiscite.models.plebiscite import Plebiscite


class PollingPointQuerySet(models.QuerySet["PollingPoint"]):
    """Reads of polling points."""

    def of_clerk(self, user: Any) -> PollingPointQuerySet:
        """Those that a person is named for; nobody is named for all."""
        if not getattr(user, "is_active", False):
            return self.none()
        return self.filter(clerks__user_id=user.pk)


class PollingPoint(models.Model):
    """A place with an issue desk, an urn, or both. Part of what is frozen."""

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="points")
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=160)
    hours = models.CharField(
        _("opening hours"), max_length=160, help_text=_("For example “pn–pt 8:00–18:00”.")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=1)

    objects = PollingPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("polling point")
        verbose_name_plural = _("polling points")
        ordering = ["position", "name"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["plebiscite", "name"],
                name="plebiscite_point_name",
                violation_error_message=_("There is a polling point of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class PointClerk(models.Model):
    """Somebody who works at a polling point: the desk and the urn of no other one."""

    point = models.ForeignKey(PollingPoint, models.CASCADE, related_name="clerks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("clerk of a polling point")
        verbose_name_plural = _("clerks of polling points")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["point", "user"], name="plebiscite_clerk_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.point_id}"
