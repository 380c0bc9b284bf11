"""Files. They are sent one by one before the form is, and kept beside the draft."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.files import ALL
from forms.schema.definition import Field
from forms.types.base import AnswerError, FieldType, FileInfo

DEFAULT_MAX_FILES = 3


class Files(FieldType):
    """One file or a few."""

    name = "file"
    input_type = "file"
    is_multiple = True
    takes_files = True
    is_group = True
    allowed_options = frozenset({"max_files", "kinds"})

    def max_files(self, field: Field) -> int:
        """How many files the field takes."""
        return int(field.options.get("max_files", DEFAULT_MAX_FILES))

    def kinds(self, field: Field) -> Sequence[str]:
        """The kinds it takes, as `core.files` names them; empty for all."""
        return tuple(field.options.get("kinds", ()))

    def problems(self, field: Field) -> Iterator[tuple[str, str, dict[str, Any]]]:
        yield from super().problems(field)
        for kind in self.kinds(field):
            if kind not in ALL:
                yield "kind_unknown", "options", {"kind": kind}

    def read(self, field: Field, posted: Sequence[str]) -> list[FileInfo]:
        return []

    def clean(self, field: Field, raw: list[FileInfo]) -> list[dict[str, Any]]:
        if len(raw) > self.max_files(field):
            raise AnswerError(
                ngettext(
                    "Leave at most %(limit)s file.",
                    "Leave at most %(limit)s files.",
                    self.max_files(field),
                )
                % {"limit": self.max_files(field)}
            )
        for info in raw:
            if not info.is_ready:
                raise AnswerError(
                    _("The file “%(name)s” has not passed the virus check. Remove it.")
                    % {"name": info.name}
                )
        return [info.as_json() for info in raw]

    def show(self, field: Field, value: Any) -> str:
        return ", ".join(info["name"] for info in value)

    def show_raw(self, field: Field, raw: Any) -> str:
        return ", ".join(info.name for info in raw or [])

    def missing(self, field: Field) -> str:
        return _("Add a file.")
