"""Why a file is not taken."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError


class FileRefused(ValidationError):
    """The file was not stored. `sentence` says why and what to do; `code` names the reason.

    As a ValidationError it can be raised from a form's `clean_…()` as it is.
    """

    def __init__(self, sentence: Any, code: str) -> None:
        super().__init__(sentence, code=code)
        self.sentence = sentence
