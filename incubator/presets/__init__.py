"""Forms that come with the incubator; staff may use them as they are or begin from them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PLACE = "place"


def preset(name: str) -> dict[str, Any]:
    """The JSON of a shipped form, as `forms.schema.read_form` takes it."""
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
