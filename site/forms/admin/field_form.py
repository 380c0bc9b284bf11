"""The page of one question: everything about it, by its type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.files.kinds import ALL, KINDS
from forms.admin.columns_form import decimal_of
from forms.admin.conditions import ROWS, from_rows, offered, to_rows
from forms.admin.sentences import TYPE_NAMES
from forms.admin.texts import add_text, as_lines, choices_from, lines_of, text_of
from forms.types import registry
from forms.types.tables import MOST_ROWS

AUDIENCES = [
    ("content", _("everybody who assesses the application")),
    ("identity", _("hidden from reviewers: it says who applies, or is personal")),
    ("staff", _("those who run the call, never reviewers")),
]
REQUIRED = [
    ("no", _("may stay empty")),
    ("yes", _("always needs an answer")),
    ("when", _("needs an answer only when …")),
]
JOINTS = [("all", _("all of these hold")), ("any", _("any of these holds"))]
NEGATED = [("", _("was answered so")), ("not", _("was not answered so"))]
#: The settings of each type; the rest of its options stays as it was.
COUNTS = {
    "text": [("min", _("At least so many signs")), ("max", _("At most so many signs"))],
    "long_text": [
        ("min", _("At least so many signs")),
        ("max", _("At most so many signs")),
        ("rows", _("Height in lines")),
    ],
    "choices": [("min", _("At least so many answers")), ("max", _("At most so many answers"))],
    "file": [("max_files", _("At most so many files"))],
    "table": [("min_rows", _("At least so many rows")), ("max_rows", _("At most so many rows"))],
    "number": [("decimals", _("Digits after the comma"))],
}
NUMBERS = [("min", _("The least")), ("max", _("The most"))]


class FieldForm(forms.Form):
    """One question. `definition()` gives its JSON."""

    use_required_attribute = False

    prefix = "q"

    def __init__(
        self, data: Any, *, type: str, before: Mapping[str, Any], earlier: Iterable[Any]
    ) -> None:
        super().__init__(data)
        self.type = type
        self.before = before
        self.earlier = list(earlier)
        self._texts()
        self._settings()
        self._who()
        self._conditions("visible", before.get("visible_when"))
        self._conditions("needed", before.get("required_when"))

    @property
    def type_name(self) -> Any:
        return TYPE_NAMES.get(self.type, self.type)

    # --- the inputs ---------------------------------------------------------------------------

    def _texts(self) -> None:
        before = self.before
        add_text(
            self, "label", _("Question"), required=True, initial=before.get("label"),
            help_text=_("As people read it above the field."), max_length=500,
        )  # fmt: skip
        add_text(
            self, "help", _("Hint"), initial=before.get("help"), rows=2, max_length=1000,
            help_text=_("What to write and how; one or two sentences."),
        )  # fmt: skip
        add_text(
            self, "example", _("Example of an answer"), initial=before.get("example"), rows=2,
            max_length=1000,
        )  # fmt: skip

    def _settings(self) -> None:
        options = self.before.get("options") or {}
        if registry[self.type].has_choices:
            add_text(
                self, "choices", _("Answers to choose from"), rows=6, required=True,
                initial=as_lines(self.before.get("choices")), max_length=10_000,
                help_text=_("One in each line."),
            )  # fmt: skip
        for name, label in COUNTS.get(self.type, []):
            self.fields[name] = forms.IntegerField(
                label=label, required=False, min_value=0,
                max_value=MOST_ROWS if name.endswith("_rows") else 100_000,
                initial=options.get(name),
            )  # fmt: skip
        if self.type in ("number", "money"):
            for name, label in NUMBERS:
                self.fields[name] = forms.DecimalField(
                    label=label,
                    required=False,
                    localize=True,
                    initial=decimal_of(options.get(name)),
                )
        if self.type in ("date", "datetime"):
            for name, label in (("min", _("Not before")), ("max", _("Not after"))):
                self.fields[name] = forms.DateField(
                    label=label, required=False, initial=options.get(name),
                    widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
                )  # fmt: skip
        if self.type == "file":
            self.fields["kinds"] = forms.MultipleChoiceField(
                label=_("Kinds of files"), required=False,
                choices=[(kind, KINDS[kind].label) for kind in sorted(ALL)],
                widget=forms.CheckboxSelectMultiple, initial=options.get("kinds", []),
                help_text=_("None ticked means all."),
            )  # fmt: skip
        if self.type == "table":
            add_text(
                self, "rows", _("Given rows"), rows=4, initial=as_lines(self.before.get("rows")),
                max_length=10_000,
                help_text=_("One in each line. Left empty, people add rows themselves."),
            )  # fmt: skip

    def _who(self) -> None:
        before = self.before
        if before.get("required_when"):
            required = "when"
        else:
            required = "yes" if before.get("required", not before) else "no"
        self.fields["required"] = forms.ChoiceField(
            label=_("Is an answer needed?"), choices=REQUIRED, widget=forms.RadioSelect,
            initial=required,
        )  # fmt: skip
        self.fields["audience"] = forms.ChoiceField(
            label=_("Who sees the answer?"), choices=AUDIENCES, widget=forms.RadioSelect,
            initial=before.get("audience", "content"),
        )  # fmt: skip
        self.fields["pdf"] = forms.BooleanField(
            label=_("Print it on the confirmation (PDF)"), required=False,
            initial=before.get("pdf", True),
        )  # fmt: skip

    def _conditions(self, name: str, condition: Any) -> None:
        found = to_rows(condition)
        joint, rows = found or ("all", [])
        choices = offered(self.earlier)
        self.fields[f"{name}_joint"] = forms.ChoiceField(
            label=_("It applies when"), choices=JOINTS, required=False, initial=joint
        )
        for number in range(ROWS):
            token, is_negated = rows[number] if number < len(rows) else ("", False)
            label = _now("Earlier question and answer, %(number)d") % {"number": number + 1}
            self.fields[f"{name}_{number}"] = forms.ChoiceField(
                label=label, choices=choices, required=False, initial=token
            )
            self.fields[f"{name}_{number}_not"] = forms.ChoiceField(
                label=_("How"), choices=NEGATED, required=False,
                initial="not" if is_negated else "",
            )  # fmt: skip
        if condition and found is None:
            self.fields[f"{name}_keep"] = forms.BooleanField(
                label=_("Leave the condition as it is (it cannot be shown as rows)"),
                required=False, initial=True,
            )  # fmt: skip

    # --- as the template shows them -----------------------------------------------------------

    def texts(self, name: str) -> dict[str, Any]:
        rows = [field for field in self if field.name.startswith(f"{name}_")]
        return {"polish": rows[0], "others": rows[1:]}

    @property
    def label_texts(self) -> dict[str, Any]:
        return self.texts("label")

    @property
    def help_texts(self) -> dict[str, Any]:
        return self.texts("help")

    @property
    def example_texts(self) -> dict[str, Any]:
        return self.texts("example")

    @property
    def choices_texts(self) -> dict[str, Any] | None:
        return self.texts("choices") if "choices_pl" in self.fields else None

    @property
    def rows_texts(self) -> dict[str, Any] | None:
        return self.texts("rows") if "rows_pl" in self.fields else None

    @property
    def settings(self) -> list[Any]:
        names = ("min", "max", "decimals", "rows", "max_files", "kinds", "min_rows", "max_rows")
        return [self[name] for name in names if name in self.fields]

    @property
    def condition_blocks(self) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "joint": self[f"{name}_joint"],
                "keep": self[f"{name}_keep"] if f"{name}_keep" in self.fields else None,
                "rows": [(self[f"{name}_{n}"], self[f"{name}_{n}_not"]) for n in range(ROWS)],
            }
            for name in ("visible", "needed")
        ]

    # --- the answer ---------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        low, high = cleaned.get("min"), cleaned.get("max")
        if low is not None and high is not None and low > high:
            self.add_error("max", _("The least is more than the most."))
        low, high = cleaned.get("min_rows"), cleaned.get("max_rows")
        if low is not None and high is not None and low > high:
            self.add_error("max_rows", _("The least is more than the most."))
        if "choices_pl" in cleaned:
            lines = lines_of(cleaned, "choices")
            texts = [line["pl"] for line in lines]
            if len(lines) < 2:
                self.add_error("choices_pl", _("Write at least two answers to choose from."))
            elif len(set(texts)) < len(texts):
                self.add_error("choices_pl", _("The same answer is there twice."))
        if cleaned.get("required") == "when" and not self._condition("needed"):
            self.add_error("required", _("Choose below when an answer is needed."))
        return cleaned

    def _condition(self, name: str) -> dict[str, Any] | None:
        cleaned = self.cleaned_data
        if cleaned.get(f"{name}_keep"):
            which = "visible_when" if name == "visible" else "required_when"
            kept: dict[str, Any] = self.before[which]
            return kept
        rows = [
            (cleaned[f"{name}_{number}"], cleaned.get(f"{name}_{number}_not") == "not")
            for number in range(ROWS)
            if cleaned.get(f"{name}_{number}")
        ]
        return from_rows(cleaned.get(f"{name}_joint") or "all", rows)

    def definition(self) -> dict[str, Any]:
        """The question as a form's JSON has it, without its key."""
        cleaned = self.cleaned_data
        found: dict[str, Any] = {"type": self.type, "label": text_of(cleaned, "label")}
        for name in ("help", "example"):
            if text := text_of(cleaned, name):
                found[name] = text
        found["required"] = cleaned["required"] == "yes"
        if visible := self._condition("visible"):
            found["visible_when"] = visible
        if cleaned["required"] == "when":
            found["required_when"] = self._condition("needed")
        found["audience"] = cleaned["audience"]
        if not cleaned["pdf"]:
            found["pdf"] = False
        if "choices_pl" in self.fields:
            found["choices"] = choices_from(
                lines_of(cleaned, "choices"), self.before.get("choices")
            )
        if "rows_pl" in self.fields and (lines := lines_of(cleaned, "rows")):
            found["rows"] = choices_from(lines, self.before.get("rows"))
        if options := self._options():
            found["options"] = options
        return found

    def _options(self) -> dict[str, Any]:
        names = {bound.name for bound in self.settings}
        options = {
            key: value
            for key, value in (self.before.get("options") or {}).items()
            if key not in names
        }
        for name in names:
            value = self.cleaned_data.get(name)
            if value in (None, "", []):
                continue
            if isinstance(value, Decimal):
                value = int(value) if value == int(value) else str(value)
            elif hasattr(value, "isoformat"):
                value = value.isoformat()
            before = (self.before.get("options") or {}).get(name)
            is_same = isinstance(value, list) and set(value) == set(before or [])
            options[name] = before if is_same else value
        return options
