"""What the directory keeps about people: whose teams they are in."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.ports import DataExport, DataNotice
from directory import services
from directory.models import Invitation, Membership


class TeamData:
    """Teams and invitations."""

    def notice(self) -> DataNotice:
        return DataNotice(
            title=_("Teams of organisations"),
            what=_(
                "The organisations in whose teams you are, your role there, and e-mail addresses "
                "that somebody invited into a team."
            ),
            purpose=_("So that a team can work on its organisation’s applications together."),
            legal_basis=_("The agreement to keep the account (Article 6(1)(b) GDPR)."),
            retention=_(
                "Until you leave the team or erase the account; invitations for 14 days, then "
                "without their link."
            ),
            stays=_("The organisation itself; its other members go on working with it."),
        )

    def export(self, user: Any) -> DataExport:
        return DataExport(
            data={
                "teams": [
                    {
                        "organisation": row.organisation.name_pl,
                        "role": row.role,
                        "since": row.created_at,
                    }
                    for row in Membership.objects.filter(user=user).select_related("organisation")
                ],
                "invitations": list(
                    Invitation.objects.filter(email=user.email).values(
                        "organisation__name_pl", "role", "created_at", "accepted_at"
                    )
                ),
            }
        )

    def erase(self, user: Any) -> None:
        """Teams the person led alone go to whoever has written in them longest."""
        services.hand_over(user)
        Membership.objects.filter(user=user).delete()
        Invitation.objects.filter(email=user.email).delete()
