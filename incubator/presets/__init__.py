"""Forms that come with the incubator; staff may use them as they are or begin from them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from forms.models.blueprint import Area
from forms.presets import Preset

FOLDER = Path(__file__).parent
PLACE = "place"
GRANT = "grant"


def preset(name: str) -> dict[str, Any]:
    """The JSON of a shipped form, as `forms.schema.read_form` takes it."""
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


PRESETS = (
    Preset(
        PLACE,
        Area.INCUBATOR,
        _("a place in the incubator: rooms and a mentor"),
        lambda: preset(PLACE),
    ),
    Preset(
        GRANT,
        Area.INCUBATOR,
        _("a small grant, in the order of the statutory offer form"),
        lambda: preset(GRANT),
    ),
)
