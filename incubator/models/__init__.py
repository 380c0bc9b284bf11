from incubator.models.application import (
    Application,
    ApplicationDraft,
    ApplicationSnapshot,
    Attachment,
)
from incubator.models.call import Call, Phase
from incubator.models.page import IncubatorPage

__all__ = [
    "Application",
    "ApplicationDraft",
    "ApplicationSnapshot",
    "Attachment",
    "Call",
    "IncubatorPage",
    "Phase",
]
