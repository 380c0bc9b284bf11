"""The sheet of a juror."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forms.fields import TidyField
from plebiscite.models import JuryCriterion, JuryScore


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
