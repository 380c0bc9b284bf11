"""The case, who asked, what was written to each other."""

from services_catalog.cases.models.case import (
    Channel,
    Outcome,
    Priority,
    RequestContact,
    ServiceRequest,
    ServiceRequestQuerySet,
)
from services_catalog.cases.models.conversation import CaseFeedback, CaseMessage, ReplyTemplate
from services_catalog.cases.models.filters import SavedFilter
from services_catalog.cases.models.privacy import PersonalDataView

__all__ = [
    "CaseFeedback",
    "CaseMessage",
    "Channel",
    "Outcome",
    "PersonalDataView",
    "Priority",
    "ReplyTemplate",
    "RequestContact",
    "SavedFilter",
    "ServiceRequest",
    "ServiceRequestQuerySet",
]
