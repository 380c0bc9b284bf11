"""Invitations into the team of an organisation."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp
from directory.team_roles import TeamRole


class Invitation(models.Model):
    """Asks the holder of one e-mail address into a team. The link in the mail is a token.

    Nobody else can accept it: the account that does must have shown that the address is its own.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "directory.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.CASCADE,
        related_name="invitations",
    )
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role in the team"), max_length=10, choices=TeamRole)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("invited by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("sent"), db_default=ClockTimestamp())
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    cancelled_at = models.DateTimeField(_("taken back"), null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(accepted_at=None, cancelled_at=None),
                name="directory_invitation_once",
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="directory_invitation_small_letters"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.get_role_display()}"

    @property
    def is_waiting(self) -> bool:
        return self.accepted_at is None and self.cancelled_at is None
