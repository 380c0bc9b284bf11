"""Services on the station board."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.ports import Activity, ActivitySource, Matter, Platform
from services_catalog.cases.selectors import my_cases, waiting_cases
from services_catalog.models.service import ServiceMode
from services_catalog.selectors.dates import next_dates
from services_catalog.selectors.services import live_services


class ServiceActivity(ActivitySource):
    """The next departure of every service with hours, of those with dates the next of these and
    its free places; those on request as always open.
    """

    def mine(self, *, user: Any, language: str) -> Iterable[Matter]:
        return my_cases(user, language)

    def waiting_for(self, *, user: Any, language: str) -> Iterable[Matter]:
        return waiting_cases(user, language)

    def open_now(self, *, language: str, now: datetime) -> Iterable[Activity]:
        services = list(live_services(language))
        dates = next_dates([service.canonical for service in services], now)
        for service in services:
            date = dates.get(service.canonical.pk)
            if date is not None:
                yield Activity(
                    platform=Platform.SERVICES,
                    title=service.name,
                    url=f"{service.url}terminy/",
                    summary=service.summary,
                    starts_at=date.starts_at,
                    capacity=date.label,
                    action=_("Join the queue") if date.is_full else _("Book"),
                    is_example=service.is_example,
                    language=service.text_language if service.is_fallback else "",
                )
                continue
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
                language=service.text_language if service.is_fallback else "",
                capacity_language=(
                    service.text_language if service.is_fallback and not service.is_free else ""
                ),
            )
