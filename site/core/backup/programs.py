"""PostgreSQL's own programs for dumping and loading."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg2.extensions import make_dsn

from core.backup.errors import BackupError
from core.embedded import EmbeddedError, binaries


def server_version() -> int:
    """The major version of the database server."""
    database: Any = connection
    return int(database.pg_version) // 10_000


def find(name: str) -> Path:
    """The oldest `pg_dump` or `pg_restore` here that is not older than the server.

    Raises BackupError with what to do when there is none.
    """
    server = server_version()
    found = sorted({(major, path) for path in _candidates(name) if (major := _major(path))})
    for major, path in found:
        if major >= server:
            return path
    newest = f"the newest {name} here is {found[-1][0]}" if found else f"there is no {name} here"
    raise BackupError(
        f"The database is PostgreSQL {server} and {newest}: install PostgreSQL's client programs "
        f"of version {server} (on Debian: postgresql-client-{server}) and try again."
    )


def run(command: list[str], *, meanwhile: Callable[[], None]) -> None:
    """Run a program on the site's database, calling `meanwhile` often. Raises BackupError.

    The address goes in as an argument, the password as a variable: arguments are for all to see.
    """
    params = connection.get_connection_params()
    password = str(params.pop("password", "") or "")
    for name in ("cursor_factory", "client_encoding"):
        params.pop(name, None)
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    if password:
        env["PGPASSWORD"] = password
    command = [command[0], f"--dbname={make_dsn(**params)}", *command[1:]]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
        )
        try:
            while process.poll() is None:
                time.sleep(0.05)
                meanwhile()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        if process.returncode:
            complaints.seek(0)
            words = complaints.read(600).decode(errors="replace").strip()
            raise BackupError(f"{Path(command[0]).name} failed: {words}")


def _candidates(name: str) -> Iterator[Path]:
    with suppress(EmbeddedError):
        yield binaries.folder() / "bin" / name
    if on_path := shutil.which(name):
        yield Path(on_path)
    # Debian keeps every version beside the others.
    yield from Path("/usr/lib/postgresql").glob(f"*/bin/{name}")


def _major(path: Path) -> int:
    try:
        result = subprocess.run([str(path), "--version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    number = re.search(rb"(\d+)(\.|devel|beta|rc|\s|$)", result.stdout.partition(b")")[2])
    return int(number[1]) if number else 0
