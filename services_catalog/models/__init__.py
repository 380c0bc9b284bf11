from services_catalog.cases.models import (
    CaseFeedback,
    CaseMessage,
    ReplyTemplate,
    RequestContact,
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
    "ReplyTemplate",
    "RequestContact",
    "Service",
    "ServiceHours",
    "ServiceMode",
    "ServicePlace",
    "ServiceProvider",
    "ServiceRequest",
    "ServiceStep",
]
