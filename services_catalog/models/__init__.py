from services_catalog.cases.models import CaseMessage, RequestContact, ServiceRequest
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
    "CaseMessage",
    "CataloguePage",
    "RequestContact",
    "Service",
    "ServiceHours",
    "ServiceMode",
    "ServicePlace",
    "ServiceProvider",
    "ServiceRequest",
    "ServiceStep",
]
