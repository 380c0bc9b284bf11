"""News and its feed."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.search import index

from core.blocks import BodyBlock
from core.models import BasePage

PAGE_SIZE = 10


class NewsIndexPage(RoutablePageMixin, BasePage):
    """All news, newest first, with an Atom feed."""

    parent_page_types = ["home.HomePage"]
    subpage_types = ["home.NewsPage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("news index")

    def news(self) -> models.QuerySet[NewsPage]:
        """Live news of this language, newest first."""
        return (
            NewsPage.objects.child_of(self)
            .live()
            .select_related("cover", "locale", "alias_of__locale")
            .order_by("-date", "-pk")
        )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        paginator = Paginator(self.news(), PAGE_SIZE)
        context["page_obj"] = paginator.get_page(request.GET.get("strona"))
        context["page_numbers"] = paginator.get_elided_page_range(context["page_obj"].number)
        context["feed_url"] = f"{self.get_url(request)}atom.xml"
        return context

    @path("atom.xml/", name="feed")
    def feed(self, request: HttpRequest) -> HttpResponse:
        """The feed of this language."""
        from home.feeds import NewsFeed

        return NewsFeed(self)(request)


class NewsPage(BasePage):
    """One item of news."""

    date = models.DateField(_("date"), default=timezone.localdate)
    body = StreamField(BodyBlock(), verbose_name=_("text"))

    parent_page_types = ["home.NewsIndexPage"]
    subpage_types: list[str] = []
    content_panels = [*BasePage.content_panels, FieldPanel("date"), FieldPanel("body")]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("body"),
        index.FilterField("date"),
    ]

    class Meta:
        verbose_name = _("news item")
        verbose_name_plural = _("news")

    def structured(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The item as an article."""
        from home import structured

        return [structured.news(self)]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        if self.pk is None:  # the preview of an item that nobody has saved yet
            return context
        siblings = NewsPage.objects.sibling_of(self, inclusive=False).live()
        same_day = Q(date=self.date)
        context["newer"] = (
            siblings.filter(Q(date__gt=self.date) | same_day & Q(pk__gt=self.pk))
            .order_by("date", "pk")
            .first()
        )
        context["older"] = (
            siblings.filter(Q(date__lt=self.date) | same_day & Q(pk__lt=self.pk))
            .order_by("-date", "-pk")
            .first()
        )
        return context
