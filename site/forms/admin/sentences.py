"""What staff read about types of questions and about what is wrong with a form."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from forms.schema import Problem

#: Types in the order in which they are offered: name, what it is called, what it is for.
TYPES: list[tuple[str, Any, Any]] = [
    ("text", _("Short text"), _("One line: a name, a title, an address.")),
    ("long_text", _("Long text"), _("Several lines with a counter of signs.")),
    ("number", _("Number"), _("How many people, hours, pieces.")),
    ("money", _("Amount"), _("Złoty and grosze.")),
    ("date", _("Date"), _("A day.")),
    ("datetime", _("Date and hour"), _("A day and an hour of Hajnówka’s clock.")),
    ("choice", _("One of several answers"), _("Exactly one may be chosen.")),
    ("choices", _("Several answers"), _("Any number may be ticked.")),
    ("yes_no", _("Yes or no"), _("Good for opening further questions.")),
    ("table", _("Table"), _("A budget, a timetable: rows with columns, added up.")),
    ("file", _("Files"), _("Attachments, scanned for viruses and listed with their digests.")),
    ("declaration", _("Declaration"), _("A sentence that has to be ticked.")),
    ("email", _("E-mail address"), _("Checked as it is typed.")),
    ("phone", _("Telephone"), _("Nine digits, or a foreign number with its prefix.")),
]
TYPE_NAMES = {name: label for name, label, _hint in TYPES}

SENTENCES = {
    "not_a_form": _("This is not a form."),
    "no_steps": _("Add at least one step."),
    "step_twice": _("Two steps have the same key “%(key)s”."),
    "step_empty": _("This step has no questions yet. Add one, or delete the step."),
    "field_twice": _("Two questions have the same key."),
    "key_reserved": _("The key of this question is used by the form itself."),
    "key_bad": _("“%(key)s” is not a key: small letters, digits and “_”, a letter first."),
    "name_unknown": _("“%(name)s” is not a part of a question."),
    "type_unknown": _("There is no type “%(type)s”."),
    "audience_unknown": _("Say who may see the answer."),
    "text_missing": _("The Polish text is missing."),
    "language_unknown": _("The site does not speak the language “%(language)s”."),
    "choices_differ": _("Two answers to choose from are the same, or one is empty."),
    "rows_differ": _("Two rows are the same, or one is empty."),
    "condition_shape": _("The condition cannot be read. Set it anew."),
    "condition_empty": _("The condition is empty. Set it anew."),
    "condition_not_before": _(
        "The condition looks at the question “%(other)s”, which is not asked before this one. "
        "Move the questions or change the condition."
    ),
    "condition_values": _(
        "The condition waits for an answer that the question “%(other)s” does not offer."
    ),
    "option_unknown": _("The setting “%(option)s” does not belong to this type."),
    "option_not_count": _("The setting “%(option)s” has to be a whole number from 0."),
    "option_not_number": _("The setting “%(option)s” has to be a number."),
    "option_not_date": _("The setting “%(option)s” has to be a date."),
    "options_crossed": _("The least is more than the most."),
    "few_choices": _("Write at least two answers to choose from."),
    "no_choices": _("This type has no answers to choose from."),
    "no_columns": _("Add at least one column."),
    "columns_unexpected": _("Only tables have columns and rows."),
    "column_twice": _("Two columns have the same key “%(column)s”."),
    "column_type": _("A column cannot be of the type “%(type)s”."),
    "column_sum": _("Only numbers and amounts can be added up."),
    "kind_unknown": _("There are no files of the kind “%(kind)s”."),
}


def sentence(problem: Problem, labels: dict[str, str] | None = None) -> str:
    """A problem in the reader's language; `labels` names fields by what they ask."""
    values = {"key": problem.field or problem.step, **problem.values}
    if labels and "other" in values:
        values["other"] = labels.get(values["other"], values["other"])
    return str(SENTENCES[problem.code]) % values
