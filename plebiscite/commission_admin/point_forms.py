"""What clerks fill in at a polling point."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from plebiscite.forms import DeclarationForm
from plebiscite.models import NamesakeRequest
from plebiscite.phases import Channel

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
DAY_FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%d%m%Y"]


class DeskForm(DeclarationForm):
    """Who stands at the desk, as the identity document and the person say it."""

    town = None  # type: ignore[assignment]
    is_resident = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Typed, not picked: the fastest for somebody who does it three hundred times a day.
        self.fields["birth_date"] = forms.DateField(
            label=_("Date of birth"),
            input_formats=DAY_FORMATS,
            help_text=_("Day, month, year: 03.05.1961 or 03051961."),
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            error_messages={
                "required": _("Write the date of birth."),
                "invalid": _("This is no date. Write it like 03.05.1961."),
            },
        )
        self.order_fields(["name", "birth_date", "street", "postal_code", "district"])
        for name, field in self.fields.items():
            field.widget.attrs.update({"autocomplete": "off", "class": ""})
            if name == "name":
                field.widget.attrs["autofocus"] = True
        self.fields["postal_code"].initial = "17-200"


class NamesakeForm(forms.Form):
    """What the clerk has found out."""

    finding = forms.ChoiceField(
        label=_("What the documents show"),
        choices=NamesakeRequest.Finding.choices,
        widget=forms.RadioSelect,
    )


class UrnForm(forms.Form):
    """An urn that is put into use."""

    day = forms.DateField(label=_("Day"), widget=DAY, input_formats=DAY_FORMATS)
    seal_number = forms.CharField(label=_("Number of the seal"), max_length=40)
    cards_issued = forms.IntegerField(
        label=_("Cards taken from the stock"), min_value=1, max_value=100_000
    )


class CountForm(forms.Form):
    """What an opened urn holds."""

    returned = forms.IntegerField(label=_("Cards in the urn"), min_value=0, max_value=100_000)
    unused = forms.IntegerField(
        label=_("Cards left over"),
        help_text=_("Spoilt cards that were exchanged too."),
        min_value=0,
        max_value=100_000,
    )
    missing = forms.IntegerField(
        label=_("Cards missing"),
        help_text=_("Handed out and not in the urn: taken home, for example."),
        min_value=0,
        max_value=100_000,
        initial=0,
    )
    note = forms.CharField(
        label=_("Explanation"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ProtocolForm(forms.Form):
    """The scan of the signed protocol."""

    file = forms.FileField(
        label=_("Scan of the signed protocol"),
        help_text=_("PDF or a picture, at most 20 MB. Only the commission and the clerks read it."),
    )


class ListForm(forms.Form):
    """A signed issue list from a file."""

    file = forms.FileField(
        label=_("The list"),
        help_text=_(
            "CSV or XLSX with the columns: imię i nazwisko, data urodzenia, adres, kod pocztowy."
        ),
    )
    day = forms.DateField(label=_("Day of the list"), widget=DAY, input_formats=DAY_FORMATS)
    channel = forms.ChoiceField(label=_("What was handed out"), choices=[])

    def __init__(self, *args: Any, channels: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {Channel.CODE.value: _("envelopes"), Channel.PAPER.value: _("paper cards")}
        field: Any = self.fields["channel"]
        field.choices = [(name, labels[name]) for name in channels if name in labels]
