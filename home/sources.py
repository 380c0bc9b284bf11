"""Pages in the public search."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.utils import timezone, translation
from wagtail.models import Page

from core.models import BasePage
from core.ports import SearchRow

KINDS = {
    "newspage": "news",
    "eventpage": "event",
    "modelpage": "project",
    "projectpage": "project",
    "partnerspage": "project",
}
LEFT_OUT = {"homepage"}


class PageSearch:
    """Every live page, in the language of its tree; its text is found in whatever it is written."""

    def models(self) -> tuple[type, ...]:
        return (Page,)

    def key(self, obj: Any) -> str:
        return str(obj.pk)

    def rows(self) -> Iterable[SearchRow]:
        pages = Page.objects.live().public().filter(depth__gte=3).specific()
        for page in pages.iterator(chunk_size=200):
            yield from self.rows_for(page)

    def rows_for(self, obj: Any) -> Iterable[SearchRow]:
        page = obj.specific
        if not isinstance(page, BasePage) or page._meta.model_name in LEFT_OUT:
            return
        if not page.live or page.get_view_restrictions().exists():
            return
        url = page.get_url()
        if url is None:
            return
        yield SearchRow(
            key=self.key(page),
            kind=KINDS.get(page._meta.model_name, "page"),
            language=page.locale.language_code,
            title=page.title,
            url=url,
            summary=page.summary(),
            body=_body(page),
            date=_date(page),
            is_example=page.is_example,
        )


def _body(page: BasePage) -> str:
    """All text of a page: its stream, rendered, and its long text fields."""
    parts = []
    for field in page._meta.get_fields():
        # Wagtail's own are not for readers: the address in the tree, the title of a draft.
        if field.model is Page or field.name == "lead":
            continue
        if field.get_internal_type() == "TextField" and hasattr(page, field.name):
            parts.append(str(getattr(page, field.name) or ""))
        elif field.get_internal_type() == "JSONField" and field.name == "body":
            # A shared text has words of its own for each language.
            with translation.override(page.locale.language_code):
                parts.extend(page.body.stream_block.get_searchable_content(page.body))
    where = getattr(page, "where", "")
    return " ".join([*parts, where])


def _date(page: BasePage) -> datetime | None:
    value = getattr(page, "date", None)
    if value is not None:
        return timezone.make_aware(datetime.combine(value, time()))
    return getattr(page, "starts_at", None)
