"""The timetable for everybody, the screen in the hall, and calendars to subscribe to."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import signed_in
from core.i18n.active import active_language
from core.tokens import TokenRefused
from directory.models import Room
from services_catalog.selectors.services import find_service
from services_catalog.timetable import feeds
from services_catalog.timetable.weeks import board, week

#: The screen draws itself anew; without any script, by a header every browser knows.
BOARD_REFRESH_S = 60


@require_safe
def timetable(request: HttpRequest) -> HttpResponse:
    """All services, a week at a time, by room and by group."""
    context = week(request.GET, language=active_language(), base_url=reverse("timetable:week"))
    return render(request, "services_catalog/timetable/week.html", {"week": context})


@require_safe
def hall_board(request: HttpRequest) -> HttpResponse:
    """Today in the building, for a screen that nobody touches."""
    context = board(language=active_language())
    response = render(request, "services_catalog/timetable/board.html", context)
    response["Refresh"] = str(BOARD_REFRESH_S)
    return response


@require_safe
def service_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The slots of one service."""
    service = find_service(slug, language=active_language())
    if service is None:
        raise Http404
    entries = feeds.public_entries(service=service.canonical)
    return _file(service.name, entries, slug)


@require_safe
def room_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """What takes place in one room."""
    room = get_object_or_404(Room, slug=slug)
    return _file(room.name, feeds.public_entries(room=room), slug)


@never_cache
@require_safe
def person_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of whoever made the link; anybody who has it can read it."""
    try:
        pk = feeds.holder_of(token)
    except TokenRefused as refusal:
        raise Http404 from refusal
    user = get_object_or_404(User, pk=pk, is_active=True)
    response = _file(_("My dates"), feeds.entries_of_person(user), "moj-kalendarz")
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_calendar(request: HttpRequest) -> HttpResponse:
    """Make the link of one's calendar, or revoke it. The link is shown once: we keep no copy."""
    user = signed_in(request)
    link = ""
    if request.method == "POST":
        if "wylacz" in request.POST:
            feeds.revoke_link(user)
            messages.success(request, _("The link no longer works."))
            return redirect("timetable:mine")
        path = reverse("timetable:person_feed", args=[feeds.new_link(user)])
        link = f"{settings.WAGTAILADMIN_BASE_URL}{path}"
    context = {"link": link, "has_link": feeds.has_link(user)}
    return render(request, "services_catalog/timetable/mine.html", context)


def _file(name: str, entries: list[feeds.Mine], slug: str) -> HttpResponse:
    response = HttpResponse(
        feeds.calendar_of(name, entries, active_language()),
        content_type="text/calendar; charset=utf-8",
    )
    response["Content-Disposition"] = f'inline; filename="{slug}.ics"'
    return response
