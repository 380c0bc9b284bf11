"""The site as a town runs it: hashed and compressed files, kept pages, another process."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests import databases
from tests.e2e.server import Server

#: What the admin alone needs; compressing it takes half a minute, and no reader asks for it.
ADMIN_FILES = ("wagtail*", "admin", "table_block", "typed_table_block", "taggit", "mfa")


def static_files() -> Path:
    """The public static files, collected once for each of their versions."""
    sources = databases.ROOT / "site" / "static"
    key = databases.digest(path for path in sources.rglob("*") if path.is_file())
    folder = databases.VAR / f"static-{key}"
    if not folder.exists():
        half = databases.VAR / f"static-half-{os.getpid()}"
        command = [sys.executable, str(databases.ROOT / "manage.py"), "collectstatic", "--no-input"]
        for pattern in ADMIN_FILES:
            command += ["--ignore", pattern]
        (half / "static").mkdir(parents=True)
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.demo",
            "DATABASE_URL": "postgresql:///none",
            "HAJNOWKA_VAR": str(half),
        }
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
        for old in databases.VAR.glob("static-*"):
            if not old.name.startswith("static-half"):
                shutil.rmtree(old, ignore_errors=True)
        with suppress(OSError):  # another process was quicker
            (half / "static").rename(folder)
        shutil.rmtree(half, ignore_errors=True)
    return folder


@contextmanager
def town(server: Server, **variables: str) -> Iterator[str]:
    """A second process on the database of `server`, with the settings of `make run`.

    `variables` are further ones of its environment. Gives its address.
    """
    static = server.var / "static"
    if not static.is_symlink():
        static.symlink_to(static_files())
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    url = f"http://localhost:{port}"
    command = [
        *[sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"],
        *["--port", str(port), "--log-level", "warning", "--blocking-threads", "4"],
        *["--backpressure", "256", "config.wsgi:application"],
    ]
    environment = server.environment() | {
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "PORT": str(port),
        "BASE_URL": url,
        **variables,
    }
    with (server.var / "town.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=databases.ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        for _attempt in range(600):
            with suppress(OSError), urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310
                break
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
