"""Forms that come with the platform; staff begin from them. Features register theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A shipped form: its area, a name for staff and what gives its JSON."""

    key: str
    area: str
    title: Any
    load: Callable[[], dict[str, Any]]


presets: dict[str, Preset] = {}


def register(preset: Preset) -> None:
    """To be called when applications are ready."""
    presets[preset.key] = preset
