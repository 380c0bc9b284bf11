"""Showing a step of a form through the same components as every other form of the site.

A step becomes a Django form whose fields have the site's widgets. It only shows: what was typed,
and the sentences that `forms.checking` has said about it. It never validates.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms as django_forms
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from forms.canonical import canonical
from forms.checking import Files, raw_answer, with_files
from forms.merging import Conflict
from forms.schema import Condition, Field, Form, Step, Text
from forms.table_view import TableView, table_view
from forms.types import FileInfo, registry
from forms.types.choices import YES
from forms.types.measures import parse_date, parse_moment

#: Hidden inputs beside each answer: a digest of what the page showed, by which a save without
#: JavaScript knows what its sender has changed.
SHOWN_PREFIX = "shown-"


def fingerprint(raw: Any) -> str:
    """A short digest of an answer as shown; empty answers of all kinds have the same one."""
    return hashlib.sha256(canonical(raw or "")).hexdigest()[:16]


def read_posted(step: Step, posted: QueryDict, *, only: Sequence[str] | None = None) -> dict:
    """The answers in a submitted step that its sender has changed, as typed.

    `only` names the changed ones where a script has said so; otherwise the digests of what the
    page showed tell.
    """
    found = {}
    for item in step.fields:
        kind = registry[item.type]
        if kind.takes_files or (only is not None and item.key not in only):
            continue
        raw = kind.read(item, posted.getlist(item.key))
        if only is None and posted.get(SHOWN_PREFIX + item.key) == fingerprint(raw):
            continue
        found[item.key] = raw
    return found


class StepForm(django_forms.Form):
    """A step as Django's own templates and ours expect it. Only for showing."""

    use_required_attribute = False

    def __init__(
        self, fields: Mapping[str, django_forms.Field], values: Mapping[str, Any], errors: Any
    ) -> None:
        super().__init__(initial=dict(values), auto_id="a-%s")
        self.fields.update(fields)
        self._said = ErrorDict(
            {key: ErrorList([text], renderer=self.renderer) for key, text in errors.items()}
        )

    @property
    def errors(self) -> ErrorDict:
        return self._said


@dataclass
class Question:
    """One question on a page: the bound field and what stands around it."""

    definition: Field
    bound: django_forms.BoundField
    raw: Any
    condition: str = ""
    condition_json: str = ""
    files: Sequence[FileInfo] = ()
    conflict: Conflict | None = None
    conflict_by: str = ""
    error: str = ""
    #: What a team has told each other about it, where a feature has that.
    comments: Sequence[Any] = ()
    #: Endings and types of files, as the `accept` of a file input lists them.
    accept: str = ""
    accept_words: str = ""

    @property
    def key(self) -> str:
        return self.definition.key

    @property
    def kind(self) -> str:
        return self.definition.type

    @property
    def takes_files(self) -> bool:
        return registry[self.kind].takes_files

    @property
    def is_table(self) -> bool:
        return registry[self.kind].has_columns

    @property
    def table(self) -> TableView | None:
        """The controls, where the answer is a table."""
        return table_view(self.definition, self.raw, with_errors=bool(self.error))

    @property
    def shown_name(self) -> str:
        return SHOWN_PREFIX + self.key

    @property
    def shown(self) -> str:
        raw = self.conflict.theirs if self.conflict else self.raw
        return fingerprint(initial_value(self.definition, raw))

    @property
    def limit(self) -> int | None:
        """The most signs, where they are counted under the field."""
        return registry[self.kind].counted_limit(self.definition)

    @property
    def length(self) -> int:
        return len(self.raw or "")

    @property
    def can_add_file(self) -> bool:
        return len(self.files) < registry[self.kind].max_files(self.definition)

    @property
    def theirs_text(self) -> str:
        """The other answer of a conflict, in words."""
        if self.conflict is None:
            return ""
        return registry[self.kind].show_raw(self.definition, self.conflict.theirs)


@dataclass
class StepView:
    """A step ready for its template."""

    step: Step
    form: StepForm
    questions: list[Question] = field(default_factory=list)

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    @property
    def has_errors(self) -> bool:
        return bool(self.form.errors)


def step_view(
    form: Form,
    step: Step,
    answers: Mapping[str, Any],
    files: Files,
    *,
    errors: Mapping[str, str] | None = None,
    conflicts: Sequence[Conflict] = (),
    names: Mapping[int, str] | None = None,
) -> StepView:
    """A step with its answers. `names` gives the names of accounts for conflicts."""
    seen = with_files(form, answers, files)
    fields = [item for item in step.fields if _belongs_here(form, step, item, seen)]
    said = {item.key: errors[item.key] for item in fields if errors and item.key in errors}
    values = {item.key: raw_answer(item, answers, files) for item in fields}
    django_fields = {
        item.key: _django_field(item, values[item.key], required=item.is_required(seen))
        for item in fields
    }
    shown = {key: _shown(form.fields[key], raw) for key, raw in values.items()}
    view = StepView(step, StepForm(django_fields, shown, said))
    by_key = {conflict.key: conflict for conflict in conflicts}
    for item in fields:
        conflict = by_key.get(item.key)
        view.questions.append(
            Question(
                definition=item,
                bound=view.form[item.key],
                raw=values[item.key],
                condition=condition_text(form, item.visible_when) if item.visible_when else "",
                condition_json=(
                    json.dumps(item.visible_when.as_json()) if item.visible_when else ""
                ),
                files=list(files.get(item.key, ())),
                conflict=conflict,
                conflict_by=(names or {}).get(conflict.by or 0, "") if conflict else "",
                error=said.get(item.key, ""),
            )
        )
    return view


def other_answers(form: Form, step: Step, answers: Mapping[str, Any], files: Files) -> str:
    """Answers on other steps that conditions here look at, as JSON for the script."""
    here = {item.key for item in step.fields}
    needed = {
        key
        for item in step.fields
        if item.visible_when
        for key in item.visible_when.fields()
        if key not in here
    }
    seen = with_files(form, answers, files)
    asked = form.asked(seen)
    given = {key: seen.get(key) or [] for key in sorted(needed) if key in asked}
    return json.dumps({k: [v] if isinstance(v, str) else v for k, v in given.items()})


def _belongs_here(form: Form, step: Step, item: Field, seen: Mapping[str, Any]) -> bool:
    """Whether a question may be asked on this page: not when other steps have ruled it out."""
    if item.visible_when is None or item.key in form.asked(seen):
        return True
    here = {field.key for field in step.fields}
    return not here.isdisjoint(item.visible_when.fields())


def condition_text(form: Form, condition: Condition) -> str:
    """In words when a question is to be answered, for readers whose browser does not hide it."""
    if condition.operator in {"all", "any"}:
        joint = _(" and ") if condition.operator == "all" else _(" or ")
        return joint.join(condition_text(form, part) for part in condition.parts)
    if condition.operator == "not":
        return _("not (%(condition)s)") % {"condition": condition_text(form, condition.parts[0])}
    asked = form.fields[condition.field]
    if condition.operator == "filled":
        return _("“%(question)s” is answered") % {"question": asked.label}
    kind = registry[asked.type]
    answers = _(" or ").join(
        f"“{kind.show_raw(asked, [value] if kind.is_multiple else value)}”"
        for value in condition.values
    )
    return _("“%(question)s” is %(answers)s") % {"question": asked.label, "answers": answers}


def in_own_language(text: Text) -> Any:
    """A text of a form; marked with its language where that is not the page's."""
    if not text or text.language == get_language():
        return str(text)
    return format_html('<span lang="{}">{}</span>', text.language, str(text))


def initial_value(item: Field, raw: Any) -> Any:
    """An answer as its control takes it: a date input understands ISO alone."""
    if item.type == "date" and (day := parse_date(raw)):
        return day.isoformat()
    if item.type == "datetime" and (moment := parse_moment(raw or "")):
        return moment.isoformat(timespec="minutes")
    return raw


def _shown(item: Field, raw: Any) -> Any:
    return bool(raw) if item.type == "declaration" else initial_value(item, raw)


def _django_field(item: Field, raw: Any, *, required: bool) -> django_forms.Field:
    kind = registry[item.type]
    common: dict[str, Any] = {
        "label": in_own_language(item.label),
        "help_text": _help(item),
        "required": required,
    }
    if item.type == "declaration":
        return django_forms.BooleanField(
            widget=django_forms.CheckboxInput({"value": YES}), **common
        )
    if kind.takes_files or kind.has_columns:
        return django_forms.Field(widget=django_forms.TextInput(), **common)
    if kind.is_group:
        choices = [(choice.value, in_own_language(choice.label)) for choice in kind.choices(item)]
        if kind.is_multiple:
            boxes = django_forms.CheckboxSelectMultiple()
            return django_forms.MultipleChoiceField(choices=choices, widget=boxes, **common)
        buttons = django_forms.RadioSelect()
        return django_forms.ChoiceField(choices=choices, widget=buttons, **common)
    attrs: dict[str, Any] = {"class": _css_class(item)}
    if kind.input_mode:
        attrs["inputmode"] = kind.input_mode
    if autocomplete := item.options.get("autocomplete", kind.autocomplete):
        attrs["autocomplete"] = autocomplete
    if item.type == "long_text":
        attrs["rows"] = item.options.get("rows", 7)
        return django_forms.CharField(widget=django_forms.Textarea(attrs), **common)
    widget = django_forms.TextInput(attrs)
    widget.input_type = kind.input_type
    if item.type == "date" and raw and parse_date(raw) is None:
        # A date input would not show what it does not understand.
        widget.input_type = "text"
    if item.type == "datetime" and raw and parse_moment(raw) is None:
        widget.input_type = "text"
    return django_forms.CharField(widget=widget, **common)


def _help(item: Field) -> Any:
    """The hint, and an example where there is one: read out together with the field."""
    hint = in_own_language(item.help)
    if not item.example:
        return hint
    label, example = _("For example:"), in_own_language(item.example)
    if not hint:
        return format_html("{} {}", label, example)
    return format_html('{}<span class="field__example">{} {}</span>', hint, label, example)


def _css_class(item: Field) -> str:
    sizes = {
        "number": "short",
        "money": "short",
        "date": "date",
        "datetime": "date",
    }
    return f"input input--{sizes[item.type]}" if item.type in sizes else "input"
