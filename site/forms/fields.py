"""Fields of Django forms for what people type on public pages."""

from __future__ import annotations

from typing import Any

from django import forms

from forms.text import tidy


class TidyField(forms.CharField):
    """Text without control signs and without marks that turn the direction of reading."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not isinstance(text, str):
            return text
        return tidy(text).strip() if self.strip else tidy(text)
