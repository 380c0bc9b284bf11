"""Choosing, yes or no, and declarations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from forms.schema.definition import Choice, Field, Text
from forms.types.base import AnswerError, FieldType

YES, NO = "yes", "no"


class SingleChoice(FieldType):
    """One of several answers."""

    name = "choice"
    open311 = "singlevaluelist"
    input_type = "radio"
    has_choices = True
    is_group = True

    def choices(self, field: Field) -> Sequence[Choice]:
        """What can be chosen."""
        return field.choices

    def raw_values(self, field: Field) -> Iterable[str]:
        return [choice.value for choice in self.choices(field)]

    def clean(self, field: Field, raw: Any) -> Any:
        if raw not in self.raw_values(field):
            raise AnswerError(_("Choose one of the answers in the list."))
        return raw

    def show(self, field: Field, value: Any) -> str:
        return field.choice_label(value)

    def missing(self, field: Field) -> str:
        return _("Choose one answer.")


class MultipleChoice(SingleChoice):
    """Any of several answers."""

    name = "choices"
    open311 = "multivaluelist"
    input_type = "checkbox"
    is_multiple = True
    allowed_options = frozenset({"max", "min"})

    def read(self, field: Field, posted: Sequence[str]) -> list[str]:
        chosen = {value for value in posted if value}
        return [value for value in self.raw_values(field) if value in chosen]

    def clean(self, field: Field, raw: Any) -> list[str]:
        known = set(self.raw_values(field))
        if not set(raw) <= known:
            raise AnswerError(_("Choose only answers in the list."))
        if len(raw) > int(field.options.get("max", len(known))):
            raise AnswerError(
                _("Choose at most %(limit)s answers.") % {"limit": field.options["max"]}
            )
        if len(raw) < int(field.options.get("min", 0)):
            raise AnswerError(
                _("Choose at least %(limit)s answers.") % {"limit": field.options["min"]}
            )
        return [value for value in self.raw_values(field) if value in raw]

    def show(self, field: Field, value: Any) -> str:
        return ", ".join(field.choice_label(item) for item in value)

    def missing(self, field: Field) -> str:
        return _("Choose at least one answer.")


class YesNo(SingleChoice):
    """Yes or no."""

    name = "yes_no"
    has_choices = False

    def choices(self, field: Field) -> Sequence[Choice]:
        return (Choice(YES, _here(_("yes"))), Choice(NO, _here(_("no"))))

    def raw_values(self, field: Field) -> Iterable[str]:
        return (YES, NO)

    def clean(self, field: Field, raw: Any) -> bool:
        return super().clean(field, raw) == YES

    def show(self, field: Field, value: Any) -> str:
        return _("yes") if value else _("no")

    def missing(self, field: Field) -> str:
        return _("Choose “yes” or “no”.")


class Declaration(FieldType):
    """A sentence one agrees to by a tick."""

    name = "declaration"
    input_type = "checkbox"

    def raw_values(self, field: Field) -> Iterable[str]:
        return (YES,)

    def read(self, field: Field, posted: Sequence[str]) -> str:
        return YES if any(posted) else ""

    def clean(self, field: Field, raw: str) -> bool:
        if raw != YES:
            raise AnswerError(self.missing(field))
        return True

    def show(self, field: Field, value: Any) -> str:
        return _("declared") if value else _("not declared")

    def missing(self, field: Field) -> str:
        return _("Tick this declaration; without it the form cannot be sent.")


def _here(text: str) -> Text:
    """A text already in the active language."""
    from django.conf import settings
    from django.utils.translation import get_language

    return Text({get_language() or settings.LANGUAGE_CODE: text, settings.LANGUAGE_CODE: text})
