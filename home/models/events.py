"""Events and their calendar files."""

from __future__ import annotations

from contextlib import suppress
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index

from core.blocks import BodyBlock
from core.i18n.dates import TOWN_TIME, long_date
from core.models import BasePage
from home.recurrence import Every, Occurrence, Rule, occurrences

MONTHS_AROUND = 18
DATES_SHOWN = 8
#: For how long an event may come again.
LONGEST = timedelta(days=731)


def _days(text: str) -> frozenset[date]:
    """The days written one a line. Raises ValueError."""
    return frozenset(date.fromisoformat(line.strip()) for line in text.splitlines() if line.strip())


def _readable_days(text: str) -> frozenset[date]:
    """As above, without lines that an import has broken: visitors get the rest."""
    found: set[date] = set()
    for line in text.splitlines():
        with suppress(ValueError):
            found |= _days(line)
    return frozenset(found)


def _month(year: int, month: int) -> date | None:
    return date(year, month, 1) if 1 <= month <= 12 and MINYEAR <= year <= MAXYEAR else None


def _months(day: date) -> int:
    return day.year * 12 + day.month


class EventQuerySet(PageQuerySet):
    """Events by time."""

    def upcoming(self, now: Any) -> EventQuerySet:
        """Not over yet, the soonest first; one that comes again until its last time is over."""
        return self.filter(over_at__gt=now).order_by("starts_at", "pk")

    def past(self, now: Any) -> EventQuerySet:
        """Over, the latest first."""
        return self.filter(over_at__lte=now).order_by("-over_at", "pk")


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
            .select_related("cover", "room", "organiser", "locale", "alias_of__locale")
            .prefetch_related("target_groups")
        )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        now = timezone.now()
        context["upcoming"] = sorted(
            self.events().upcoming(now), key=lambda event: (event.nearest.starts_at, event.pk)
        )
        context["past"] = self.events().past(now)[:10]
        context["month_url"] = f"{self.get_url(request)}kalendarz/"
        context["calendar_url"] = f"{self.get_url(request)}kalendarz.ics"
        return context

    @path("kalendarz.ics/", name="calendar")
    def calendar(self, request: HttpRequest) -> HttpResponse:
        """Every event of this language as one calendar to subscribe to."""
        from home.calendars import calendar_response

        return calendar_response(self.events().order_by("starts_at"), "hajnowka-odnowa")

    @path("kalendarz/", name="month")
    @path("kalendarz/<int:year>/<int:month>/", name="month_of")
    def month(
        self, request: HttpRequest, year: int | None = None, month: int | None = None
    ) -> HttpResponse:
        """A month, day by day; months far away do not exist, so that no crawler walks for ever."""
        from home.selectors import month_of_events

        today = timezone.localdate()
        first = (
            _month(year, month) if year is not None and month is not None else today.replace(day=1)
        )
        if first is None or abs(_months(first) - _months(today)) > MONTHS_AROUND:
            raise Http404
        base = f"{self.get_url(request)}kalendarz/"
        context = month_of_events(self.events(), first=first, today=today, base=base)
        return self.render(request, context_overrides=context, template="home/event_calendar.html")


class EventPage(RoutablePageMixin, BasePage):
    """One event."""

    class Repeats(models.TextChoices):
        NEVER = "", _("does not come again")
        WEEK = Every.WEEK, _("every week")
        FORTNIGHT = Every.FORTNIGHT, _("every two weeks")
        MONTH = Every.MONTH, _("every month, on the same day of the week")

    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    repeats = models.CharField(
        _("comes again"), max_length=10, choices=Repeats, default=Repeats.NEVER, blank=True
    )
    repeats_until = models.DateField(_("the last day"), null=True, blank=True)
    skipped_days = models.TextField(
        _("days left out"),
        max_length=1000,
        blank=True,
        help_text=_("One date a line, as 2026-12-24."),
    )
    #: When the last time is over; kept so that lists can ask the database.
    over_at = models.DateTimeField(null=True, editable=False, db_index=True)
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
                FieldRowPanel([FieldPanel("repeats"), FieldPanel("repeats_until")]),
                FieldPanel("skipped_days"),
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
        self._check_rule()

    def _check_rule(self) -> None:
        try:
            days = _days(self.skipped_days)
        except ValueError as error:
            text = _("Write one date a line, as 2026-12-24.")
            raise ValidationError({"skipped_days": text}) from error
        if not self.repeats:
            return
        if self.repeats_until is None:
            raise ValidationError({"repeats_until": _("Say until when it comes again.")})
        if not self.starts_at or not self.ends_at:
            return
        if self.ends_at - self.starts_at >= timedelta(days=7):
            raise ValidationError({"ends_at": _("What comes again lasts less than a week.")})
        if self.repeats_until > self.starts_at.astimezone(TOWN_TIME).date() + LONGEST:
            text = _("It can come again for two years at most. Make it anew then.")
            raise ValidationError({"repeats_until": text})
        if not occurrences(self.starts_at, self.ends_at, self._rule(days)):
            raise ValidationError({"repeats_until": _("With these days it never takes place.")})

    def save(self, *args: Any, **kwargs: Any) -> Any:
        self.over_at = self.occurrences()[-1].ends_at
        return super().save(*args, **kwargs)

    def _rule(self, skipped: frozenset[date]) -> Rule | None:
        if not self.repeats or self.repeats_until is None:
            return None
        return Rule(Every(self.repeats), self.repeats_until, skipped)

    @property
    def rule(self) -> Rule | None:
        """How it comes again, if it does."""
        if not self.starts_at or not self.ends_at:
            return None
        return self._rule(_readable_days(self.skipped_days))

    def occurrences(self) -> list[Occurrence]:
        """Every time it takes place, at least one."""
        once = [Occurrence(self.starts_at, self.ends_at)]
        return occurrences(self.starts_at, self.ends_at, self.rule) or once

    @cached_property
    def nearest(self) -> Occurrence:
        """The next time that is not over; the last one when all are."""
        now = timezone.now()
        if not self.repeats or not self.starts_at or not self.ends_at:
            # A preview may come before anybody has said when it is.
            return Occurrence(self.starts_at, self.ends_at)
        every = self.occurrences()
        return next((one for one in every if one.ends_at > now), every[-1])

    @property
    def repeats_label(self) -> str:
        """How often it comes again and until when, in words; empty when it does not."""
        if not self.repeats or not self.repeats_until:
            return ""
        values = {
            "how_often": self.get_repeats_display(),
            "date": long_date(self.repeats_until),
        }
        return gettext("%(how_often)s, until %(date)s") % values

    @property
    def where(self) -> str:
        """The room in the active language, else the place."""
        return self.room.name if self.room else self.place

    def structured(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The event at its nearest time, with its rule."""
        from home import structured

        return structured.event(self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        # A preview may come before anybody has said when it is.
        now = timezone.now()
        context["is_past"] = bool(self.ends_at) and self.nearest.ends_at <= now
        if self.repeats and self.starts_at and self.ends_at:
            coming = [one for one in self.occurrences() if one.ends_at > now]
            context["coming"] = coming[:DATES_SHOWN]
        context["calendar_url"] = f"{self.get_url(request)}wydarzenie.ics"
        return context

    @path("wydarzenie.ics/", name="calendar")
    def calendar(self, request: HttpRequest) -> HttpResponse:
        """This event as a calendar file."""
        from home.calendars import calendar_response

        return calendar_response([self], self.slug)
