from forms.models.draft import Draft
from forms.models.snapshot import Snapshot
from forms.models.version import FormVersion

__all__ = ["Draft", "FormVersion", "Snapshot"]
