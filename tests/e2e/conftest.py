"""A real browser against a real server with the demo content.

Each process of the run has one server, on a database of its own that every test gets fresh. No
browser here reaches another host, and a page that asks for one fails its test; so does one with
an uncaught error or with anything that the content security policy refused.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests import databases
from tests.conftest import NO_BROWSER
from tests.databases import Databases, pointed_at
from tests.e2e.server import Log, Server

HERE = Path(__file__).parent
# Playwright drives an event loop in this thread; these tests use the database beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
#: The one without windows first: the same browser with half the computing.
PROGRAMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
ON_MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome: the one in CHROMIUM, or one that is installed."""
    given = os.environ.get("CHROMIUM")
    for candidate in [given] if given else [*PROGRAMS, ON_MACOS]:
        if found := shutil.which(candidate):
            return found
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder; skip it without a browser, unless one is demanded."""
    chromium = find_chromium()
    for item in items:
        if HERE not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        if chromium is None and os.environ.get("CI_REQUIRE_BROWSER") != "1":
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


# --- The server -------------------------------------------------------------------------------


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@pytest.fixture(scope="session")
def server_process(test_databases: Databases, django_db_blocker: Any) -> Iterator[Server]:
    """One server for this process of the run, on a clone of the database with the demo."""
    port = _free_port()
    with django_db_blocker.unblock():
        demo, files = test_databases.demo_template()
        template = test_databases.clone(demo)
        _stand_on(test_databases, template, port)
        database = test_databases.clone(template)
    var = databases.VAR / os.environ.get("PYTEST_XDIST_WORKER", "main") / "server"
    shutil.rmtree(var, ignore_errors=True)
    for folder in databases.FOLDERS:
        shutil.copytree(files / folder, var / folder)
    url = f"http://localhost:{port}"
    server = Server(url, template, database, test_databases.url_of(database), var)
    log = var / "server.log"
    command = [
        *[sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"],
        *["--port", str(urlsplit(url).port), "--log-level", "warning"],
        *["--blocking-threads", "4", "--backpressure", "256", "config.wsgi:application"],
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=databases.ROOT,
            env=server.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait_until_it_answers(process, url, log)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        test_databases.drop(database)
        test_databases.drop(template)


def _stand_on(test_databases: Databases, name: str, port: int) -> None:
    """Tell the site in a database its port: feeds and calendars hold whole addresses."""
    connection = test_databases._connect(name)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wagtailcore_site SET hostname = 'localhost', port = %s", [port])
    connection.close()


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310 - our own
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The server for the browser tests did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def base_url(server_process: Server) -> str:
    """What relative addresses in `page.goto("/")` begin with."""
    return server_process.url


@pytest.fixture
def server(
    server_process: Server, test_databases: Databases, django_db_blocker: Any
) -> Iterator[Server]:
    """The server, with the demo content as if nobody had touched it yet."""
    with django_db_blocker.unblock():
        test_databases.drop(server_process.database)
        test_databases.copy(server_process.template, server_process.database)
    yield server_process


@pytest.fixture
def server_data(server: Server, django_db_setup: None, django_db_blocker: Any) -> Iterator[Server]:
    """Lets the test itself read and write the server's database through the models."""
    with django_db_blocker.unblock(), pointed_at(server.database):
        yield server


# --- The browser ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, talking to nobody but us."""
    found = find_chromium()
    if found is None:
        pytest.fail("CI_REQUIRE_BROWSER=1, but there is no Chromium here")
    return {**browser_type_launch_args, "executable_path": found, "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], base_url: str) -> dict[str, Any]:
    """How a reader in Hajnówka comes: in Polish, at local time, on a small laptop."""
    return {
        **browser_context_args,
        "base_url": base_url,
        "locale": "pl-PL",
        "timezone_id": "Europe/Warsaw",
        "viewport": {"width": 1280, "height": 800},
        "reduced_motion": "reduce",
    }


@pytest.fixture
def request_log(base_url: str) -> Iterator[Log]:
    """Everything the test's pages asked for; checked when the test ends."""
    log = Log(urlsplit(base_url).netloc)
    yield log
    log.check()


@pytest.fixture
def open_context(
    browser: Browser, server: Server, browser_context_args: dict[str, Any], request_log: Log
) -> Iterator[Callable[..., BrowserContext]]:
    """Make browser contexts: `open_context(width=320, theme="dark", javascript=False)`.

    Further arguments are those of Playwright's `Browser.new_context`.
    """
    contexts: list[BrowserContext] = []

    def make(
        *,
        width: int = 1280,
        height: int = 800,
        theme: str = "light",
        javascript: bool = True,
        **others: Any,
    ) -> BrowserContext:
        arguments = browser_context_args | {
            "viewport": {"width": width, "height": height},
            "color_scheme": theme,
            "java_script_enabled": javascript,
        }
        context = browser.new_context(**(arguments | others))
        context.set_default_timeout(15_000)
        request_log.watch(context)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def open_page(open_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Open a page in a context of its own; arguments as for `open_context`."""

    def make(**arguments: Any) -> Page:
        return open_context(**arguments).new_page()

    return make


@pytest.fixture
def context(open_context: Callable[..., BrowserContext]) -> BrowserContext:
    """A context as most readers have it."""
    return open_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page as most readers have it."""
    return context.new_page()


@pytest.fixture
def no_js_page(open_page: Callable[..., Page]) -> Page:
    """A page in a browser without JavaScript."""
    return open_page(javascript=False)


@pytest.fixture
def sign_in(server: Server) -> Callable[[Page, str], None]:
    """Sign a demo person in to the admin: `sign_in(page, "redaktor@…")`."""
    from django.conf import settings

    def enter(page: Page, email: str) -> None:
        page.goto("/admin/login/")
        page.locator("input[name=username], input[name=login]").first.fill(email)
        page.locator("input[name=password]").fill(settings.DEMO_PASSWORD)
        page.locator("form button[type=submit]").first.click()
        page.wait_for_url(re.compile(r"/admin/(?!login)"))

    return enter
