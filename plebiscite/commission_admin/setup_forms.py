"""What the commission fills in, step by step, before a vote."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import people_with
from accounts.roles import Role
from core.i18n.languages import CODES
from plebiscite.models import Plebiscite, PollingPoint
from plebiscite.phases import Channel
from plebiscite.selectors.commission.setup import DATES, TEXTS
from plebiscite.services.commission.codes import MOST_LETTERS
from plebiscite.services.commission.rehearsing import LONGEST, MOST_BALLOTS, SHORTEST
from plebiscite.tally import countable

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
METHOD = (
    *(f"question_{code}" for code in CODES),
    "method",
    "max_picks",
    "points_total",
    "points_cap",
    "max_ranks",
    "overvote",
    "skipped",
    "duplicates",
    "elimination",
    "winners",
    "tie",
    "beacon_rule",
    "quorum",
)
RULES = (
    "minimum_age",
    "residence",
    "turnout_by_age",
    "districts",
    "grace_s",
    "mix_k",
    "retention_days",
)


class TextsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Title, lead, rules in short and regulations, in four languages."""

    class Meta:
        model = Plebiscite
        fields = tuple(f"{name}_{code}" for code in CODES for name in TEXTS if name != "question")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            text, _underscore, code = name.rpartition("_")
            field.widget.attrs["lang"] = code
            if text in {"about", "regulations"}:
                field.widget.attrs["rows"] = 6 if text == "about" else 12
            elif text == "lead":
                field.widget.attrs["rows"] = 3


class DatesForm(forms.ModelForm):  # type: ignore[type-arg]
    """All dates; the order is checked by the model."""

    class Meta:
        model = Plebiscite
        fields = DATES
        widgets = dict.fromkeys(DATES, MOMENT)


class MethodForm(forms.ModelForm):  # type: ignore[type-arg]
    """The question, and how votes are given and counted."""

    class Meta:
        model = Plebiscite
        fields = METHOD
        widgets = {"beacon_rule": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {method.value for method in countable()} | {self.instance.method}
        field: Any = self.fields["method"]
        field.choices = [choice for choice in field.choices if choice[0] in known]
        for code in CODES:
            self.fields[f"question_{code}"].widget.attrs["lang"] = code


class ChannelsForm(forms.ModelForm):  # type: ignore[type-arg]
    """How one votes, and for whom."""

    channels = forms.MultipleChoiceField(
        label=_("Ways to vote"), choices=Channel.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Plebiscite
        fields = ("channels", *RULES)
        widgets = {
            "residence": forms.Textarea(attrs={"rows": 2}),
            "districts": forms.Textarea(attrs={"rows": 2}),
        }


class PointForm(forms.ModelForm):  # type: ignore[type-arg]
    """One polling point with its clerks."""

    clerks = forms.ModelMultipleChoiceField(
        label=_("Clerks"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At least two: what one enters, another one enters too."),
    )

    class Meta:
        model = PollingPoint
        fields = ("name", "address", "hours", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_with(Role.POLLING_CLERK, Role.PLEBISCITE_COMMISSION)
        field: Any = self.fields["clerks"]
        field.queryset = people.order_by("last_name", "first_name")
        field.label_from_instance = lambda user: user.get_full_name() or user.email
        if self.instance.pk:
            self.initial["clerks"] = list(self.instance.clerks.values_list("user_id", flat=True))


class CodesForm(forms.Form):
    """How many letters are printed now."""

    size = forms.IntegerField(
        label=_("Letters"),
        min_value=1,
        max_value=MOST_LETTERS,
        help_text=_("Three on a sheet; at most 300 at once."),
    )


class RehearsalForm(forms.Form):
    """How long a test run lasts."""

    minutes = forms.IntegerField(
        label=_("Minutes of voting"), min_value=SHORTEST, max_value=LONGEST, initial=10
    )


class ThrowInForm(forms.Form):
    """How many ballots to throw away."""

    number = forms.IntegerField(
        label=_("Ballots at random"), min_value=1, max_value=MOST_BALLOTS, initial=25
    )
