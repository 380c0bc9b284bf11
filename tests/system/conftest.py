"""The real commands in a copy of the project. They take turns: all run in one process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import ROOT
from tests.system.copy import Copy, free_port

HERE = Path(__file__).parent
LONGEST_PATH = 180


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder and keep it on one worker."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.system)
            item.add_marker(pytest.mark.xdist_group("system"))


def _files() -> list[str]:
    """The project's own files: what git knows, or without git what is not made here."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        made_here = {"var", ".venv", ".git", "__pycache__"}
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        return [str(path) for path in found if not made_here.intersection(path.parts)]
    return [name for name in listed.decode().split("\0") if name]


def _copy_files(to: Path) -> None:
    for name in _files():
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


@pytest.fixture(scope="session")
def venv() -> Path:
    """An environment that `dev.py` has installed: the one the tests run in, if it is one."""
    here = Path(sys.prefix)
    if not (here / "installed-run").exists():
        pytest.skip("these tests need the environment of `make test`")
    return here


@pytest.fixture(scope="session")
def copy(venv: Path) -> Iterator[Copy]:
    """The project in a path of 180 characters with a space and a letter beyond ASCII."""
    base = Path(tempfile.mkdtemp(prefix="hajnowka-test-"))
    folder = base / "Pobrane pliki" / "odnowa ż "
    folder = folder.with_name(
        (folder.name + "x" * LONGEST_PATH)[: LONGEST_PATH - len(str(folder.parent)) - 1]
    )
    assert len(str(folder)) == LONGEST_PATH
    folder.mkdir(parents=True)
    _copy_files(folder)
    try:
        # Links to the same files: an environment in the path itself, without a second install.
        shutil.copytree(venv, folder / ".venv", symlinks=True, copy_function=os.link)
    except OSError:
        shutil.copytree(venv, folder / ".venv", symlinks=True, dirs_exist_ok=True)
    yield Copy(folder, folder / ".venv", free_port())
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="session")
def empty_copy(venv: Path) -> Iterator[Copy]:
    """The project as just downloaded: nothing installed, nothing prepared."""
    base = Path(tempfile.mkdtemp(prefix="hajnowka-test-"))
    _copy_files(base / "project")
    yield Copy(base / "project", base / "project" / ".venv", free_port())
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(autouse=True)
def _nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test here has to leave no process behind."""
    yield
    for name in ("copy", "empty_copy"):
        if name in request.fixturenames:
            request.getfixturevalue(name).wait_until_nothing_runs()
