"""What can be wrong with a form, and where. Pure.

The sentences here are for developers; `forms.admin.sentences` has those for the people who build
forms, by the same codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

TEXTS = {
    "not_a_form": "a form is an object with a title and steps",
    "no_steps": "a form has at least one step",
    "step_twice": "step %(key)r is there twice",
    "step_empty": "step %(key)r has no fields",
    "field_twice": "field %(key)r is there twice",
    "key_reserved": "field %(key)r: the name is used by the form itself",
    "key_bad": "%(key)r is not a key of a %(what)s",
    "name_unknown": "field %(key)r: %(name)r is not known",
    "type_unknown": "field %(key)r: there is no type %(type)r",
    "audience_unknown": "field %(key)r: audience %(audience)r is not known",
    "text_missing": "the %(what)s is missing in Polish",
    "language_unknown": "the %(what)s is in %(language)r, which the site does not speak",
    "choices_differ": "field %(key)r: choices need different values that are not empty",
    "rows_differ": "field %(key)r: rows need different values that are not empty",
    "condition_shape": "field %(key)r: a condition is an object",
    "condition_empty": "field %(key)r: %(operator)r without conditions",
    "condition_not_before": (
        "field %(key)r: a condition looks at %(other)r, which is not asked before"
    ),
    "condition_values": "field %(key)r: a condition names no answers of %(other)r",
    "option_unknown": "field %(key)r: option %(option)r is not known",
    "option_not_count": "field %(key)r: option %(option)r is not a whole number from 0",
    "option_not_number": "field %(key)r: option %(option)r is not a number",
    "option_not_date": "field %(key)r: option %(option)r is not a date such as 2026-12-31",
    "options_crossed": "field %(key)r: the least is more than the most",
    "few_choices": "field %(key)r: a choice needs at least two answers to choose from",
    "no_choices": "field %(key)r: type %(type)r has no choices",
    "no_columns": "field %(key)r: a table needs at least one column",
    "columns_unexpected": "field %(key)r: type %(type)r has no columns and rows",
    "column_twice": "field %(key)r: column %(column)r is there twice",
    "column_type": "field %(key)r: a column cannot be of type %(type)r",
    "column_sum": "field %(key)r: only numbers and amounts can be added up",
    "kind_unknown": "field %(key)r: there are no files of kind %(kind)r",
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: its code, the step and field it is in (keys, empty for none)."""

    code: str
    step: str = ""
    field: str = ""
    #: Which part of the field's definition: `choices`, `visible_when`, …
    part: str = ""
    values: Mapping[str, Any] = dataclass_field(default_factory=dict)

    def __str__(self) -> str:
        return TEXTS[self.code] % {"key": self.field or self.step, **self.values}
