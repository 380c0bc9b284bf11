"""Reads of the catalogue that pages, the board and the search need."""

from services_catalog.selectors.activity import ServiceActivity
from services_catalog.selectors.catalogue import catalogue
from services_catalog.selectors.services import (
    ServiceView,
    find_service,
    live_services,
    service_context,
    service_url,
)

__all__ = [
    "ServiceActivity",
    "ServiceView",
    "catalogue",
    "find_service",
    "live_services",
    "service_context",
    "service_url",
]
