"""What staff type: slots, rules, reasons."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.i18n.sorting import sort_key
from directory.models import Organisation, Room
from services_catalog.models.service import Service
from services_catalog.timetable import permissions
from services_catalog.timetable.models import ScheduleRule, Slot
from services_catalog.timetable.recurrence import (
    DAYS,
    Frequency,
    at,
    in_words,
    is_left_out,
    parse_byday,
)

WEEKDAYS = list(
    zip(
        DAYS,
        [
            _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
            _("Sunday"),
        ],
        strict=True,
    )
)  # fmt: skip
#: Days of one month that a monthly rule may name.
MONTHLY_DAYS = ("monthly_1", "monthly_2", "monthly_3")


def monthly_choices() -> list[tuple[str, str]]:
    """“second Monday” and the like, for every number and day."""
    codes = [f"{number}{day}" for number in (1, 2, 3, 4, 5, -1) for day in DAYS]
    named = [(code, parse_byday(code, Frequency.MONTHLY)) for code in codes]
    return [("", "–"), *((code, in_words(pairs)) for code, pairs in named)]


class DayInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class HourInput(forms.TimeInput):
    """The browser's own time field."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class _Provided(forms.Form):
    """What slots and rules share: whose, where, how many."""

    service = forms.ModelChoiceField(label=_("Service"), queryset=Service.objects.none())
    provider = forms.ModelChoiceField(
        label=_("Provider"), queryset=Organisation.objects.none(), required=False
    )
    room = forms.ModelChoiceField(label=_("Room"), queryset=Room.objects.all(), required=False)
    shares_room = forms.BooleanField(
        label=_("Others may use the room too"),
        required=False,
        help_text=_("Only together with others that share it."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services: Any = self.fields["service"]
        services.queryset = Service.objects.canonical().live().select_related("locale")
        providers: Any = self.fields["provider"]
        providers.queryset = Organisation.objects.of_project()
        if not permissions.may_work(user):
            providers.queryset = permissions.own_organisations(user)
            providers.required = True
            services.queryset = services.queryset.filter(
                providers__organisation__in=permissions.own_organisations(user)
            ).distinct()
        services.iterator = _sorted_iterator
        services.choices = services.iterator(services)
        services.label_from_instance = lambda one: one.name


def _sorted_iterator(field: Any) -> list[tuple[Any, str]]:
    rows = sorted(field.queryset, key=lambda one: sort_key(one.name))
    return [("", "–"), *((one.pk, one.name) for one in rows)]


class SlotForm(_Provided):
    """One slot."""

    day = forms.DateField(label=_("Day"), widget=DayInput)
    opens_at = forms.TimeField(label=_("From"), widget=HourInput)
    closes_at = forms.TimeField(label=_("To"), widget=HourInput)
    capacity = forms.IntegerField(
        label=_("Places"), min_value=0, max_value=2000,
        help_text=_("0 where people just come."),
    )  # fmt: skip
    waitlist_max = forms.IntegerField(
        label=_("Places on the waiting list"), min_value=0, max_value=2000, initial=0
    )
    note = forms.CharField(label=_("Public note"), max_length=160, required=False)

    def __init__(self, *args: Any, slot: Slot | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if slot is not None:
            # What was booked is a place in this service: it cannot become another.
            del self.fields["service"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("day") and data.get("opens_at") and data.get("closes_at"):
            left_out = [
                name for name in ("opens_at", "closes_at") if is_left_out(data["day"], data[name])
            ]
            for name in left_out:
                self.add_error(name, _("The clocks go forward that night and leave this hour out."))
            if not left_out and data["closes_at"] <= data["opens_at"]:
                self.add_error("closes_at", _("The end has to be after the beginning."))
            elif not left_out:
                data["starts_at"] = at(data["day"], data["opens_at"])
                data["ends_at"] = at(data["day"], data["closes_at"])
        return data

    def values(self) -> dict[str, Any]:
        """What the services take."""
        kept = {"day", "opens_at", "closes_at"}
        return {name: value for name, value in self.cleaned_data.items() if name not in kept}


def initial_of(slot: Slot) -> dict[str, Any]:
    """A slot as the form shows it."""
    start, end = timezone.localtime(slot.starts_at), timezone.localtime(slot.ends_at)
    names = ("service", "provider", "room", "shares_room", "capacity", "waitlist_max", "note")
    values = {name: getattr(slot, name) for name in names}
    return {**values, "day": start.date(), "opens_at": start.time(), "closes_at": end.time()}


class RuleForm(_Provided):
    """A rule, with days to tick instead of the letters of the standard."""

    freq = forms.ChoiceField(label=_("Repeats"), choices=Frequency.choices)
    weekdays = forms.MultipleChoiceField(
        label=_("Days of a weekly rule"), choices=WEEKDAYS, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    monthly_1 = forms.ChoiceField(
        label=_("Days of a monthly rule"), choices=monthly_choices, required=False
    )
    monthly_2 = forms.ChoiceField(label=_("and"), choices=monthly_choices, required=False)
    monthly_3 = forms.ChoiceField(label=_("and also"), choices=monthly_choices, required=False)
    interval = forms.IntegerField(
        label=_("Every how many weeks or months"), min_value=1, max_value=12, initial=1
    )
    opens_at = forms.TimeField(label=_("From"), widget=HourInput)
    closes_at = forms.TimeField(label=_("To"), widget=HourInput)
    valid_from = forms.DateField(label=_("First day"), widget=DayInput)
    valid_to = forms.DateField(label=_("Last day"), widget=DayInput)
    runs_on_holidays = forms.BooleanField(label=_("Also on public holidays"), required=False)
    capacity = forms.IntegerField(
        label=_("Places"), min_value=0, max_value=2000,
        help_text=_("0 where people just come."),
    )  # fmt: skip
    waitlist_max = forms.IntegerField(
        label=_("Places on the waiting list"), min_value=0, max_value=2000, initial=0
    )
    book_from_days = forms.IntegerField(
        label=_("Booking opens, days before"), min_value=0, max_value=365, required=False,
        help_text=_("Empty: as soon as the slot is in the timetable."),
    )  # fmt: skip
    book_until_hours = forms.IntegerField(
        label=_("Booking ends, hours before"), min_value=0, max_value=720, initial=0
    )
    cancel_until_hours = forms.IntegerField(
        label=_("Cancelling ends, hours before"), min_value=0, max_value=720, initial=0
    )
    weeks_ahead = forms.IntegerField(
        label=_("Weeks ahead"), min_value=1, max_value=52, initial=6,
        help_text=_("So far ahead the slots stand in the timetable."),
    )  # fmt: skip
    note = forms.CharField(label=_("Public note"), max_length=160, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("freq") == Frequency.MONTHLY:
            days = list(dict.fromkeys(data[name] for name in MONTHLY_DAYS if data.get(name)))
        else:
            days = data.get("weekdays") or []
        if not days:
            is_monthly = data.get("freq") == Frequency.MONTHLY
            self.add_error("monthly_1" if is_monthly else "weekdays", _("Choose a day."))
        data["byday"] = ",".join(days)
        if data.get("opens_at") and data.get("closes_at") and data["closes_at"] <= data["opens_at"]:
            self.add_error("closes_at", _("The end has to be after the beginning."))
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("The last day comes before the first."))
        if first and last and (last - first).days > 366 * 3:
            self.add_error("valid_to", _("Three years at most."))
        return data

    def values(self) -> dict[str, Any]:
        """What the services take."""
        kept = {"weekdays", *MONTHLY_DAYS}
        return {name: value for name, value in self.cleaned_data.items() if name not in kept}


def initial_of_rule(rule: ScheduleRule) -> dict[str, Any]:
    """A rule as the form shows it."""
    kept = {"weekdays", *MONTHLY_DAYS}
    values = {name: getattr(rule, name) for name in RuleForm.base_fields if name not in kept}
    codes = rule.byday.split(",")
    if rule.freq == Frequency.WEEKLY:
        return {**values, "weekdays": codes}
    return {**values, **dict(zip(MONTHLY_DAYS, codes, strict=False))}


class CancelForm(forms.Form):
    """Why; everybody reads it."""

    reason = forms.CharField(
        label=_("Reason, which everybody reads"), max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class CancelSeriesForm(CancelForm):
    """From which day on, and why."""

    since = forms.DateField(label=_("From this day on"), widget=DayInput)


def put_errors(form: forms.Form, error: Any) -> None:
    """Show what a service refused next to the field it is about."""
    if isinstance(error, ValidationError):
        if hasattr(error, "error_dict"):
            for name, errors in error.message_dict.items():
                form.add_error(name if name in form.fields else None, errors)
        else:
            form.add_error("room" if "room" in form.fields else None, error.messages)
        return
    name = {"starts_at": "day", "ends_at": "closes_at"}.get(error.field, error.field)
    form.add_error(name if name in form.fields else None, str(error))


def as_day(text: str) -> date | None:
    """A day from an address, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
