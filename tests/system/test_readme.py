"""The code blocks of the README, run as they stand there."""

from __future__ import annotations

import re
import signal
import subprocess

from tests.databases import ROOT
from tests.system.copy import Copy

README = (ROOT / "README.md").read_text()
BLOCKS = [block.strip() for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)]


def test_the_readme_has_two_commands():
    assert BLOCKS == ["make run", "make test"]


def test_make_run_serves_the_address_and_the_logins_of_the_readme(copy: Copy):
    with copy.serving() as running:
        assert running.answers()
        for login in re.findall(r"`([a-z.]+@demo\.hajnowka\.example)`", README):
            assert login in running.output, f"{login} is in the README and not among the logins"
        assert "hajnowka-demo" in running.output
        assert running.stop(signal.SIGINT) == 0


def test_make_test_collects_and_runs(copy: Copy):
    """The whole suite runs in CI; here one file of it, through the same command."""
    done = subprocess.run(
        [*BLOCKS[1].split(), "ARGS=tests/core/test_worktime.py"],
        cwd=copy.folder,
        env=copy.environment(),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout


def test_every_file_the_readme_names_is_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target
