from directory.models.closed_day import ClosedDay
from directory.models.invitation import Invitation
from directory.models.membership import Membership
from directory.models.organisation import (
    APPLICANT_FORMS,
    LegalForm,
    Organisation,
    OrganisationKind,
    PesCategory,
    RegisterType,
    SocialEnterprise,
)
from directory.models.room import Room
from directory.models.room_use import RoomUse
from directory.models.target_group import TargetGroup
from directory.team_roles import WRITING_ROLES, TeamRole

__all__ = [
    "APPLICANT_FORMS",
    "WRITING_ROLES",
    "ClosedDay",
    "Invitation",
    "LegalForm",
    "Membership",
    "Organisation",
    "OrganisationKind",
    "PesCategory",
    "RegisterType",
    "Room",
    "RoomUse",
    "SocialEnterprise",
    "TargetGroup",
    "TeamRole",
]
