"""Checking the answers to a form. Pure: gives values and sentences, changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms.schema.definition import Field, Form
from forms.types import AnswerError, FileInfo, registry

Files = Mapping[str, Sequence[FileInfo]]


@dataclass
class Checked:
    """Values of the answers that can be taken, and a sentence for each that cannot."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_valid(self) -> bool:
        return not self.errors


def raw_answer(item: Field, answers: Mapping[str, Any], files: Files) -> Any:
    """What was answered to a field: for files, the files themselves."""
    kind = registry[item.type]
    if kind.takes_files:
        return list(files.get(item.key, ()))
    return answers.get(item.key) or ([] if kind.is_multiple else "")


def with_files(form: Form, answers: Mapping[str, Any], files: Files) -> dict[str, Any]:
    """Answers in which conditions can also see that a file was added."""
    return {
        **answers,
        **{
            item.key: [info.id for info in files.get(item.key, ())]
            for item in form.fields.values()
            if registry[item.type].takes_files
        },
    }


def check(form: Form, answers: Mapping[str, Any], files: Files, *, step: str = "") -> Checked:
    """Check all answers, or those of one step, in the active language.

    Questions that the other answers make superfluous are left out, whatever stands in them.
    """
    seen = with_files(form, answers, files)
    wanted = form.step(step) if step else None
    result = Checked()
    for item in form.asked(seen).values():
        if wanted is not None and item not in wanted.fields:
            continue
        _check_one(item, raw_answer(item, answers, files), item.is_required(seen), result)
    return result


def _check_one(item: Field, raw: Any, is_required: bool, result: Checked) -> None:
    kind = registry[item.type]
    if kind.is_empty(raw):
        if is_required:
            result.errors[item.key] = kind.missing(item)
        return
    try:
        result.values[item.key] = kind.clean(item, raw)
    except AnswerError as error:
        result.errors[item.key] = str(error)


def filled(form: Form, answers: Mapping[str, Any], files: Files, *, step: str = "") -> bool:
    """Whether a step (or the whole form) has at least one answer."""
    wanted = form.step(step) if step else None
    fields = wanted.fields if wanted else form.fields.values()
    return any(
        not registry[item.type].is_empty(raw_answer(item, answers, files)) for item in fields
    )
