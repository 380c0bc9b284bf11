"""Pages that need somebody: due for review, or with a remark nobody has settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from wagtail.fields import StreamField
from wagtail.models import Comment, Page

from core.i18n.dates import TOWN_TIME, long_date
from core.mending import broken_blocks as blocks_left_out
from core.models import BasePage

#: Without a date of its own a page is looked at again after this long.
REVIEW_AFTER = timedelta(days=365)
#: How long before its date a page is named.
AHEAD = timedelta(days=14)
#: How long a number that takes reading every page is remembered, in seconds.
COUNTED_FOR_S = 300


@dataclass(frozen=True)
class Due:
    """A page with the day on which it has to be looked at."""

    page: Page
    on: date

    def is_late(self, today: date) -> bool:
        return self.on < today


def due_pages(today: date | None = None) -> list[Due]:
    """Published pages whose day has come or comes soon, the oldest first.

    Copies in a language without a translation are left out: they are looked at in Polish.
    """
    until = (today or timezone.localdate()) + AHEAD
    pages = Page.objects.live().filter(depth__gte=2, alias_of=None).select_related("locale")
    found = []
    for page in pages.defer_streamfields().specific():
        on = review_day(page)
        if on is not None and on <= until:
            found.append(Due(page, on))
    return sorted(found, key=lambda one: (one.on, one.page.title))


def review_day(page: Page) -> date | None:
    """The day set for the page, else a year after it was last published."""
    if isinstance(page, BasePage) and page.review_on:
        return page.review_on
    if page.last_published_at is None:
        return None
    return page.last_published_at.astimezone(TOWN_TIME).date() + REVIEW_AFTER


def open_comments(user: Any = None) -> list[Comment]:
    """Remarks that nobody has settled, the newest first; for `user` those on their own pages."""
    found = Comment.objects.filter(resolved_at=None).select_related("page", "user")
    if user is not None:
        found = found.filter(page__owner=user).exclude(user=user)
    return list(found.order_by("-created_at"))


def due_rows() -> Iterator[tuple[Page, tuple[str, ...]]]:
    """The lines of the report of pages to be reviewed."""
    today = timezone.localdate()
    for one in due_pages(today):
        state = _("overdue") if one.is_late(today) else _("soon")
        yield one.page, (long_date(one.on), state, one.page.locale.language_code.upper())


def comment_rows() -> Iterator[tuple[Page, tuple[str, ...]]]:
    """The lines of the report of open remarks."""
    for one in open_comments():
        written = long_date(one.created_at.astimezone(TOWN_TIME).date())
        author = str(one.user) if one.user else "–"
        yield one.page, (Truncator(one.text).chars(120), author, written)


def broken_blocks(page: Page) -> list[str]:
    """Blocks in the database that no page shows because they are damaged, by their names."""
    model = page.specific_class
    if model is None:
        return []
    found: list[str] = []
    for one in model._meta.get_fields():
        if isinstance(one, StreamField):
            rows = model._base_manager.filter(pk=page.pk)
            raw = rows.annotate(raw=Cast(one.name, TextField())).values_list("raw", flat=True)
            found += blocks_left_out(one.stream_block, raw.first())
    return found


def counted(name: str, count: Any) -> int:
    """`count()`, remembered for a while: it reads every page."""
    found: int | None = cache.get(f"home.attention:{name}")
    if found is None:
        found = int(count())
        cache.set(f"home.attention:{name}", found, COUNTED_FOR_S)
    return found
