"""What visitors type on the site itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forms.fields import TidyField
from services_catalog.cases.forms import OnceForm, normal_phone

TEXT_LIMIT = 4000


class LetterForm(OnceForm):
    """Who writes and how to reach them. A field that people do not see catches machines."""

    name = TidyField(
        label=_("Your name"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "input"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
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
    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1", "class": "input"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("email", "phone"):
            self.fields[name].one_of_two = True  # type: ignore[attr-defined]

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields for people."""
        return [field for field in self.visible_fields() if field.name != "website"]

    def clean_phone(self) -> str:
        return normal_phone(self.cleaned_data["phone"]) if self.cleaned_data["phone"] else ""

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(_("This field has to stay empty."))
        return ""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        given = [values.get("email"), values.get("phone")]
        if not any(given) and not {"email", "phone"} & set(self.errors):
            self.add_error("email", _("Give an e-mail address or a telephone."))
        return values

    def letter_values(self) -> dict[str, Any]:
        """What the letter keeps."""
        return {name: value for name, value in self.cleaned_data.items() if name != "website"}


class ContactForm(LetterForm):
    """A message."""

    topic = forms.ChoiceField(
        label=_("What is it about?"), required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )  # fmt: skip
    text = TidyField(
        label=_("Your message"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 6, "class": "input"}),
        error_messages={"required": _("Write what you want to tell us.")},
    )

    field_order = ("topic", "text", "name", "email", "phone", "website", "submission_key")

    def __init__(self, *args: Any, topics: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if topics:
            choices = [("", _("something else")), *((topic, topic) for topic in topics)]
            self.fields["topic"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["topic"]


class AccessForm(LetterForm):
    """A demand of accessibility, with what article 18 of the act asks for."""

    place = TidyField(
        label=_("Which page or part of it?"),
        help_text=_("Its address or its title."),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={"required": _("Say which page or part you mean.")},
    )
    text = TidyField(
        label=_("What does not work?"),
        max_length=TEXT_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "input"}),
    )
    wanted = TidyField(
        label=_("In which form do you want the information?"),
        help_text=_("For example read out over the telephone, in sign language, in large print."),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "input"}),
    )

    field_order = (
        "place", "text", "wanted", "name", "email", "phone", "website", "submission_key",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The act asks for who demands it.
        self.fields["name"].required = True
        self.fields["name"].error_messages["required"] = _("Write your name.")


class NewsletterForm(forms.Form):
    """An address for the newsletter."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "input"}),
        error_messages={"required": _("Write your e-mail address.")},
    )
    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1", "class": "input"}),
    )

    clean_website = LetterForm.clean_website
    shown = LetterForm.shown
