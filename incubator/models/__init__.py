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
from incubator.models.conditions import CallAttachment, CallCriterion, CriterionKind, ForWhom
from incubator.models.draft_save import DraftSave
from incubator.models.message import BulkMessage
from incubator.models.page import IncubatorPage
from incubator.models.subscription import CallSubscription

__all__ = [
    "Application",
    "ApplicationDraft",
    "ApplicationSnapshot",
    "Attachment",
    "BulkMessage",
    "Call",
    "CallAmendment",
    "CallAttachment",
    "CallCriterion",
    "CallQuestion",
    "CallSubscription",
    "Clarification",
    "Comment",
    "CriterionKind",
    "DraftSave",
    "Extension",
    "ForWhom",
    "FormalItem",
    "IncubatorPage",
    "Phase",
]
