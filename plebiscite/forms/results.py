"""What follows a result: asking for the sign, objections and their answers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from forms.fields import TidyField


class UseForm(forms.Form):
    """A request to use the winning sign."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    name = TidyField(
        label=_("First and last name"),
        max_length=160,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "name"}),
        error_messages={"required": _("Write your first and last name.")},
    )
    organisation = TidyField(
        label=_("Organisation or firm"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "organization"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The answer goes there."),
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("This is not an e-mail address, for example: anna@example.org."),
        },
    )
    purpose = TidyField(
        label=_("What do you want to use the sign for, and on what?"),
        help_text=_("For example: labels on jars of honey from our cooperative, 200 pieces."),
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 5}),
        error_messages={"required": _("Write what you want to use the sign for.")},
    )
    accepts_rules = forms.BooleanField(
        label=_("I have read the rules of use and will keep to them."),
        error_messages={"required": _("Confirm that you have read the rules.")},
    )


class ObjectionForm(forms.Form):
    """An objection to a result. Who somebody is they may keep to themselves."""

    text = TidyField(
        label=_("What do you object to?"),
        help_text=_("Say what happened, when and where. At most 4000 characters."),
        max_length=4000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 8}),
        error_messages={
            "required": _("Write what you object to."),
            "max_length": _("An objection has at most 4000 characters."),
        },
    )
    name = TidyField(
        label=_("First and last name"),
        help_text=_("Only the commission sees it."),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("So that we can send you the answer. It is published too, without your name."),
        required=False,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
        error_messages={"invalid": _("This is not an e-mail address.")},
    )


class AnswerForm(forms.Form):
    """The public answer to an objection."""

    summary = TidyField(
        label=_("Summary for everybody"),
        help_text=_("What is objected to, without names and other personal data."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    answer = TidyField(
        label=_("Answer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
