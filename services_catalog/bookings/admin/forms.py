"""What staff type about bookings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forms.fields import TidyField
from services_catalog.bookings.forms import BookingForm
from services_catalog.cases.forms import OnceForm


class DeskBookingForm(BookingForm):
    """Places for somebody who called or came; without an address they get a PIN on paper."""

    channel = forms.ChoiceField(
        label=_("How it reached us"),
        choices=[("phone", _("telephone")), ("desk", _("at the desk")), ("paper", _("on paper"))],
        widget=forms.RadioSelect,
        initial="phone",
    )
    join_queue = forms.BooleanField(
        label=_("Into the queue when there is no place"), required=False
    )
    field_order = ("channel", "party_size", "name", "email", "phone", "for_whom", "join_queue")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("First name and surname")
        self.fields["email"].required = False
        self.fields["email"].help_text = _("Without one, a slip with number and PIN is printed.")
        self.fields["for_whom"].label = _("For whom, if not for themselves")
        self.fields["for_whom"].help_text = ""


class WriteForm(OnceForm):
    """A message to many: to those who wait, or to those who come."""

    to = forms.ChoiceField(
        label=_("To whom"),
        choices=[
            ("waiting", _("everybody who waits")),
            ("coming", _("everybody who comes")),
            ("all", _("all of them")),
        ],
        initial="waiting",
        widget=forms.RadioSelect,
    )
    text = TidyField(
        label=_("Message"),
        help_text=_("For example other dates, or what to bring. Links to their booking are added."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write the message first.")},
    )
