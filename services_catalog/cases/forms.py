"""What residents and staff type."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forms.fields import TidyField
from services_catalog.cases.models import CaseFeedback
from services_catalog.cases.uploads import WithFiles
from services_catalog.models.service import Service
from services_catalog.selectors.packages import PackageView

TEXT_LIMIT = 4000


def normal_phone(text: str) -> str:
    """A telephone number as digits with an optional `+`, nine digits for a Polish one.

    Spaces, hyphens, brackets, a leading 0 or +48 are taken; raises ValidationError otherwise.
    """
    digits = re.sub(r"[\s().\-\u2010-\u2015]", "", text)
    if not re.fullmatch(r"\+?\d{6,15}", digits):
        raise ValidationError(_("Write the number with digits, for example 85 682 21 80."))
    if digits.startswith("+48"):
        digits = digits[3:]
    if not digits.startswith("+"):
        digits = digits.removeprefix("0048").lstrip("0")
        if len(digits) != 9:
            raise ValidationError(_("A Polish number has nine digits."))
    return digits


class OnceForm(forms.Form):
    """A form that makes one thing however often it is sent."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission_key", uuid.uuid4())


class RequestForm(OnceForm, WithFiles):
    """A request for a service: as few questions as an answer needs."""

    text = TidyField(
        label=_("What do you need?"),
        help_text=_("A few sentences are enough. Do not write about your health or documents."),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 6, "class": "input"}),
        error_messages={"required": _("Write what you need.")},
    )
    name = TidyField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "input"}),
        error_messages={"required": _("Write your name.")},
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("We send a link here; with it you see the case and answer."),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "input"}),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        help_text=_("If you would rather be called. An e-mail address or a telephone is enough."),
        required=False,
        max_length=30,
        widget=forms.TextInput(
            attrs={"autocomplete": "tel", "inputmode": "tel", "class": "input input--short"}
        ),
    )

    field_order: tuple[str, ...] = ("text", "files", "name", "email", "phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("email", "phone"):
            # Neither is required for itself; the label says what is.
            self.fields[name].one_of_two = True  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"].strip()
        return normal_phone(phone) if phone else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_wrong = "email" in self.errors or "phone" in self.errors
        if not is_wrong and not data.get("email") and not data.get("phone"):
            self.add_error("email", _("Give an e-mail address or a telephone number."))
        return data


class PackageForm(RequestForm):
    """A request for a package, with those of its services that somebody may leave out."""

    services = forms.ModelMultipleChoiceField(
        label=_("Which of these do you need?"),
        queryset=Service.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ("services", "text", "files", "name", "email", "phone")

    def __init__(self, *args: Any, package: PackageView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        optional = package.optional
        if not optional:
            del self.fields["services"]
            return
        field: Any = self.fields["services"]
        field.queryset = Service.objects.filter(pk__in=[item.canonical.pk for item in optional])
        names = {item.canonical.pk: item.name for item in optional}
        field.label_from_instance = lambda service: names[service.pk]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data.setdefault("services", [])
        return data


class MessageForm(OnceForm, WithFiles):
    """A message to the other side."""

    text = TidyField(
        label=_("Your message"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5, "class": "input"}),
        error_messages={"required": _("Write the message first.")},
    )
    field_order = ("text", "files")


class FeedbackForm(forms.Form):
    """What the resident thinks of it, once."""

    rating = forms.TypedChoiceField(
        label=_("How did we do?"),
        choices=[(value, label) for value, label in reversed(CaseFeedback.Rating.choices)],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the answers.")},
    )
    comment = TidyField(
        label=_("In your own words"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )


class LostLinkForm(forms.Form):
    """Number and address, for a new link."""

    number = forms.CharField(
        label=_("Number of the case"),
        help_text=_("It looks like HAJ-2026-004211-7."),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "input input--short"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "input"}),
    )


class PinForm(forms.Form):
    """Number and PIN from the paper slip."""

    number = forms.CharField(
        label=_("Number of the case"),
        help_text=_("It looks like HAJ-2026-004211-7."),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "input input--date"}),
    )
    pin = forms.CharField(
        label=_("PIN"),
        help_text=_("Eight digits from your slip."),
        max_length=20,
        widget=forms.TextInput(
            attrs={"class": "input input--date", "inputmode": "numeric", "autocomplete": "off"}
        ),
    )
