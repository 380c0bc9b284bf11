"""What residents see of cases."""

from services_catalog.cases.views.asking import request_package, request_service
from services_catalog.cases.views.following import (
    ConfirmCase,
    OpenCase,
    case_archive,
    case_file,
    case_page,
    lost_link,
    lost_link_sent,
    move_case,
    open_with_pin,
)

__all__ = [
    "ConfirmCase",
    "OpenCase",
    "case_archive",
    "case_file",
    "case_page",
    "lost_link",
    "lost_link_sent",
    "move_case",
    "open_with_pin",
    "request_package",
    "request_service",
]
