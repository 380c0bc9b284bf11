"""What members of a team may do in the name of their organisation."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TeamRole(TextChoices):
    """Each role includes what the next one may."""

    OWNER = "owner", _("leads the team")
    EDITOR = "editor", _("writes")
    VIEWER = "viewer", _("reads")


#: Roles that may change what the organisation is working on.
WRITING_ROLES = (TeamRole.OWNER, TeamRole.EDITOR)
