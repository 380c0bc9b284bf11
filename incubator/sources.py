"""Calls in the public search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.html import strip_tags
from django.utils.translation import override

from core.ports import SearchRow
from incubator.models import Call


class CallSearch:
    """A published call in every language; where it has no text of its own, with the Polish one."""

    def models(self) -> tuple[type, ...]:
        return (Call,)

    def key(self, obj: Any) -> str:
        return f"call-{obj.uuid}"

    def rows(self) -> Iterable[SearchRow]:
        for call in Call.objects.published():
            yield from self.rows_for(call)

    def rows_for(self, obj: Call) -> Iterable[SearchRow]:
        if not obj.is_published:
            return
        for language, _name in settings.LANGUAGES:
            with override(language):
                yield SearchRow(
                    key=self.key(obj),
                    kind="call",
                    language=language,
                    title=obj.name,
                    url=obj.url_in(language),
                    summary=obj.summary,
                    body=strip_tags(obj.body),
                    date=obj.closes_at,
                    is_example=obj.is_example,
                )
