"""The people of one date: who comes and who waits, marks, booking for others, writing to all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core.audit import record
from core.clock import database_now
from core.transitions import Refused, TransitionError, available
from services_catalog.bookings import selectors, services, states
from services_catalog.bookings.admin.calls import after_act, to_call
from services_catalog.bookings.admin.forms import DeskBookingForm, WriteForm
from services_catalog.bookings.models import Booking
from services_catalog.cases.models import Priority
from services_catalog.cases.permissions import may_enter, may_work
from services_catalog.pins import draw_pin
from services_catalog.timetable.models import Slot
from services_catalog.timetable.permissions import may_run

#: Buttons of a row, in this order.
MOVES = (
    "attend", "miss", "unmark", "accept_for", "confirm_for", "set_priority", "new_pin",
    "cancel_for",
)  # fmt: skip
TOLD = {
    "waiting": (states.WAITING, states.OFFERED),
    "coming": (states.CONFIRMED,),
    "all": (states.WAITING, states.OFFERED, states.CONFIRMED),
}


def visible_slot(request: HttpRequest, pk: int) -> Slot:
    """A date that the person may see, else 404."""
    rows = Slot.objects.visible_to(request.user).select_related("service", "room", "provider")
    return get_object_or_404(rows, pk=pk)


@require_safe
def dates_view(request: HttpRequest) -> HttpResponse:
    """Coming dates with how they stand; those just over first, for their marks."""
    if not may_enter(request.user):
        raise PermissionDenied
    is_past = "minione" in request.GET
    now = database_now()
    rows = Slot.objects.visible_to(request.user).exclude(state__in=["draft", "cancelled"])
    rows = rows.filter(ends_at__lt=now) if is_past else rows.filter(ends_at__gte=now)
    rows = rows.select_related("service", "room").order_by(
        "-starts_at" if is_past else "starts_at", "pk"
    )
    page = Paginator(rows, 50).get_page(request.GET.get("p"))
    places = selectors.places_of(page.object_list)
    context = {
        "page_obj": page,
        "rows": [(slot, places[slot.pk]) for slot in page.object_list],
        "is_past": is_past,
        "to_call": to_call(request).count(),
    }
    return render(request, "services_catalog/admin/booking_dates.html", context)


@require_safe
def date_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The attendance list of one date, for paper and for a tablet at the door."""
    slot = visible_slot(request, pk)
    record(slot, "see_people", actor=request.user)
    return _show(request, slot)


def _show(
    request: HttpRequest,
    slot: Slot,
    *,
    form: DeskBookingForm | None = None,
    writing: WriteForm | None = None,
) -> HttpResponse:
    people = {
        name: [(booking, _moves(booking, request.user)) for booking in found]
        for name, found in selectors.attendance(slot).items()
    }
    is_over = slot.ends_at <= database_now()
    context = {
        "slot": slot,
        "places": selectors.places_of([slot])[slot.pk],
        **people,
        "people_coming": sum(booking.party_size for booking, _rows in people["coming"]),
        "priorities": Priority.choices,
        "form": (form or DeskBookingForm())
        if may_work(request.user) and not is_over and slot.state == "open"
        else None,
        "writing": (writing or WriteForm()) if may_run(request.user, slot.provider_id) else None,
        "is_over": is_over,
    }
    status = 422 if form or writing else 200
    response = render(request, "services_catalog/admin/booking_date.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _moves(booking: Booking, user: Any) -> list[Any]:
    rows = {row.verb: row for row in available(booking, user)}
    return [rows[verb] for verb in MOVES if verb in rows]


@require_POST
def take_down_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Places for somebody who called or came."""
    slot = visible_slot(request, pk)
    if not may_work(request.user):
        raise PermissionDenied
    form = DeskBookingForm(request.POST)
    if not form.is_valid():
        return _show(request, slot, form=form)
    values = form.cleaned_data
    is_new = not Booking.objects.filter(submission_key=values["submission_key"]).exists()
    pin = "" if values["email"] else draw_pin()
    try:
        booking = services.book(slot, actor=request.user, language="pl", pin=pin, **values)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _show(request, slot, form=form)
    if pin and is_new:
        return _slip(request, booking, pin)
    messages.success(
        request,
        _("%(number)s: %(state)s.")
        % {"number": booking.number, "state": booking.staff_state_label},
    )
    return redirect("services_catalog_bookings:date", slot.pk)


@require_POST
def write_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One message to everybody who waits or comes."""
    slot = visible_slot(request, pk)
    form = WriteForm(request.POST)
    if not form.is_valid():
        return _show(request, slot, writing=form)
    number, without = services.message_everybody(
        slot,
        actor=request.user,
        states_told=TOLD[form.cleaned_data["to"]],
        text=form.cleaned_data["text"],
        message_key=form.cleaned_data["submission_key"],
    )
    messages.success(
        request,
        ngettext(
            "The message is on its way to %(count)d address.",
            "The message is on its way to %(count)d addresses.",
            number,
        )
        % {"count": number},
    )
    return after_act(request, without, reverse("services_catalog_bookings:date", args=[slot.pk]))


def move_view(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """A button of a row; only POST acts."""
    rows = Booking.objects.visible_to(request.user).select_related("slot__service", "contact")
    booking = get_object_or_404(rows, pk=pk)
    back = redirect("services_catalog_bookings:date", booking.slot_id)
    if request.method != "POST":
        return back
    if verb not in MOVES:
        raise Http404
    context: dict[str, Any] = {}
    if verb == "set_priority":
        typed = request.POST.get("priority", "")
        if typed not in {str(value) for value in Priority.values}:
            raise Http404
        context["priority"] = int(typed)
    try:
        if verb == "new_pin":
            return _slip(request, booking, services.renew_pin(booking, actor=request.user))
        moved = services.move(booking, verb, actor=request.user, **context)
    except TransitionError as error:
        messages.error(request, f"{booking.number}: {error}")
        return back
    messages.success(
        request,
        _("%(number)s: %(state)s.") % {"number": moved.number, "state": moved.staff_state_label},
    )
    return back


def _slip(request: HttpRequest, booking: Booking, pin: str) -> HttpResponse:
    """The paper slip. Shown once, in the answer to the button: the PIN is stored nowhere."""
    context = {
        "booking": booking,
        "slot": booking.slot,
        "pin": pin,
        "site_url": settings.WAGTAILADMIN_BASE_URL.rstrip("/"),
    }
    response = render(request, "services_catalog/admin/booking_slip.html", context)
    response["Cache-Control"] = "no-store"
    return response
