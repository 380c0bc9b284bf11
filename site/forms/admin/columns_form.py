"""The columns of a table question, on the page of that question."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from forms.admin.sentences import TYPE_NAMES
from forms.admin.texts import as_lines, choices_from, lines_of, text_of
from forms.schema.editing import new_key
from forms.types.tables import CELLS


class ColumnForm(forms.Form):
    """One column of a table."""

    use_required_attribute = False

    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)
    label = forms.CharField(label=_("Heading"), required=False, max_length=120)
    label_be = forms.CharField(label=_("in Belarusian"), required=False, max_length=120)
    label_en = forms.CharField(label=_("in English"), required=False, max_length=120)
    label_it = forms.CharField(label=_("in Italian"), required=False, max_length=120)
    type = forms.ChoiceField(
        label=_("Type"),
        choices=lambda: [(name, TYPE_NAMES[name]) for name in CELLS],
        required=False,
    )
    choices = forms.CharField(
        label=_("Answers to choose from"),
        help_text=_("One in each line."),
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    required = forms.BooleanField(label=_("Needed in every row"), required=False)
    sum = forms.BooleanField(label=_("Add up"), required=False)
    sum_max = forms.DecimalField(
        label=_("Together at most"), required=False, localize=True, min_value=0
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("label"):
            return cleaned
        is_number = cleaned.get("type") in ("number", "money")
        if (cleaned.get("sum") or cleaned.get("sum_max")) and not is_number:
            self.add_error("sum", _("Only numbers and amounts can be added up."))
        if cleaned.get("type") == "choice" and len(lines_of(cleaned | self._lines, "choices")) < 2:
            self.add_error("choices", _("Write at least two answers to choose from."))
        return cleaned

    @property
    def _lines(self) -> dict[str, str]:
        return {"choices_pl": self.cleaned_data.get("choices", "")}


class ColumnFormSet(BaseFormSet):
    """The columns, in the order that their numbers say."""

    def clean(self) -> None:
        if any(self.errors):
            return
        if not [form for form in self.forms if form.cleaned_data.get("label")]:
            raise forms.ValidationError(_("Add at least one column."))

    def definitions(self, before: list[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
        """The columns as a form's JSON has them."""
        old = {row["key"]: row for row in before or []}
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("label")]
        rows = [row for row in rows if not row.get("DELETE")]
        rows.sort(key=lambda row: 999 if row.get("ORDER") is None else row["ORDER"])
        taken = {row["key"] for row in rows if row["key"] in old}
        found = []
        for row in rows:
            key = row["key"] if row["key"] in old else new_key(row["label"], taken)
            taken.add(key)
            was = old.get(key, {})
            labels = {"label_pl": row["label"]} | {k: row[k] for k in row if k.startswith("label_")}
            made: dict[str, Any] = {"key": key, "type": row["type"]}
            made["label"] = text_of(labels, "label")
            made["required"] = bool(row["required"])
            if row["sum"] or row["sum_max"]:
                made["sum"] = True
            if row["sum_max"]:
                made["sum_max"] = format(row["sum_max"].normalize(), "f")
            if row["type"] == "choice":
                lines = lines_of({"choices_pl": row["choices"]}, "choices")
                made["choices"] = choices_from(lines, was.get("choices"))
            if was.get("options") and was.get("type") == row["type"]:
                made["options"] = was["options"]
            found.append(made)
        return found


_Columns = formset_factory(
    ColumnForm, formset=ColumnFormSet, extra=3, can_order=True, can_delete=True, max_num=12
)


def columns_form(data: Any, before: list[Mapping[str, Any]] | None) -> ColumnFormSet:
    """The inputs for the columns of a table."""
    initial = []
    for row in before or []:
        label = row.get("label") or {}
        texts = {"pl": label} if isinstance(label, str) else label
        initial.append(
            {
                "key": row["key"],
                "label": texts.get("pl", ""),
                **{f"label_{code}": texts.get(code, "") for code in ("be", "en", "it")},
                "type": row.get("type"),
                "choices": as_lines(row.get("choices")).get("pl", ""),
                "required": row.get("required", False),
                "sum": row.get("sum", False),
                "sum_max": decimal_of(row.get("sum_max")),
            }
        )
    formset = _Columns(data, initial=initial, prefix="columns")
    assert isinstance(formset, ColumnFormSet)
    return formset


def decimal_of(value: Any) -> Decimal | None:
    """A stored limit as a number."""

    return None if value in (None, "") else Decimal(str(value))
