"""What visitors fill in: the declaration before voting, and a proposal."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.files import IMAGES, accept
from forms.fields import TidyField
from plebiscite.models import (
    MAX_PICTURES,
    AuthorShown,
    ContestChoice,
    JuryCriterion,
    JuryScore,
)
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
    is_resident = forms.BooleanField(
        label=_(
            "I declare that I live in Hajnówka and mean to stay, that what I have written is "
            "true, and that I vote once."
        ),
        error_messages={"required": _("Only those who declare this can vote.")},
    )

    def __init__(
        self, *args: Any, today: datetime.date, residence: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.places = places(residence)

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
        return Person(data["name"], data["birth_date"], data["street"], data["postal_code"])


class ProposalForm(forms.Form):
    """A work, whole or half: a draft may lack everything, so nothing is required here.

    What is missing is said when the work is sent, by the table of states. What a contest sorts its
    works by is asked for where it has something to choose from.
    """

    TEXTS = ("title", "description", "language", "kind", "theme", "author_shown", "accepts_rules")
    AXES = ("kind", "theme")

    title = TidyField(
        label=_("Title of the work"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={"max_length": _("A title has at most 80 characters.")},
    )
    description = TidyField(
        label=_("Description"),
        help_text=_("What it shows, and why it is right for Hajnówka. At most 2000 characters."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"class": "input", "rows": 8}),
        error_messages={"max_length": _("A description has at most 2000 characters.")},
    )
    language = forms.ChoiceField(
        label=_("Language of the title and the description"),
        choices=settings.LANGUAGES,
        widget=forms.Select(attrs={"class": "input"}),
    )
    kind = forms.ChoiceField(
        label=_("Kind of work"), required=False, widget=forms.Select(attrs={"class": "input"})
    )
    theme = forms.ChoiceField(
        label=_("Theme"), required=False, widget=forms.Select(attrs={"class": "input"})
    )
    picture = forms.FileField(
        label=_("Add a picture"),
        help_text=_("JPG, PNG or WebP, at most 8 MB, each side at least 300 pixels."),
        required=False,
        widget=forms.ClearableFileInput(attrs={"class": "input", "accept": accept(IMAGES)}),
    )
    alt_new = TidyField(
        label=_("What does the new picture show?"),
        help_text=_(
            "One sentence for people who do not see it, for example: two oak leaves hold a sun."
        ),
        max_length=250,
        required=False,
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    author_shown = forms.ChoiceField(
        label=_("How shall we show the work to everybody?"),
        choices=AuthorShown.choices,
        widget=forms.RadioSelect,
    )
    accepts_rules = forms.BooleanField(label=_("I confirm the statement above."), required=False)

    def __init__(
        self,
        *args: Any,
        alt_texts: dict[int, str],
        choices: Sequence[ContestChoice] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.contest_choices = choices
        for axis in self.AXES:
            self._offer(axis, [choice for choice in choices if choice.axis == axis])
        # Fields left out by a browser without them keep their value; they are never errors.
        for name in ("language", "author_shown"):
            self.fields[name].required = False
        for position, text in alt_texts.items():
            self.fields[f"alt_{position}"] = TidyField(
                label=_("What does picture %(number)d show?") % {"number": position},
                max_length=250,
                required=False,
                initial=text,
                widget=forms.TextInput(attrs={"class": "input"}),
            )
        if len(alt_texts) >= MAX_PICTURES:
            del self.fields["picture"], self.fields["alt_new"]

    def _offer(self, axis: str, choices: list[ContestChoice]) -> None:
        if not choices:
            del self.fields[axis]
            return
        field = self.fields[axis]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("choose")), *((one.code, one.name) for one in choices)]
        chosen = self.initial.get(axis)
        self.initial[axis] = getattr(chosen, "code", "")

    def _chosen(self, axis: str) -> ContestChoice | None:
        code = self.cleaned_data[axis]
        found = [one for one in self.contest_choices if (one.axis, one.code) == (axis, code)]
        return found[0] if found else None

    def clean_kind(self) -> ContestChoice | None:
        return self._chosen("kind")

    def clean_theme(self) -> ContestChoice | None:
        return self._chosen("theme")

    def alt_fields(self) -> list[Any]:
        """The fields of the pictures that are there, in their order."""
        return [self[name] for name in self.fields if name.startswith("alt_") and name != "alt_new"]


class ReasonForm(forms.Form):
    """A reason in words, for an appeal."""

    reason = TidyField(
        label=_("Why do you not agree?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 6}),
        error_messages={"required": _("Write why you do not agree.")},
    )


class ConflictForm(forms.Form):
    """What connects a juror with a work."""

    reason = TidyField(
        label=_("What connects you with this work or its author?"),
        help_text=_("The commission reads it. You will not judge this work."),
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
        error_messages={"required": _("Say what connects you with this work.")},
    )


class JudgingForm(forms.Form):
    """Points and a comment for every criterion; half of them can be saved (`is_partial`)."""

    def __init__(
        self,
        *args: Any,
        criteria: Iterable[JuryCriterion],
        is_partial: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = list(criteria)
        for criterion in self.criteria:
            points = [(str(number), str(number)) for number in range(criterion.top + 1)]
            self.fields[f"points_{criterion.pk}"] = forms.ChoiceField(
                label=criterion.name,
                help_text=_("From 0 to %(top)d points; weight %(weight)d.")
                % {"top": criterion.top, "weight": criterion.weight},
                choices=points,
                required=not is_partial,
                widget=forms.RadioSelect,
                error_messages={"required": _("Give points here.")},
            )
            self.fields[f"comment_{criterion.pk}"] = TidyField(
                label=_("Why so many? (%(criterion)s)") % {"criterion": criterion.name},
                max_length=1000,
                required=False,
                widget=forms.Textarea(attrs={"class": "input", "rows": 2}),
            )

    @staticmethod
    def initial_of(scores: Iterable[JuryScore]) -> dict[str, Any]:
        """What was saved before."""
        initial: dict[str, Any] = {}
        for score in scores:
            points = "" if score.points is None else str(score.points)
            initial[f"points_{score.criterion_id}"] = points
            initial[f"comment_{score.criterion_id}"] = score.comment
        return initial

    def rows(self) -> list[tuple[Any, Any]]:
        """The fields in pairs: points and comment."""
        return [(self[f"points_{one.pk}"], self[f"comment_{one.pk}"]) for one in self.criteria]

    def given(self) -> dict[int, tuple[int | None, str]]:
        """What is well, by criterion."""
        found = {}
        for one in self.criteria:
            points = self.cleaned_data.get(f"points_{one.pk}", "")
            comment = self.cleaned_data.get(f"comment_{one.pk}", "")
            found[one.pk] = (int(points) if points else None, comment)
        return found


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
