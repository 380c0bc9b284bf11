"""Where things are, how to say things, and the environment for the project's programs."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "site"
VAR = Path(os.environ.get("HAJNOWKA_VAR") or ROOT / "var").absolute()
VENV = Path(os.environ.get("HAJNOWKA_VENV") or ROOT / ".venv").absolute()
PYTHON = VENV / "bin" / "python"


class Problem(Exception):
    """Something the person at the keyboard can mend: one sentence, with the remedy."""


def say(text: str = "") -> None:
    """One line, at once, also through a pipe."""
    print(text, flush=True)


def step(text: str) -> None:
    """Announce what is done next."""
    say(f"• {text}")


def fail(text: str, code: int = 1) -> NoReturn:
    """End with one sentence on standard error."""
    sys.stdout.flush()
    print(f"✗ {text}", file=sys.stderr, flush=True)
    sys.exit(code)


def environment(**changes: str) -> dict[str, str]:
    """The environment for the project's own programs, whatever stands in the caller's."""
    result = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    result |= {
        "PYTHONPATH": str(SITE),
        "PYTHONUNBUFFERED": "1",
        "PYTHONNOUSERSITE": "1",
        "HAJNOWKA_VAR": str(VAR),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    return result | changes


def manage(*arguments: str) -> list[str]:
    """The command line of a `manage.py` command."""
    return [str(PYTHON), str(ROOT / "manage.py"), *arguments]


def check_platform() -> None:
    """Refuse what cannot work anywhere below. Raises Problem."""
    if os.pathsep in str(ROOT):
        raise Problem(
            f"The folder's path contains a '{os.pathsep}', which Python's environments do not "
            f"allow: move the project out of {ROOT}."
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        raise Problem(
            f"{sys.executable} has no ensurepip, which makes environments for packages: "
            f"on Debian and Ubuntu run `sudo apt-get install {version}-venv`."
        ) from None


def make_writable(folder: Path) -> None:
    """Have the folder and be able to write in it. Raises Problem."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial = folder / f".trial-{os.getpid()}"
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise Problem(
            f"Cannot write to {folder} ({error.strerror}): make it writable for this user, "
            "or set HAJNOWKA_VAR to a folder that is."
        ) from None


class Locked(Exception):
    """Another process holds the lock; the argument is what it has noted in it."""


@contextmanager
def locked(path: Path, note: str = "", *, wait: bool = False) -> Iterator[int]:
    """Hold `path` as a lock, which the kernel drops however this process ends.

    Gives the descriptor (a child that gets it keeps the lock). Raises Locked when not waiting.
    """
    with open(path, "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            file.seek(0)
            raise Locked(file.read().strip()) from None
        file.truncate(0)
        file.write(note)
        file.flush()
        yield file.fileno()
