"""What residents type to book."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.i18n.dates import date_range
from forms.fields import TidyField
from services_catalog.bookings.selectors import places_of
from services_catalog.cases.forms import LostLinkForm, OnceForm, PinForm, normal_phone
from services_catalog.selectors.packages import PackageView
from services_catalog.timetable.models import Slot


class BookingForm(OnceForm):
    """Places on one date: how many, and for whom."""

    party_size = forms.IntegerField(
        label=_("How many people come?"),
        initial=1,
        min_value=1,
        max_value=500,
        widget=forms.NumberInput(attrs={"class": "input input--short", "inputmode": "numeric"}),
        error_messages={
            "required": _("Write how many people come."),
            "invalid": _("Write how many people come, as a number."),
            "min_value": _("Write how many people come."),
        },
    )
    name = TidyField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "input"}),
        error_messages={"required": _("Write your name.")},
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("We write here, and you can cancel with one button in the mail."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "input"}),
        error_messages={"required": _("Give your e-mail address. Without one, call us.")},
    )
    phone = forms.CharField(
        label=_("Telephone"),
        help_text=_("In case the date has to be called off at short notice."),
        required=False,
        max_length=30,
        widget=forms.TextInput(
            attrs={"autocomplete": "tel", "inputmode": "tel", "class": "input input--short"}
        ),
    )
    for_whom = TidyField(
        label=_("Is it for somebody else?"),
        help_text=_("Then write who comes, for example your child."),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    field_order: tuple[str, ...] = ("party_size", "name", "email", "phone", "for_whom")

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"].strip()
        return normal_phone(phone) if phone else ""


class PackageBookingForm(BookingForm):
    """A date of every service of a package; of those that are not always part, one may choose."""

    def __init__(
        self, *args: Any, package: PackageView, slots: dict[int, list[Slot]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.slots = {slot.pk: slot for found in slots.values() for slot in found}
        places = places_of(self.slots.values())
        required = {service.canonical.pk for service in package.required}
        self.names: list[str] = []
        for service in package.services:
            choices = [
                (slot.pk, f"{date_range(slot.starts_at, slot.ends_at)} ({places[slot.pk].label})")
                for slot in slots.get(service.canonical.pk, [])
            ]
            if not choices:
                continue
            is_required = service.canonical.pk in required
            name = f"service-{service.canonical.pk}"
            self.names.append(name)
            self.fields[name] = forms.TypedChoiceField(
                label=service.name,
                choices=choices if is_required else [("", _("not this one")), *choices],
                coerce=int,
                empty_value=None,
                required=is_required,
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose a date.")},
            )
        self.order_fields([*self.names, *BookingForm.field_order])

    @property
    def chosen(self) -> list[Slot]:
        """The dates, once the form is valid."""
        numbers = [self.cleaned_data[name] for name in self.names]
        return [self.slots[number] for number in numbers if number]

    @property
    def request_values(self) -> dict[str, Any]:
        """What is said about the people, without the dates."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.names}


class BookingPinForm(PinForm):
    """Number and PIN from the slip of a booking."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].label = _("Number of the booking")
        self.fields["number"].help_text = _("It looks like REZ-2026-004211-7.")


class BookingLostLinkForm(LostLinkForm):
    """Number and address, for a new link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].label = _("Number of the booking")
        self.fields["number"].help_text = _("It looks like REZ-2026-004211-7.")
