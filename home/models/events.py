"""Events and their calendar files."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index

from core.blocks import BodyBlock
from core.models import BasePage


class EventQuerySet(PageQuerySet):
    """Events by time."""

    def upcoming(self, now: Any) -> EventQuerySet:
        """Not over yet, the soonest first."""
        return self.filter(ends_at__gt=now).order_by("starts_at", "pk")

    def past(self, now: Any) -> EventQuerySet:
        """Over, the latest first."""
        return self.filter(ends_at__lte=now).order_by("-starts_at", "pk")


class EventIndexPage(RoutablePageMixin, BasePage):
    """What is on, with one calendar file for all of it."""

    parent_page_types = ["home.HomePage"]
    subpage_types = ["home.EventPage"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("event index")

    def events(self) -> EventQuerySet:
        """Live events of this language."""
        return (
            EventPage.objects.child_of(self)
            .live()
            .select_related("cover", "room", "organiser", "locale")
            .prefetch_related("target_groups")
        )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        now = timezone.now()
        context["upcoming"] = self.events().upcoming(now)
        context["past"] = self.events().past(now)[:10]
        context["calendar_url"] = f"{self.get_url(request)}kalendarz.ics"
        return context

    @path("kalendarz.ics/", name="calendar")
    def calendar(self, request: HttpRequest) -> HttpResponse:
        """Every event of this language as one calendar to subscribe to."""
        from home.calendars import calendar_response

        return calendar_response(self.events().order_by("starts_at"), "hajnowka-odnowa")


class EventPage(RoutablePageMixin, BasePage):
    """One event."""

    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    room = models.ForeignKey(
        "directory.Room",
        verbose_name=_("room"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    place = models.CharField(
        _("place"), max_length=200, blank=True, help_text=_("When it is not in a room of ours.")
    )
    organiser = models.ForeignKey(
        "directory.Organisation",
        verbose_name=_("organiser"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    target_groups = ParentalManyToManyField(
        "directory.TargetGroup", verbose_name=_("for whom"), blank=True, related_name="+"
    )
    cost = models.CharField(
        _("cost"), max_length=120, blank=True, help_text=_("Empty means free of charge.")
    )
    accessibility_note = models.CharField(_("accessibility"), max_length=300, blank=True)
    is_cancelled = models.BooleanField(_("cancelled"), default=False)
    body = StreamField(BodyBlock(required=False), verbose_name=_("text"), blank=True)

    objects = PageManager.from_queryset(EventQuerySet)()

    parent_page_types = ["home.EventIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
                FieldRowPanel([FieldPanel("room"), FieldPanel("place")]),
                FieldPanel("organiser"),
                FieldPanel("target_groups"),
                FieldPanel("cost"),
                FieldPanel("accessibility_note"),
                FieldPanel("is_cancelled"),
            ],
            heading=_("When, where, for whom"),
        ),
        FieldPanel("body"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("body"),
        index.FilterField("starts_at"),
        index.FilterField("ends_at"),
    ]

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="home_event_ends_later"
            )
        ]

    def clean(self) -> None:
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end has to be later than the start.")})
        if not self.room_id and not self.place:
            raise ValidationError({"place": _("Choose a room or write the place.")})

    @property
    def where(self) -> str:
        """The room in the active language, else the place."""
        return self.room.name if self.room else self.place

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        # A preview may come before anybody has said when it is.
        context["is_past"] = bool(self.ends_at) and self.ends_at <= timezone.now()
        context["calendar_url"] = f"{self.get_url(request)}wydarzenie.ics"
        return context

    @path("wydarzenie.ics/", name="calendar")
    def calendar(self, request: HttpRequest) -> HttpResponse:
        """This event as a calendar file."""
        from home.calendars import calendar_response

        return calendar_response([self], self.slug)
