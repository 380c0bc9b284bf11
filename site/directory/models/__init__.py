from directory.models.organisation import LegalForm, Organisation, OrganisationKind
from directory.models.room import Room
from directory.models.target_group import TargetGroup

__all__ = ["LegalForm", "Organisation", "OrganisationKind", "Room", "TargetGroup"]
