"""What residents see of cases."""

from services_catalog.cases.views.asking import request_package, request_service
from services_catalog.cases.views.following import (
    ConfirmCase,
    OpenCase,
    case_archive,
    case_file,
    case_page,
    move_case,
)
from services_catalog.cases.views.paper import CaseByPin, CaseLostLink, lost_link_sent

__all__ = [
    "CaseByPin",
    "CaseLostLink",
    "ConfirmCase",
    "OpenCase",
    "case_archive",
    "case_file",
    "case_page",
    "lost_link_sent",
    "move_case",
    "request_package",
    "request_service",
]
