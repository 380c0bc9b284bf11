from incubator.models.application import (
    Application,
    ApplicationDraft,
    ApplicationSnapshot,
    Attachment,
    Clarification,
    Comment,
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
    "Comment",
    "Extension",
    "FormalItem",
    "IncubatorPage",
    "Phase",
]
