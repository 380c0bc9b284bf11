from forms.models.blueprint import Area, Blueprint
from forms.models.draft import Draft
from forms.models.snapshot import Snapshot
from forms.models.version import FormVersion

__all__ = ["Area", "Blueprint", "Draft", "FormVersion", "Snapshot"]
