"""Services in the public search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import translation

from core.ports import SearchRow
from services_catalog.models.service import Service
from services_catalog.selectors.services import ServiceView, every_language, live_services


class ServiceSearch:
    """A service in every language; where it has no translation, with its Polish text."""

    def models(self) -> tuple[type, ...]:
        return (Service,)

    def key(self, obj: Any) -> str:
        return str(obj.translation_key)

    def rows(self) -> Iterable[SearchRow]:
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                for service in live_services(language):
                    yield self._row(service)

    def rows_for(self, obj: Service) -> Iterable[SearchRow]:
        for service in every_language(obj.translation_key):
            with translation.override(service.language):
                yield self._row(service)

    def _row(self, service: ServiceView) -> SearchRow:
        body = service.body.stream_block.get_searchable_content(service.body)
        names = [group.name for group in service.groups]
        names += [item.name for item in service.organisations]
        names += [room.name for room in service.rooms]
        return SearchRow(
            key=self.key(service.canonical),
            kind="service",
            language=service.language,
            title=service.name,
            url=service.url,
            summary=service.summary,
            body=" ".join([*body, *names, service.eligibility, service.bring]),
            is_example=service.is_example,
        )
