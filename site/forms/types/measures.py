"""Numbers, money and dates, as people of four languages type them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.i18n import dates, numbers
from forms.schema.definition import Field
from forms.types.base import AnswerError, FieldType

# Spaces of all widths, and the apostrophe some people part thousands with.
_BETWEEN_DIGITS = re.compile(r"[\s\u00a0\u202f\u2009']")
_CURRENCY = re.compile(r"(?:zł|zl|pln)\.?$", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]+)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[./\- ]([0-9]{1,2})[./\- ]([0-9]{4})(?:\s*r\.?)?")
_WITH_HOUR = re.compile(
    r"(?P<day>.+?)(?:T|,?\s+)(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})(?::00)?"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")


def parse_decimal(text: str) -> Decimal | None:
    """A number typed with comma or point, None for anything else.

    Thousands may be parted by spaces. A comma or point always begins the fraction: guessing
    that "1.234" means a thousand would be wrong in half of the languages.
    """
    text = _BETWEEN_DIGITS.sub("", text)
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def parse_date(text: str) -> date | None:
    """A date as browsers send it (2026-12-04) or people type it (4.12.2026), else None."""
    text = text.strip()
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


class Number(FieldType):
    """A number; whole unless the option `decimals` says otherwise."""

    name = "number"
    open311 = "number"
    input_mode = "numeric"
    allowed_options = frozenset({"min", "max", "decimals"})

    def counts(self, option: str) -> bool:
        return False

    def limit_problems(self, field: Field) -> Iterator[tuple[str, str, dict[str, Any]]]:
        limits = []
        for name in ("min", "max", "decimals"):
            if name in field.options:
                limits.append(parse_decimal(str(field.options[name])))
                if limits[-1] is None:
                    yield "option_not_number", "options", {"option": name}
        low, high = field.options.get("min"), field.options.get("max")
        least, most = limits[0] if limits else None, limits[1] if len(limits) > 1 else None
        if None not in (low, high) and least is not None and most is not None and least > most:
            yield "options_crossed", "options", {}

    def decimals(self, field: Field) -> int:
        """How many digits may stand after the comma."""
        return int(field.options.get("decimals", 0))

    def parse(self, raw: str) -> Decimal | None:
        return parse_decimal(raw)

    def not_a_number(self, field: Field) -> str:
        return _("Type a number in digits, for example 40.")

    def too_fine(self, field: Field) -> str:
        if self.decimals(field) == 0:
            return _("Type a whole number, without a fraction.")
        return _("Type at most %(count)s digits after the comma.") % {"count": self.decimals(field)}

    def clean(self, field: Field, raw: str) -> str:
        value = self.parse(raw)
        if value is None:
            raise AnswerError(self.not_a_number(field))
        if -_exponent(value) > self.decimals(field):
            raise AnswerError(self.too_fine(field))
        low, high = field.options.get("min"), field.options.get("max")
        if low is not None and value < Decimal(str(low)):
            raise AnswerError(_("The least is %(limit)s.") % {"limit": self._text(field, low)})
        if high is not None and value > Decimal(str(high)):
            raise AnswerError(_("The most is %(limit)s.") % {"limit": self._text(field, high)})
        return format(value.quantize(Decimal(1).scaleb(-self.decimals(field))), "f")

    def show(self, field: Field, value: Any) -> str:
        return self._text(field, value)

    def _text(self, field: Field, value: Any) -> str:
        return numbers.number(str(value))


class Money(Number):
    """An amount in złoty and grosze."""

    name = "money"
    input_mode = "decimal"
    allowed_options = frozenset({"min", "max"})

    def decimals(self, field: Field) -> int:
        return 2

    def parse(self, raw: str) -> Decimal | None:
        return parse_decimal(_CURRENCY.sub("", raw.strip()))

    def not_a_number(self, field: Field) -> str:
        return _("Type an amount in digits, for example 1500 or 1500,50.")

    def too_fine(self, field: Field) -> str:
        return _("Type the grosze as two digits, for example 1500,50.")

    def _text(self, field: Field, value: Any) -> str:
        return numbers.money(str(value))


class Date(FieldType):
    """A day."""

    name = "date"
    open311 = "datetime"
    input_type = "date"
    allowed_options = frozenset({"min", "max"})

    def counts(self, option: str) -> bool:
        return False

    def limit_problems(self, field: Field) -> Iterator[tuple[str, str, dict[str, Any]]]:
        days = []
        for name in ("min", "max"):
            if name in field.options:
                days.append(parse_date(str(field.options[name])))
                if days[-1] is None:
                    yield "option_not_date", "options", {"option": name}
        if len(days) == 2 and days[0] and days[1] and days[0] > days[1]:
            yield "options_crossed", "options", {}

    def clean(self, field: Field, raw: str) -> str:
        value = parse_date(raw)
        if value is None:
            raise AnswerError(_("Type a date that exists, for example 4.12.2026."))
        low, high = (parse_date(str(field.options.get(name, ""))) for name in ("min", "max"))
        if low and value < low:
            raise AnswerError(_("Choose a day not before %(day)s.") % {"day": dates.long_date(low)})
        if high and value > high:
            raise AnswerError(_("Choose a day not after %(day)s.") % {"day": dates.long_date(high)})
        return value.isoformat()

    def show(self, field: Field, value: Any) -> str:
        return dates.long_date(date.fromisoformat(value))


class DateTime(Date):
    """A day and an hour, of Hajnówka's clock."""

    name = "datetime"
    input_type = "datetime-local"

    def clean(self, field: Field, raw: str) -> str:
        moment = parse_moment(raw)
        if moment is None:
            raise AnswerError(_("Type a day and an hour that exist, for example 4.12.2026 15:30."))
        super().clean(field, moment.date().isoformat())
        return moment.isoformat(timespec="minutes")

    def show(self, field: Field, value: Any) -> str:
        moment = datetime.fromisoformat(value)
        return _("%(day)s, %(hour)s") % {
            "day": dates.long_date(moment.date()),
            "hour": f"{moment:%H:%M}",
        }


def parse_moment(text: str) -> datetime | None:
    """A day and an hour as browsers send them or people type them, else None."""
    match = _WITH_HOUR.fullmatch(text.strip())
    day = parse_date(match["day"]) if match else None
    if match is None or day is None:
        return None
    try:
        return datetime(day.year, day.month, day.day, int(match["hour"]), int(match["minute"]))
    except ValueError:
        return None


def _exponent(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
