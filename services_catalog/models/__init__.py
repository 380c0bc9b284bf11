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
    "CataloguePage",
    "Service",
    "ServiceHours",
    "ServiceMode",
    "ServicePlace",
    "ServiceProvider",
    "ServiceStep",
]
