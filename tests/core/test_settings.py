"""Production refuses to start without its secrets, in a sentence, and is as strict as asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

COMPLETE = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "only-for-this-test-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "DATABASE_URL": "postgresql://nobody:nothing@127.0.0.1:1/nowhere",
    "ALLOWED_HOSTS": "odnowa.example",
}
NEEDED = ("SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS")


def run(root: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A Python process of the project with these variables alone."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root / "site"), **environment}
    return subprocess.run(
        [sys.executable, *command],
        cwd=root,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_secret_stops_every_command(root: Path, name: str) -> None:
    result = run(root, "manage.py", "check", **(COMPLETE | {name: ""}))
    assert result.returncode == 1
    assert f"✗ {name} is not set" in result.stdout
    assert "Traceback" not in result.stdout


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_secret_stops_the_server(root: Path, name: str) -> None:
    environment = {key: value for key, value in COMPLETE.items() if key != name}
    result = run(root, "-c", "import config.wsgi", **environment)
    assert result.returncode == 1
    assert f"{name} is not set" in result.stdout


def test_the_deployment_check_has_nothing_to_say(root: Path) -> None:
    result = run(root, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **COMPLETE)
    assert result.returncode == 0, result.stdout
    assert "no issues (" in result.stdout


def test_the_demo_does_not_load_into_a_town(root: Path) -> None:
    for command in ("load_demo", "demo_logins"):
        result = run(root, "manage.py", command, **COMPLETE)
        assert result.returncode == 1
        assert "production" in result.stdout
        assert "Traceback" not in result.stdout


def test_processes_that_start_together_share_a_secret(root: Path, tmp_path: Path) -> None:
    ask = "from config.environment import secret_file; print(secret_file('new'))"
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root / "site")}
    together = [
        subprocess.Popen(
            [sys.executable, "-c", ask],
            env=env | {"HAJNOWKA_VAR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    values = {process.communicate()[0].strip() for process in together}
    assert len(values) == 1
    assert len(values.pop()) == 64
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["new"]
    assert (tmp_path / "secrets" / "new").stat().st_mode & 0o777 == 0o600
