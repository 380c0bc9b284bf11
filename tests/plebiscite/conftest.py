"""What the tests of the plebiscite need besides the common fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    """Keys, pictures and private files of each test in a folder of its own."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.PRIVATE_STORAGE = {
        **settings.PRIVATE_STORAGE,
        "OPTIONS": {**settings.PRIVATE_STORAGE["OPTIONS"], "location": tmp_path / "private"},
    }


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """What services say, in the words of the source."""
    with translation.override("en"):
        yield


@pytest.fixture
def index_page(db: None) -> Iterator[Any]:
    """The page below which plebiscites stand; visitors read Polish."""
    from home.models import HomePage
    from plebiscite.models import PlebisciteIndexPage

    home = HomePage.objects.get(locale__language_code="pl")
    page = PlebisciteIndexPage(title="Plebiscyt", slug="plebiscyt", lead="Wybieramy.")
    home.add_child(instance=page)
    page.save_revision().publish()
    with translation.override("pl"):
        yield page
