"""Text, short and long."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forms.schema.definition import Field
from forms.text import one_line, tidy
from forms.types.base import AnswerError, FieldType

SHORT_LIMIT = 200
LONG_LIMIT = 5000


class ShortText(FieldType):
    """One line."""

    name = "text"
    open311 = "string"
    default_limit = SHORT_LIMIT
    allowed_options = frozenset({"max", "min", "autocomplete"})

    def limit(self, field: Field) -> int:
        """The most signs an answer may have."""
        return int(field.options.get("max", self.default_limit))

    def clean(self, field: Field, raw: str) -> str:
        return self._measured(field, one_line(raw))

    def _measured(self, field: Field, text: str) -> str:
        length, limit = len(text), self.limit(field)
        if length > limit:
            raise AnswerError(
                ngettext(
                    "Shorten it by %(excess)s sign: there are %(length)s, the limit is %(limit)s.",
                    "Shorten it by %(excess)s signs: there are %(length)s, the limit is %(limit)s.",
                    length - limit,
                )
                % {"excess": length - limit, "length": length, "limit": limit}
            )
        least = int(field.options.get("min", 0))
        if length < least:
            raise AnswerError(
                ngettext(
                    "Write more: %(missing)s sign is missing (at least %(least)s).",
                    "Write more: %(missing)s signs are missing (at least %(least)s).",
                    least - length,
                )
                % {"missing": least - length, "least": least}
            )
        return text


class LongText(ShortText):
    """Several lines, with a counter."""

    name = "long_text"
    open311 = "text"
    default_limit = LONG_LIMIT
    allowed_options = frozenset({"max", "min", "rows"})

    def clean(self, field: Field, raw: str) -> str:
        return self._measured(field, tidy(raw).strip())

    def counted_limit(self, field: Field) -> int | None:
        return self.limit(field)

    def missing(self, field: Field) -> str:
        return _("Write your answer here.")
