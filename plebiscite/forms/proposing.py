"""A work for the contest, and what its author says against a rejection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.files import IMAGES, accept
from forms.fields import TidyField
from plebiscite.models import MAX_PICTURES, AuthorShown, ContestChoice


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
