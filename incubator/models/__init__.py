from incubator.models.application import (
    Application,
    ApplicationDraft,
    ApplicationSnapshot,
    Attachment,
    Clarification,
    FormalItem,
)
from incubator.models.call import Call, CallAmendment, CallQuestion, Extension, Phase
from incubator.models.page import IncubatorPage

__all__ = [
    "Application",
    "ApplicationDraft",
    "ApplicationSnapshot",
    "Attachment",
    "Call",
    "CallAmendment",
    "CallQuestion",
    "Clarification",
    "Extension",
    "FormalItem",
    "IncubatorPage",
    "Phase",
]
