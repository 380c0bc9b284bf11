"""Services on the station board."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.ports import Activity, ActivitySource, Matter, Platform
from services_catalog.cases.selectors import my_cases, waiting_cases
from services_catalog.models.service import ServiceMode
from services_catalog.selectors.services import live_services


class ServiceActivity(ActivitySource):
    """The next departure of every service with hours; those on request as always open."""

    def mine(self, *, user: Any, language: str) -> Iterable[Matter]:
        return my_cases(user, language)

    def waiting_for(self, *, user: Any, language: str) -> Iterable[Matter]:
        return waiting_cases(user, language)

    def open_now(self, *, language: str, now: datetime) -> Iterable[Activity]:
        for service in live_services(language):
            start = service.next_start(now)
            if start is None and service.mode != ServiceMode.REQUEST:
                continue
            yield Activity(
                platform=Platform.SERVICES,
                title=service.name,
                url=service.url,
                summary=service.summary,
                starts_at=start,
                availability="" if start else _("working days"),
                capacity=_("free of charge") if service.is_free else service.cost,
                action=_("Ask for it") if start is None else _("See"),
                is_example=service.is_example,
            )
