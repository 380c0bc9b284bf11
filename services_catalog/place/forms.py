"""What residents type about an idea."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from forms.fields import TidyField
from services_catalog.cases.forms import OnceForm


class IdeaForm(OnceForm):
    """As little as an idea needs; no contact, no account."""

    title = TidyField(
        label=_("Your idea in a few words"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={"required": _("Write your idea.")},
    )
    text = TidyField(
        label=_("More about it"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 5}),
    )
    signature = TidyField(
        label=_("How to sign it"),
        help_text=_("Everybody will see it. A first name is enough; empty means no name."),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"class": "input"}),
    )
