from directory.models.closed_day import ClosedDay
from directory.models.invitation import Invitation
from directory.models.membership import Membership
from directory.models.merge import OrganisationMerge
from directory.models.organisation import (
    APPLICANT_FORMS,
    LegalForm,
    Organisation,
    OrganisationKind,
    PesCategory,
    RegisterType,
    SocialEnterprise,
)
from directory.models.patronage import Patronage, PatronageState
from directory.models.room import Room
from directory.models.room_use import RoomUse
from directory.models.target_group import TargetGroup
from directory.models.unit import Unit, UnitKind
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
    "OrganisationMerge",
    "Patronage",
    "PatronageState",
    "PesCategory",
    "RegisterType",
    "Room",
    "RoomUse",
    "SocialEnterprise",
    "TargetGroup",
    "TeamRole",
    "Unit",
    "UnitKind",
]
