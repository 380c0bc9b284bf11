"""The calendar, slots and rules in the admin. Everything is a link, a field or a button."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import database_now
from core.i18n.dates import long_date
from core.transitions import Refused, TransitionError, available
from core.transitions.drawing import diagram, rows
from directory.models import Organisation, Room
from services_catalog.bookings import services as bookings
from services_catalog.bookings.admin.calls import after_act, to_call
from services_catalog.bookings.models import Booking
from services_catalog.bookings.selectors import places_of
from services_catalog.staff_calendar import services
from services_catalog.staff_calendar.forms import (
    CancelForm,
    CancelSeriesForm,
    RuleForm,
    SlotForm,
    as_day,
    initial_of,
    initial_of_rule,
    put_errors,
)
from services_catalog.staff_calendar.grid import bookings_of, calendar
from services_catalog.timetable import permissions, states
from services_catalog.timetable.generating import (
    Outcome,
    closed_reason,
    days_to_look_at,
    preview,
)
from services_catalog.timetable.models import ScheduleRule, Slot
from services_catalog.timetable.recurrence import town_day
from services_catalog.timetable.services import create_rule, create_slot, move_rule, move_slot

MOVES = ("publish", "close", "reopen")


def _enter(request: HttpRequest) -> None:
    if not permissions.may_enter(request.user):
        raise PermissionDenied


def _may_create(request: HttpRequest) -> None:
    if not permissions.may_create(request.user):
        raise PermissionDenied


@require_safe
def calendar_view(request: HttpRequest) -> HttpResponse:
    """The week by room or by provider."""
    _enter(request)
    context = calendar(request.user, request.GET)
    context["may_create"] = permissions.may_create(request.user)
    context["to_call"] = to_call(request).count()
    return render(request, "services_catalog/admin/calendar.html", context)


# --- Slots ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def new_slot_view(request: HttpRequest) -> HttpResponse:
    """A single slot; `wzor` copies one, `sala`, `organizacja` and `dzien` preset a cell."""
    _may_create(request)
    initial: dict[str, Any] = {"waitlist_max": 0}
    pattern = request.GET.get("wzor", "")
    if pattern.isdecimal() and len(pattern) < 12:
        found = get_object_or_404(Slot.objects.visible_to(request.user), pk=pattern)
        initial = initial_of(found)
        initial["day"] += timedelta(days=7)
    for name, key, model in (
        ("sala", "room", Room), ("organizacja", "provider", Organisation),
    ):  # fmt: skip
        if request.GET.get(name, "").isdecimal():
            initial[key] = model.objects.filter(pk=request.GET[name][:9]).first()
    if day := as_day(request.GET.get("dzien", "")):
        initial["day"] = day
    form = SlotForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            slot = create_slot(actor=request.user, **form.values())
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, _("The slot stands in the timetable."))
            _warn_of_closing(request, slot)
            return redirect("staff_calendar:slot", slot.pk)
    return _form(request, form, _("New slot"), _("Put it into the timetable"))


@require_http_methods(["GET", "HEAD", "POST"])
def slot_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One slot: who comes in figures, its moves, and a form to change it."""
    slot = _slot(request, pk)
    may_run = permissions.may_run(request.user, slot.provider_id)
    can_change = may_run and slot.state in states.LIVE and slot.ends_at > database_now()
    form = None
    if can_change:
        form = SlotForm(
            request.POST or None, user=request.user, slot=slot, initial=initial_of(slot)
        )
    elif request.method == "POST":
        raise PermissionDenied
    is_sent = form is not None and request.method == "POST" and form.is_valid()
    if is_sent and form is not None:
        without = _change(request, slot, form)
        if without is not None:
            return after_act(request, without, reverse("staff_calendar:slot", args=[slot.pk]))
    return _slot_page(request, slot, form, CancelForm() if can_change else None)


def _change(request: HttpRequest, slot: Slot, form: SlotForm) -> list[Booking] | None:
    """Changes what differs; gives those to be called. None, with the errors in the form, when
    something is refused.
    """
    values = form.values()
    capacity = values.pop("capacity")
    differs = {name: value for name, value in values.items() if getattr(slot, name) != value}
    without: list[Booking] = []
    changed = slot
    try:
        with transaction.atomic():
            if capacity != slot.capacity:
                bookings.change_capacity(slot, capacity, request.user)
            if differs:
                changed, without = bookings.edit_slot(slot, request.user, **differs)
    except (Refused, ValidationError) as error:
        put_errors(form, error)
        return None
    except TransitionError as error:
        form.add_error(None, str(error))
        return None
    messages.success(
        request,
        _("The slot is changed. Of a new time or place all who gave an e-mail address are told."),
    )
    _warn_of_closing(request, changed)
    return without


def _warn_of_closing(request: HttpRequest, slot: Slot) -> None:
    """A slot made or changed by hand may stand on a closed day; somebody should know."""
    if reason := closed_reason(slot):
        words = _("Mind: this day is closed (%(reason)s). The slot stands all the same.")
        messages.warning(request, words % {"reason": reason})


@require_POST
def move_slot_view(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """A button of a slot's page."""
    slot = _slot(request, pk)
    if verb not in MOVES:
        raise Http404
    try:
        if verb == "reopen":
            bookings.reopen_slot(slot, request.user)
        else:
            move_slot(slot, verb, actor=request.user)
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Done."))
    return redirect("staff_calendar:slot", slot.pk)


@require_POST
def cancel_slot_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Calls off one slot; everybody who has booked gets one mail."""
    slot = _slot(request, pk)
    form = CancelForm(request.POST)
    if form.is_valid():
        try:
            _done, without = bookings.cancel_slots(
                [slot], request.user, form.cleaned_data["reason"]
            )
        except TransitionError as error:
            form.add_error("reason", str(error))
        else:
            messages.success(
                request, _("The slot is cancelled. All who gave an e-mail address are told.")
            )
            return after_act(request, without, reverse("staff_calendar:slot", args=[slot.pk]))
    edit = SlotForm(None, user=request.user, slot=slot, initial=initial_of(slot))
    return _slot_page(request, slot, edit, form)


def _slot(request: HttpRequest, pk: int) -> Slot:
    _enter(request)
    visible = Slot.objects.visible_to(request.user)
    related = ("service", "room", "provider", "series__service")
    return get_object_or_404(visible.select_related(*related), pk=pk)


def _slot_page(request: HttpRequest, slot: Slot, form: Any, cancel_form: Any) -> HttpResponse:
    moves = [row for row in available(slot, request.user) if row.verb in MOVES]
    context = {
        "slot": slot,
        "form": form,
        "cancel_form": cancel_form,
        "moves": moves if slot.ends_at > database_now() else [],
        "people": bookings_of(slot),
        "places": places_of([slot])[slot.pk],
        "starts_at": timezone.localtime(slot.starts_at),
        "ends_at": timezone.localtime(slot.ends_at),
        "may_create": permissions.may_create(request.user),
    }
    failed = any(one is not None and one.errors for one in (form, cancel_form))
    status = 422 if failed else 200
    return render(request, "services_catalog/admin/slot.html", context, status=status)


# --- Rules ------------------------------------------------------------------------------------


@require_safe
def rules_view(request: HttpRequest) -> HttpResponse:
    """The rules, and how many of their days need a person."""
    _enter(request)
    found = ScheduleRule.objects.visible_to(request.user)
    rules = list(
        found.select_related("service", "room", "provider").order_by(
            "state", "service__name", "opens_at"
        )
    )
    days = days_to_look_at(rules, now=database_now())
    context = {
        "rules": [(rule, days.get(rule.pk, [])) for rule in rules],
        "may_create": permissions.may_create(request.user),
        "diagrams": [(diagram(one), rows(one)) for one in (states.RULE, states.SLOT)],
    }
    return render(request, "services_catalog/admin/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_rule_view(request: HttpRequest) -> HttpResponse:
    """A rule, as a draft whose days can be looked at before it makes any slot."""
    _may_create(request)
    today = town_day(database_now())
    initial = {"valid_from": today, "freq": "WEEKLY"}
    form = RuleForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            rule = create_rule(actor=request.user, **form.values())
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, _("The rule is saved as a draft. Look at its days below."))
            return redirect("staff_calendar:rule", rule.pk)
    return _form(request, form, _("New rule"), _("Save and look at the days"))


@require_http_methods(["GET", "HEAD", "POST"])
def rule_view(request: HttpRequest, pk: int) -> HttpResponse:
    """A rule: its coming days with what stands in their way, its moves, and its form."""
    rule = _rule(request, pk)
    if not permissions.may_run(request.user, rule.provider_id):
        if request.method == "POST":
            raise PermissionDenied
        return _rule_page(request, rule, None, None)
    form = RuleForm(request.POST or None, user=request.user, initial=initial_of_rule(rule))
    if request.method == "POST" and form.is_valid():
        try:
            outcome = services.change_rule(rule, actor=request.user, **form.values())
        except (Refused, ValidationError) as error:
            put_errors(form, error)
        else:
            messages.success(request, _("The rule is changed."))
            _report(request, outcome)
            return redirect("staff_calendar:rule", rule.pk)
    return _rule_page(request, rule, form, _series_form(rule))


@require_POST
def move_rule_view(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Start or stop a rule."""
    rule = _rule(request, pk)
    try:
        if verb == "start":
            _report(request, services.start_rule(rule, actor=request.user))
        elif verb == "stop":
            move_rule(rule, "stop", actor=request.user)
            messages.success(request, _("The rule makes no more slots. Those made stay."))
        else:
            raise Http404
    except TransitionError as error:
        messages.error(request, str(error))
    return redirect("staff_calendar:rule", rule.pk)


@require_POST
def cancel_series_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Calls off a series from a day on: one mail for each person, whatever they have booked."""
    rule = _rule(request, pk)
    if not permissions.may_run(request.user, rule.provider_id):
        raise PermissionDenied
    form = CancelSeriesForm(request.POST)
    if form.is_valid():
        try:
            number, without = services.cancel_series(rule, actor=request.user, **form.cleaned_data)
        except (Refused, TransitionError) as error:
            form.add_error("reason", str(error))
        else:
            words = ngettext(
                "%(number)s slot is cancelled. Everybody with an e-mail address gets one mail.",
                "%(number)s slots are cancelled. Everybody with an e-mail address gets one mail.",
                number,
            )
            messages.success(request, words % {"number": number})
            return after_act(request, without, reverse("staff_calendar:rule", args=[rule.pk]))
    edit = RuleForm(None, user=request.user, initial=initial_of_rule(rule))
    return _rule_page(request, rule, edit, form)


def _rule(request: HttpRequest, pk: int) -> ScheduleRule:
    _enter(request)
    visible = ScheduleRule.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("service", "room", "provider"), pk=pk)


def _series_form(rule: ScheduleRule) -> CancelSeriesForm:
    return CancelSeriesForm(initial={"since": town_day(database_now())})


def _rule_page(request: HttpRequest, rule: ScheduleRule, form: Any, series: Any) -> HttpResponse:
    now = database_now()
    context = {
        "rule": rule,
        "form": form,
        "series_form": series,
        "moves": [row for row in available(rule, request.user) if row.verb in ("start", "stop")],
        "days": preview(rule, now=now),
        "to_look_at": days_to_look_at([rule], now=now).get(rule.pk, []),
        "coming": len(services.coming_slots(rule, town_day(now))),
    }
    failed = any(one is not None and one.errors for one in (form, series))
    return render(
        request, "services_catalog/admin/rule.html", context, status=422 if failed else 200
    )


def _report(request: HttpRequest, outcome: Outcome) -> None:
    """Says what has become of the slots of a rule."""
    messages.success(
        request,
        _("Slots made: %(made)s, changed: %(changed)s, cancelled: %(cancelled)s.")
        % {"made": outcome.made, "changed": outcome.changed, "cancelled": outcome.cancelled},
    )
    for day, sentence in outcome.conflicts[:10]:
        messages.warning(request, f"{long_date(day)}: {sentence}")
    if outcome.kept:
        days = ", ".join(long_date(slot.starts_at) for slot in outcome.kept[:10])
        words = _("These have bookings or were changed by hand, and stay as they are: %(days)s.")
        messages.warning(request, words % {"days": days})


def _form(request: HttpRequest, form: Any, title: str, button: str) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "button": button,
        "back": reverse("staff_calendar:week"),
    }
    status = 422 if form.errors else 200
    return render(request, "services_catalog/admin/calendar_form.html", context, status=status)
