"""Why a file is not taken."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.functional import Promise


class FileRefused(ValidationError):
    """The file was not stored. `sentence` says why and what to do; `code` names the reason.

    As a ValidationError it can be raised from a form's `clean_…()` as it is.
    """

    def __init__(self, sentence: str | Promise, code: str) -> None:
        super().__init__(sentence, code=code)
        self.sentence = sentence
