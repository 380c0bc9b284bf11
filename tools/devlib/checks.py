"""`check`: everything that can be said about the code without running the tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

from devlib.packages import NO_NETWORK
from devlib.project import PYTHON, ROOT, VAR, environment, manage, say

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "only-for-the-check-" + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ",
    "DATABASE_URL": "postgresql://nobody:nothing@localhost/nowhere",
    "ALLOWED_HOSTS": "odnowa.example",
}
UNREACHABLE = re.compile(NO_NETWORK.pattern + r"|ServiceError|ConnectionError|HTTPError|Timeout")


def run(only: list[str]) -> None:
    """Run all the checks (or the named ones), then tell which failed. Ends the process."""
    failed, skipped = [], []
    for name, command in _checks().items():
        if only and name not in only:
            continue
        say(f"── {name}")
        started = time.monotonic()
        settings = {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
        env = environment(HAJNOWKA_VAR=str(VAR / "test"), NO_COLOR="1", **settings)
        if name == "deploy":
            env |= PRODUCTION
        result = subprocess.run(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if result.returncode and name == "audit" and UNREACHABLE.search(result.stdout):
            skipped.append(name)
            say("   NOT CHECKED: the vulnerability database cannot be reached from here.")
            continue
        if result.returncode:
            failed.append(name)
            say(result.stdout.rstrip())
        word = "FAILED" if result.returncode else "ok"
        say(f"   {word} ({time.monotonic() - started:.1f} s)")
    say()
    if skipped:
        say(f"Not checked (no network): {', '.join(skipped)}")
    if failed:
        say(f"Failed: {', '.join(failed)}")
        sys.exit(1)
    say("All checks passed.")


def _checks() -> dict[str, list[str]]:
    python = [str(PYTHON), "-m"]
    code = [name for name in _packages() if (ROOT / name).exists()]
    return {
        "format": [*python, "ruff", "format", "--check", "--output-format", "concise", "."],
        "lint": [*python, "ruff", "check", "--output-format", "concise", "."],
        "templates": [*python, "djlint", "--lint", "--quiet", "templates"],
        "types": [*python, "mypy", *code],
        "layers": [
            str(PYTHON),
            "-c",
            "from importlinter.cli import lint_imports_command as c; c()",
        ],
        "migrations": manage("makemigrations", "--check", "--dry-run"),
        "deploy": manage("check", "--deploy", "--fail-level", "WARNING"),
        "translations": manage("messages", "--check"),
        "audit": [
            *[*python, "pip_audit", "--requirement", "requirements.lock", "--no-deps"],
            *["--disable-pip", "--progress-spinner", "off", "--timeout", "15"],
        ],
    }


def _packages() -> list[str]:
    """The source packages: those in `site/` and the applications beside it."""
    found = [f"site/{path.name}" for path in (ROOT / "site").iterdir() if _is_package(path)]
    found += [path.name for path in ROOT.iterdir() if _is_package(path) and path.name != "tests"]
    return [*sorted(found), "tools"]


def _is_package(path: os.PathLike[str]) -> bool:
    return os.path.exists(os.path.join(path, "__init__.py"))
