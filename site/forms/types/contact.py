"""E-mail addresses and telephone numbers."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from forms.schema.definition import Field
from forms.text import one_line
from forms.types.base import AnswerError, FieldType

EMAIL_LIMIT = 254
_IGNORED = re.compile(r"[\s().\-–/\u00a0]")
_COUNTRY = "+48"


class Email(FieldType):
    """An e-mail address."""

    name = "email"
    input_type = "email"
    autocomplete = "email"

    def clean(self, field: Field, raw: str) -> str:
        address = one_line(raw)
        try:
            validate_email(address)
        except ValidationError:
            raise AnswerError(
                _("Type a full e-mail address, for example anna.nowak@example.com.")
            ) from None
        if len(address) > EMAIL_LIMIT:
            raise AnswerError(_("This e-mail address is too long."))
        return address


class Phone(FieldType):
    """A telephone number: nine digits in Poland, others with their country’s prefix."""

    name = "phone"
    input_type = "tel"
    input_mode = "tel"
    autocomplete = "tel"

    def clean(self, field: Field, raw: str) -> str:
        number = _IGNORED.sub("", raw)
        if number.startswith("00"):
            number = "+" + number[2:]
        if not number.startswith("+"):
            # The zero before Polish area numbers is not dialled any more.
            number = _COUNTRY + (number[1:] if len(number) == 10 and number[0] == "0" else number)
        polish = re.fullmatch(r"\+48[1-9][0-9]{8}", number)
        foreign = re.fullmatch(r"\+(?!48)[1-9][0-9]{6,14}", number)
        if not polish and not foreign:
            raise AnswerError(
                _(
                    "Type nine digits, for example 85 682 21 80; for a foreign number begin "
                    "with “+” and the country’s prefix."
                )
            )
        return number

    def show(self, field: Field, value: Any) -> str:
        if not re.fullmatch(r"\+48[0-9]{9}", value):
            return str(value)
        digits = value[3:]
        if digits[:2] in _MOBILE:
            groups = [digits[:3], digits[3:6], digits[6:]]
        else:
            groups = [digits[:2], digits[2:5], digits[5:7], digits[7:]]
        return "\u00a0".join(groups)


#: First digits of Polish mobile numbers, which are written in threes.
_MOBILE = {"45", "50", "51", "53", "57", "60", "66", "69", "72", "73", "78", "79", "88"}
