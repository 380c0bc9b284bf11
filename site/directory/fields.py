"""Model fields for official numbers: check them, store the compact form, show the grouped one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from directory import identifiers
from directory.identifiers import InvalidIdentifier, Problem

#: People type spaces, dashes and "PL"; the field of a form has room for them.
TYPED_LENGTH = 40


@dataclass(frozen=True)
class Identifier:
    """One kind of number: how it is read and written, and what is said of a wrong one."""

    compact: Callable[[str], str]
    format: Callable[[str], str]
    length: int
    wrong_length: str | Promise
    wrong_check_digit: str | Promise


IDENTIFIERS = {
    "nip": Identifier(
        identifiers.compact_nip,
        identifiers.format_nip,
        10,
        _("A NIP has 10 digits, for example 856-734-62-15."),
        _("The last digit of this NIP does not match the others. Check for a typing error."),
    ),
    "regon": Identifier(
        identifiers.compact_regon,
        identifiers.format_regon,
        14,
        _("A REGON has 9 digits (a local unit’s has 14)."),
        _("The last digit of this REGON does not match the others. Check for a typing error."),
    ),
    "krs": Identifier(
        identifiers.compact_krs,
        identifiers.format_krs,
        10,
        _("A KRS number has at most 10 digits, for example 0000444333."),
        "",
    ),
}
ZEROS = _("A number of zeros alone is not a number of any organisation.")
CHARACTERS = _("Type the number in digits; spaces and dashes do no harm.")


def compact(kind: str, text: str) -> str:
    """The digits to store of a number of `kind` (nip, regon, krs); empty for empty.

    Raises `ValidationError` with a sentence for the person who typed it.
    """
    if not text.strip():
        return ""
    rules = IDENTIFIERS[kind]
    try:
        return rules.compact(text)
    except InvalidIdentifier as error:
        message: Any = {
            Problem.LENGTH: rules.wrong_length,
            Problem.CHECK_DIGIT: rules.wrong_check_digit,
            Problem.ZEROS: ZEROS,
            Problem.CHARACTERS: CHARACTERS,
        }[error.problem]
        raise ValidationError(message, code=error.problem) from None


def show(kind: str, digits: str) -> str:
    """A stored number as people write it."""
    return IDENTIFIERS[kind].format(digits)


class IdentifierField(models.CharField):
    """A NIP, REGON or KRS. Whatever way it is typed, the digits alone are stored."""

    def __init__(self, *args: Any, kind: str = "nip", **kwargs: Any) -> None:
        self.kind = kind
        kwargs.setdefault("max_length", IDENTIFIERS[kind].length)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["kind"] = self.kind
        return name, path, args, kwargs

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        return super().clean(compact(self.kind, str(value or "")), model_instance)

    def formfield(self, **kwargs: Any) -> Any:
        defaults: dict[str, Any] = {
            "form_class": IdentifierFormField,
            "max_length": TYPED_LENGTH,
            "kind": self.kind,
        }
        return super().formfield(**defaults | kwargs)


class _Typed(str):
    """A number as somebody has typed it, which is shown back as it is."""


class IdentifierFormField(forms.CharField):
    """The field of a form for a number: shows it grouped, gives the digits."""

    def __init__(self, *args: Any, kind: str = "nip", **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, **kwargs)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return _Typed(data) if isinstance(data, str) else data

    def prepare_value(self, value: Any) -> Any:
        is_stored = isinstance(value, str) and not isinstance(value, _Typed)
        return show(self.kind, value) if is_stored else value

    def clean(self, value: Any) -> Any:
        return compact(self.kind, super().clean(value))
