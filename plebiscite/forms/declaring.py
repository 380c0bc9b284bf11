"""The declaration before voting."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forms.fields import TidyField
from plebiscite.voters import Person, is_covered, places

OLDEST = 125
_OUTSIDE = _(
    "Residents of Hajnówka vote here. If you live in Hajnówka, give your address in Hajnówka."
)
_POSTAL_CODE = re.compile(r"(\d{2})[\s\-\u2010-\u2015]?(\d{3})")


class DeclarationForm(forms.Form):
    """Who the voter is: what the rules of a vote ask for, and nothing more."""

    name = TidyField(
        label=_("First and last name"),
        help_text=_("All of them, as in your identity document."),
        max_length=160,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "name"}),
        error_messages={"required": _("Write your first and last name.")},
    )
    birth_date = forms.DateField(
        label=_("Date of birth"),
        help_text=_("Day, month and year, for example 17.05.1950."),
        widget=forms.DateInput(
            format="%Y-%m-%d",
            attrs={"type": "date", "class": "input input--date", "autocomplete": "bday"},
        ),
        error_messages={
            "required": _("Give your date of birth."),
            "invalid": _("Write the date as day, month and year, for example 17.05.1950."),
        },
    )
    street = TidyField(
        label=_("Street, house and flat"),
        help_text=_("For example: ul. 3 Maja 25/1."),
        max_length=160,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "street-address"}),
        error_messages={"required": _("Write your street, or your village, with the number.")},
    )
    postal_code = TidyField(
        label=_("Postal code"),
        help_text=_("For example: 17-200."),
        max_length=10,
        widget=forms.TextInput(
            attrs={
                "class": "input input--short",
                "autocomplete": "postal-code",
                "inputmode": "numeric",
            }
        ),
        error_messages={"required": _("Write the postal code.")},
    )
    town = TidyField(
        label=_("Town"),
        max_length=80,
        initial="Hajnówka",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "address-level2"}),
        error_messages={"required": _("Write the town.")},
    )
    district = forms.ChoiceField(
        label=_("In which part of the town do you live?"),
        help_text=_("For the turnout alone: we keep numbers, and never who lives where."),
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )
    is_resident = forms.BooleanField(
        label=_(
            "I declare that I live in Hajnówka and mean to stay, that what I have written is "
            "true, and that I vote once."
        ),
        error_messages={"required": _("Only those who declare this can vote.")},
    )

    def __init__(
        self,
        *args: Any,
        today: datetime.date,
        residence: str = "",
        districts: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.places = places(residence)
        if listed := places(districts):
            field: Any = self.fields["district"]
            field.choices = [("", _("I would rather not say")), *((one, one) for one in listed)]
        else:
            del self.fields["district"]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if len([word for word in name.split() if any(sign.isalpha() for sign in word)]) < 2:
            raise ValidationError(_("Write both: first and last name."))
        return name

    def clean_birth_date(self) -> datetime.date:
        day = self.cleaned_data["birth_date"]
        if day > self.today:
            raise ValidationError(_("This day has not come yet."))
        if day.year < self.today.year - OLDEST:
            raise ValidationError(_("Check the year: nobody is that old."))
        return day

    def clean_street(self) -> str:
        street = " ".join(self.cleaned_data["street"].split())
        if not any(sign.isdigit() for sign in street):
            raise ValidationError(_("The number of the house is missing."))
        return street

    def clean_postal_code(self) -> str:
        found = _POSTAL_CODE.fullmatch(self.cleaned_data["postal_code"].strip())
        if found is None:
            raise ValidationError(_("A postal code has two and three digits, for example 17-200."))
        code = f"{found[1]}-{found[2]}"
        if not is_covered(self.places, postal_code=code):
            raise ValidationError(_OUTSIDE)
        return code

    def clean_town(self) -> str:
        town = " ".join(self.cleaned_data["town"].split())
        if not is_covered(self.places, town=town):
            raise ValidationError(_OUTSIDE)
        return town

    def person(self) -> Person:
        """Who it is, once the form is valid."""
        data = self.cleaned_data
        return Person(
            name=data["name"],
            birth_date=data["birth_date"],
            street=data["street"],
            postal_code=data["postal_code"],
            district=data.get("district", ""),
        )
