"""The real server and the real worker as processes of their own, to be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from tests.databases import ROOT, Databases


class Town:
    """Server and worker as separate processes, in groups that die whole."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            self.port = trial.getsockname()[1]
        self.environment, self.log = environment, log
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
        server += ["--port", str(self.port), "--log-level", "warning", "--workers", "2"]
        server += ["--blocking-threads", "4", "--backpressure", "64", "config.wsgi:application"]
        worker = [sys.executable, str(ROOT / "manage.py"), "worker"]
        with self.log.open("ab") as log:
            self.running = [
                subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
                for command in (server, worker)
            ]
        for _attempt in range(600):
            with suppress(OSError), self.open("/healthz"):
                return
            time.sleep(0.1)
        raise AssertionError(f"the server did not start:\n{self.log.read_text()}")

    def kill(self) -> None:
        for process in self.running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def open(self, path: str, data: bytes | None = None, cookie: str = "") -> Any:
        request = urllib.request.Request(
            f"http://localhost:{self.port}{path}", data=data, headers={"Cookie": cookie}
        )
        return urllib.request.urlopen(request, timeout=10)  # noqa: S310


@pytest.fixture
def town(own_database: str, test_databases: Databases, tmp_path: Path) -> Any:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": test_databases.url_of(own_database),
        "HAJNOWKA_VAR": str(Path(django_settings.KEYS_DIR).parent),
        "PYTHONPATH": str(ROOT / "site"),
    }
    found = Town(environment, tmp_path / "town.log")
    yield found
    found.kill()
