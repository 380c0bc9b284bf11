"""The demo content for tests without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.databases import Databases, pointed_at


@pytest.fixture
def demo(test_databases: Databases, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of this test's own with the demo content; gives its name."""
    with django_db_blocker.unblock():
        template, _files = test_databases.demo_template()
        name = test_databases.clone(template)
        try:
            with pointed_at(name):
                yield name
        finally:
            test_databases.drop(name)


@pytest.fixture
def demo_files(test_databases: Databases, django_db_blocker: Any, settings: Any) -> None:
    """The files that belong to the demo content, to be read and not to be written."""
    with django_db_blocker.unblock():
        _template, files = test_databases.demo_template()
    settings.MEDIA_ROOT = str(files / "media")
    settings.KEYS_DIR = files / "keys"
