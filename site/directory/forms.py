"""Forms for people who keep the data of their organisation here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from directory.fields import IdentifierFormField
from directory.models import (
    APPLICANT_FORMS,
    Organisation,
    PesCategory,
    RegisterType,
    SocialEnterprise,
    TeamRole,
    UnitKind,
)

SHORT = {"class": "input input--short"}
POSTCODE = re.compile(r"([0-9]{2})\s*[-–]?\s*([0-9]{3})")


def _text(label: Any, *, hint: Any = "", required: bool = False, size: int = 120, **attrs: str):
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=size,
        widget=forms.TextInput({"class": "input", **attrs}),
    )


def _number(label: Any, kind: str, hint: Any) -> IdentifierFormField:
    widget = forms.TextInput({"class": "input input--date", "inputmode": "numeric"})
    return IdentifierFormField(
        kind=kind, label=label, help_text=hint, required=False, max_length=40, widget=widget
    )


class OrganisationForm(forms.Form):
    """An organisation as its own people see it. It only reads: the service checks and saves."""

    use_required_attribute = False

    name_pl = _text(_("Name of the organisation"), required=True, autocomplete="organization")
    legal_form = forms.ChoiceField(
        label=_("Legal form"),
        choices=[("", _("choose …")), *((form.value, form.label) for form in APPLICANT_FORMS)],
        widget=forms.Select({"class": "input"}),
    )
    register_type = forms.ChoiceField(
        label=_("Where is it registered?"), choices=RegisterType.choices, widget=forms.RadioSelect
    )
    krs = _number(_("KRS number"), "krs", _("Only if it is in the KRS, for example 0000444333."))
    register_name = _text(
        _("Name of the other register"), hint=_("For example: the register kept by the starost.")
    )
    register_number = _text(_("Number in that register"), size=60)
    nip = _number("NIP", "nip", _("10 digits; spaces and dashes do no harm."))
    regon = _number("REGON", "regon", _("9 digits, of a local unit 14."))
    founded_on = forms.DateField(
        label=_("Founded"),
        required=False,
        widget=forms.DateInput({"class": "input input--date", "type": "date"}, format="%Y-%m-%d"),
    )
    pes_category = forms.ChoiceField(
        label=_("Is it a social-economy entity?"),
        choices=PesCategory.choices,
        required=False,
        widget=forms.Select({"class": "input"}),
        help_text=_("By the letters of Article 2(5) of the Act of 5 August 2022."),
    )
    ps_status = forms.ChoiceField(
        label=_("Does it have the status of a social enterprise?"),
        choices=SocialEnterprise.choices,
        widget=forms.RadioSelect,
    )
    ps_decision = _text(
        _("Number of the voivode’s decision"), size=60, hint=_("Only if the status was granted.")
    )
    opp_status = forms.BooleanField(
        label=_("It is a public benefit organisation (OPP)"), required=False
    )
    group_people = forms.CharField(
        label=_("People of the group"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"class": "input", "rows": 4}),
        help_text=_(
            "Of an informal group alone: first names and surnames of at least three people, one "
            "to a line. They are seen by your team and by those who check applications. Ask "
            "everybody before you name them."
        ),
    )
    address = _text(_("Street and number"), autocomplete="street-address")
    postcode = forms.CharField(
        label=_("Postcode"),
        required=False,
        max_length=12,
        widget=forms.TextInput({**SHORT, "autocomplete": "postal-code"}),
        help_text=_("For example 17-200."),
    )
    town = _text(_("Town or village"), required=True, size=80, autocomplete="address-level2")
    email = forms.EmailField(
        label=_("E-mail address of the organisation"),
        required=False,
        widget=forms.EmailInput({"class": "input"}),
    )
    phone = _text(_("Telephone of the organisation"), size=30)
    website = forms.URLField(
        label=_("Website"),
        required=False,
        assume_scheme="https",
        widget=forms.TextInput({"class": "input", "inputmode": "url"}),
    )

    def __init__(self, *args: Any, organisation: Organisation | None = None, **kwargs: Any) -> None:
        if organisation is not None:
            kwargs["initial"] = {name: getattr(organisation, name) for name in self.base_fields}
        else:
            kwargs["initial"] = {
                "register_type": RegisterType.KRS,
                "ps_status": SocialEnterprise.NO,
                **kwargs.get("initial", {}),
            }
        super().__init__(*args, **kwargs)

    def clean_postcode(self) -> str:
        text = self.cleaned_data["postcode"].strip()
        if not text:
            return ""
        match = POSTCODE.fullmatch(text)
        if match is None:
            raise ValidationError(_("A postcode looks like this: 17-200."))
        return "-".join(match.groups())

    def take_errors(self, error: ValidationError) -> None:
        """Put what the service has refused beside the fields it is about."""
        messages: Mapping[str, list[str]] = (
            error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}
        )
        for name, texts in messages.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields in groups, for the page."""
        groups: list[tuple[Any, tuple[str, ...]]] = [
            (_("The organisation"), ("name_pl", "legal_form", "group_people", "founded_on")),
            (
                _("Register and numbers"),
                ("register_type", "krs", "register_name", "register_number", "nip", "regon"),
            ),
            (_("Social economy"), ("pes_category", "ps_status", "ps_decision", "opp_status")),
            (
                _("Address and contact"),
                ("address", "postcode", "town", "email", "phone", "website"),
            ),
        ]
        return [(title, [self[name] for name in names]) for title, names in groups]


class InvitationForm(forms.Form):
    """Whom to ask into the team."""

    use_required_attribute = False

    email = forms.EmailField(
        label=_("E-mail address"),
        widget=forms.EmailInput({"class": "input", "autocomplete": "off"}),
        help_text=_("The invitation can be accepted with this address alone."),
    )
    role = forms.ChoiceField(
        label=_("What may this person do?"),
        choices=TeamRole.choices,
        widget=forms.RadioSelect,
        initial=TeamRole.EDITOR,
    )


class UnitForm(forms.Form):
    """A unit that the organisation runs."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=_("What kind of unit is it?"), choices=UnitKind.choices, widget=forms.RadioSelect
    )
    name = _text(_("Name of the unit"), required=True, size=160)
    address = _text(_("Address of the unit"), size=200)


class PatronForm(forms.Form):
    """Which organisation an informal group asks to answer for it."""

    use_required_attribute = False

    number = forms.CharField(
        label=_("NIP or KRS number of the organisation"),
        max_length=40,
        widget=forms.TextInput({"class": "input input--date", "inputmode": "numeric"}),
        help_text=_("Those who lead it get a mail and decide here."),
    )
