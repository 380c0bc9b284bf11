from services_catalog.cases.models import (
    CaseFeedback,
    CaseMessage,
    PersonalDataView,
    ReplyTemplate,
    RequestContact,
    SavedFilter,
    ServiceRequest,
)
from services_catalog.models.page import CataloguePage
from services_catalog.models.service import (
    Service,
    ServiceHours,
    ServiceMode,
    ServicePlace,
    ServiceProvider,
    ServiceStep,
)

__all__ = [
    "CaseFeedback",
    "CaseMessage",
    "CataloguePage",
    "PersonalDataView",
    "ReplyTemplate",
    "RequestContact",
    "SavedFilter",
    "Service",
    "ServiceHours",
    "ServiceMode",
    "ServicePlace",
    "ServiceProvider",
    "ServiceRequest",
    "ServiceStep",
]
