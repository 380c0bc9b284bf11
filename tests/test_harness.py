"""The tests' own databases, and the one thing about the layout that Python could trip over."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection

from tests.databases import Databases


def test_site_is_a_source_root_and_not_a_package(root: Path) -> None:
    import site

    assert not (root / "site" / "__init__.py").exists()
    assert site.__file__ is not None
    assert not Path(site.__file__).is_relative_to(root)
    assert callable(site.getsitepackages)


def test_core_is_importable_without_django(root: Path) -> None:
    code = "import sys, core, core.embedded; sys.exit('django' in sys.modules)"
    subprocess.run(
        [sys.executable, "-S", "-c", code], check=True, env={"PYTHONPATH": str(root / "site")}
    )


@pytest.mark.database
@pytest.mark.django_db
def test_database_folds_the_case_of_polish_and_belarusian_letters() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT upper('łąż'), lower('ЎІ')")
        assert cursor.fetchone() == ("ŁĄŻ", "ўі")


@pytest.mark.database
@pytest.mark.concurrency
def test_a_database_of_its_own_keeps_commits_from_the_others(
    own_database: str, test_databases: Databases
) -> None:
    Group.objects.create(name="committed")
    other = test_databases.clone(test_databases.template())
    try:
        with test_databases._connect(other).cursor() as cursor:
            cursor.execute("SELECT count(*) FROM auth_group WHERE name = 'committed'")
            assert cursor.fetchone() == (0,)
    finally:
        test_databases.drop(other)


@pytest.mark.database
@pytest.mark.concurrency
def test_together_runs_on_connections_of_their_own(together: Callable[..., list[Any]]) -> None:
    def backend() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    def create() -> Group:
        return Group.objects.create(name="only one")

    assert len(set(together(backend, backend, backend))) == 3
    results = together(create, create)
    assert {type(result) for result in results} == {Group, IntegrityError}
