"""What every test may use. The fixtures for a browser are in tests/e2e/conftest.py."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connections

from config.environment import database
from tests import databases
from tests.databases import Databases, pointed_at

NO_BROWSER = "BROWSER TESTS WERE NOT RUN"

# The same examples in every run, and no clock: a busy machine is not a fault of the code.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """Give each process a folder of its own for the files that tests write."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    settings.MEDIA_ROOT = str(databases.VAR / worker / "media")
    settings.EMAIL_FILE_PATH = str(databases.VAR / worker / "mail")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly, once, that browser tests were left out."""
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    left_out = sum(NO_BROWSER in reason for reason in skipped)
    if left_out:
        terminalreporter.section(f"{left_out} {NO_BROWSER}", sep="!", red=True, bold=True)
        terminalreporter.line(
            "There is no Chromium here: install it (Debian: apt-get install chromium) or name "
            "it in CHROMIUM.",
            red=True,
        )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse tests that would empty the tables of the others."""
    for item in items:
        mark = item.get_closest_marker("django_db")
        if mark and (mark.kwargs.get("transaction") or mark.kwargs.get("reset_sequences")):
            raise pytest.UsageError(
                f"{item.nodeid}: a transactional test empties the database afterwards; "
                "use the fixture own_database, which gives a fresh clone."
            )


@pytest.fixture(scope="session")
def run_name(request: pytest.FixtureRequest) -> str:
    """The name of this run, the same in all of its processes."""
    worker_input = getattr(request.config, "workerinput", None)
    return str(worker_input["testrunuid"])[:12] if worker_input else uuid.uuid4().hex[:12]


@pytest.fixture(scope="session")
def test_databases(
    run_name: str, django_test_environment: None, django_db_blocker: Any
) -> Databases:
    """The server and its templates."""
    url = databases.server_url()
    address = database(url)
    # The settings were read before there was a server.
    for name in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS"):
        connections.settings["default"][name] = address[name]
    with django_db_blocker.unblock():
        return Databases(url, run_name)


@pytest.fixture(scope="session")
def django_db_setup(test_databases: Databases, django_db_blocker: Any) -> Iterator[None]:
    """Replaces pytest-django's: one clone of the template for this process."""
    with django_db_blocker.unblock():
        name = test_databases.clone(test_databases.template())
        with pointed_at(name):
            yield
        test_databases.drop(name)


@pytest.fixture
def own_database(
    test_databases: Databases, django_db_setup: None, django_db_blocker: Any
) -> Iterator[str]:
    """A fresh database for this test alone, without a transaction around it.

    For tests of commits, locks and several connections. Gives its name.
    """
    with django_db_blocker.unblock():
        name = test_databases.clone(test_databases.template())
        try:
            with pointed_at(name):
                yield name
        finally:
            test_databases.drop(name)


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """Caches outlive the transaction that a test is rolled back with; here they do not."""
    for alias in caches:
        caches[alias].clear()


@pytest.fixture(autouse=True)
def _concurrency_has_its_own(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("concurrency"):
        request.getfixturevalue("own_database")


@pytest.fixture
def together() -> Callable[..., list[Any]]:
    """Run functions at the same moment, each in a thread with its own database connection.

    Gives their results in order; where one raised, the exception instead.
    """

    def run(*functions: Callable[[], Any]) -> list[Any]:
        barrier = threading.Barrier(len(functions))

        def attempt(function: Callable[[], Any]) -> Any:
            try:
                connections["default"].ensure_connection()
                barrier.wait(timeout=20)
                return function()
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(functions)) as pool:
            return list(pool.map(attempt, functions))

    return run


@pytest.fixture
def root() -> Path:
    """The project's folder."""
    return databases.ROOT
