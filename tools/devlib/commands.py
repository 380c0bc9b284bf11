"""The list of commands and the short ones among them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from devlib import packages
from devlib.project import (
    PYTHON,
    ROOT,
    SITE,
    VAR,
    Problem,
    check_platform,
    environment,
    fail,
    make_writable,
    manage,
    say,
    step,
)
from devlib.supervisor import Stopped


def main(arguments: list[str]) -> int:
    """Run one command; gives the exit code."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    command = COMMANDS.get(name)
    if command is None:
        show_help([])
        fail(f"There is no command “{name}”.", 2)
    if os.name != "posix":
        fail("This needs Linux or macOS: on Windows use WSL (https://aka.ms/wsl).")
    signal.signal(signal.SIGTERM, _on_signal)
    signal.signal(signal.SIGHUP, _on_signal)
    try:
        command(rest)
    except Problem as problem:
        fail(str(problem))
    except (KeyboardInterrupt, Stopped):
        say("Stopped.")
    return 0


def _on_signal(number: int, frame: object) -> NoReturn:
    raise Stopped


def show_help(rest: list[str]) -> None:
    """List the commands."""
    say("python3 tools/dev.py COMMAND, or make COMMAND:\n")
    for name, command in COMMANDS.items():
        say(f"  {name:<9} {(command.__doc__ or '').splitlines()[0]}")
    say(
        "\nVariables: PORT (8000), HOST (this machine alone), DATABASE_URL (the project's own "
        "PostgreSQL),\nHAJNOWKA_VAR (var/), WEB_WORKERS. docs/operations.md tells more."
    )


def run(rest: list[str]) -> None:
    """Install, prepare and serve the site with its demo content."""
    from devlib import serve

    serve.run()


def test(rest: list[str]) -> None:
    """Install what tests need and run them: make test ARGS="-k events"."""
    _prepare("dev")
    var = str(VAR / "test")
    env = environment(
        HAJNOWKA_VAR=var, HAJNOWKA_TEST_VAR=var, DJANGO_SETTINGS_MODULE="config.settings.test"
    )
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "HOST", "PORT", "BASE_URL"):
        env.pop(name, None)
    _run([str(PYTHON), str(PREPARE), "messages"], env)
    spread = [] if any(word.startswith("-n") for word in rest) else ["-n", _cores()]
    step("Running the tests")
    _become([str(PYTHON), "-m", "pytest", *spread, "--dist", "loadgroup", *rest], env)


def check(rest: list[str]) -> None:
    """Format, lint, types, layers, migrations, deployment, translations, known weaknesses."""
    from devlib import checks

    _prepare("dev")
    checks.run(rest)


def bench(rest: list[str]) -> None:
    """Run the measurements in tests/bench."""
    _prepare("dev")
    scripts = sorted((ROOT / "tests" / "bench").glob("bench_*.py"))
    for script in scripts:
        step(f"{script.stem}")
        _run([str(PYTHON), str(script), *rest], environment())
    if not scripts:
        say("There is nothing to measure yet.")


def demo(rest: list[str]) -> None:
    """Load the demo content again; what is there stays."""
    _prepare("run")
    _run([str(PYTHON), str(PREPARE), "demo"], _with_database())


def reset(rest: list[str]) -> None:
    """Remove the project's own database and the uploaded files."""
    sys.path.insert(0, str(SITE))
    from core import embedded

    doomed = [VAR / "pg", VAR / "media"]
    if embedded.is_running(var=VAR):
        raise Problem("The database is in use: stop the site and other commands first.")
    note = VAR / "pg" / "elsewhere.txt"
    if note.exists():
        doomed.append(Path(note.read_text()))
    there = [path for path in doomed if path.exists()]
    if not there:
        say("There is nothing to remove.")
        return
    if "--yes" not in rest:
        say("This removes, for good:")
        for path in there:
            say(f"  {path}")
        try:
            answer = input("Type “yes” to go on: ")
        except EOFError:
            answer = ""
        if answer.strip() != "yes":
            raise Problem("Nothing was removed (without asking: python3 tools/dev.py reset --yes).")
    for path in there:
        shutil.rmtree(path)
    say("Removed. `make run` starts from nothing.")


def backup(rest: list[str]) -> None:
    """Write database, media and private files into one file: make backup ARGS="-o FILE.tar"."""
    _prepare("run")
    _become(manage("backup", *rest), environment())


def restore(rest: list[str]) -> None:
    """Put a backup back into an empty site: make restore ARGS=FILE.tar."""
    _prepare("run")
    _become(manage("restore", *rest), environment())


def shell(rest: list[str]) -> None:
    """A Python prompt with the project's models."""
    _prepare("run")
    _become(manage("shell", *rest), environment())


def messages(rest: list[str]) -> None:
    """Collect the texts to translate and compile the translations."""
    _prepare("dev")
    _become(manage("messages", *rest), environment())


def lock(rest: list[str]) -> None:
    """Resolve the requirements anew into the lock files."""
    packages.resolve()


COMMANDS: dict[str, Callable[[list[str]], None]] = {
    "help": show_help,
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "demo": demo,
    "reset": reset,
    "backup": backup,
    "restore": restore,
    "shell": shell,
    "messages": messages,
    "lock": lock,
}
PREPARE = Path(__file__).with_name("prepare.py")


def _prepare(group: str) -> None:
    check_platform()
    make_writable(VAR)
    packages.install(group)


def _with_database() -> dict[str, str]:
    """The environment with the project's own database unless another is given."""
    sys.path.insert(0, str(SITE))
    from core import embedded

    if os.environ.get("DATABASE_URL"):
        return environment()
    try:
        url = embedded.ensure(var=VAR, python=str(PYTHON))
    except embedded.EmbeddedError as error:
        raise Problem(str(error)) from None
    return environment(DATABASE_URL=url, **{embedded.MARK: url})


def _cores() -> str:
    return str(max(1, min(8, os.cpu_count() or 1)))


def _run(command: list[str], env: dict[str, str]) -> None:
    code = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
    if code:
        sys.exit(code)


def _become(command: list[str], env: dict[str, str]) -> NoReturn:
    """Run the command in place of this process: signals and exit code are its own."""
    os.chdir(ROOT)
    os.execve(command[0], command, env)  # noqa: S606 - a list, without a shell
