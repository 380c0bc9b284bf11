"""Who works for an organisation here, and what they may do in its name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.team_roles import TeamRole


class Membership(models.Model):
    """One person in the team of one organisation.

    Every team keeps somebody who leads it: `directory.services` refuses to take the last one away.
    Only deleting an account may leave a team without; then staff appoints somebody.
    """

    organisation = models.ForeignKey(
        "directory.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.CASCADE,
        related_name="memberships",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="memberships",
    )
    role = models.CharField(_("role in the team"), max_length=10, choices=TeamRole)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        ordering = ["organisation", "created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"],
                name="directory_membership_once",
                violation_error_message=_("This person is in the team already."),
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=TeamRole.values), name="directory_membership_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"
