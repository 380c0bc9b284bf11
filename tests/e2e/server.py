"""The server for browser tests, and the log of what browsers did there."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext

from tests import databases


@dataclass
class Server:
    """The site at `url`, on `database` (made from `template`), with its files under `var`."""

    url: str
    template: str
    database: str
    database_url: str
    var: Path

    def address(self, path: str) -> str:
        """The whole address of a path."""
        return f"{self.url}{path}"

    def manage(self, *arguments: str) -> str:
        """Run a `manage.py` command on the server's database; gives what it printed."""
        return subprocess.run(
            [sys.executable, str(databases.ROOT / "manage.py"), *arguments],
            env=self.environment(),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def environment(self) -> dict[str, str]:
        """The environment of the server and its commands."""
        return {
            **os.environ,
            "PYTHONPATH": str(databases.ROOT / "site"),
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": self.database_url,
            "HAJNOWKA_VAR": str(self.var),
            "PORT": str(urlsplit(self.url).port),
            "BASE_URL": self.url,
        }


@dataclass
class Log:
    """What pages asked for and complained about."""

    own: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Write down everything that happens in the context."""
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        context.on("console", self._on_console)

    def _on_console(self, message: Any) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.complaints.append(message.text)

    @property
    def foreign(self) -> list[str]:
        """The requests to other hosts."""
        return [
            url
            for url in self.requests
            if urlsplit(url).scheme not in {"data", "blob", "about"}
            and urlsplit(url).netloc != self.own
        ]

    def check(self) -> None:
        """Fail on a request to another host and on errors in a page."""
        assert not self.foreign, f"Pages asked other hosts: {self.foreign}"
        assert not self.complaints, f"Pages complained: {self.complaints}"
