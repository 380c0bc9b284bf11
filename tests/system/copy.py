"""A copy of the project in a difficult place, and the commands run in it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: Nobody listens there: a package installer that asks is refused at once.
REFUSING_INDEX = "http://127.0.0.1:9/simple"
OFFLINE = {
    "PIP_INDEX_URL": REFUSING_INDEX,
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_NO_CACHE_DIR": "1",
    "PIP_FIND_LINKS": "",
    "PIP_EXTRA_INDEX_URL": "",
}
#: Far beyond what it takes: the machine may be busy. `.ci/run` measures starts on a quiet one.
PATIENCE = 400.0


@dataclass
class Copy:
    """The project's files in `folder`, its own `var/`, and an environment with the packages."""

    folder: Path
    venv: Path
    port: int

    def environment(self, **changes: str) -> dict[str, str]:
        """The environment of a person who has just opened a terminal there, without network."""
        ours = ("HAJNOWKA", "DJANGO", "PYTEST", "DATABASE", "PYTHON", "MAKE", "CI", "COV", "PG")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        own = {"HAJNOWKA_VENV": str(self.venv), "PORT": str(self.port)}
        return {**kept, **OFFLINE, **own, **changes}

    @property
    def var(self) -> Path:
        """What the copy changes."""
        return self.folder / "var"

    def run(
        self, *arguments: str, program: str | None = None, timeout: float = 90, **changes: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `dev.py` (or `program`, Python code) to its end."""
        command = [sys.executable, "-c", program] if program else [sys.executable, "tools/dev.py"]
        return subprocess.run(
            [*command, *arguments],
            cwd=self.folder,
            env=self.environment(**changes),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
        )

    @contextmanager
    def serving(self, **changes: str) -> Iterator[Running]:
        """`run` until it says that it is ready; killed with all it has started at the end."""
        log = self.folder.parent / "run.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "tools/dev.py", "run"],
                cwd=self.folder,
                # As under make: it ends when its parent does, should the tests be killed.
                env=self.environment(MAKELEVEL="1", **changes),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        running = Running(self, process, log)
        try:
            running.wait_until_ready()
            yield running
        finally:
            for pid in [process.pid, *self.processes()]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()

    def processes(self) -> dict[int, str]:
        """All processes that have to do with this copy (Linux): numbers and command lines."""
        mark = os.fsencode(self.folder)
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                if (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                    continue
                command = (entry / "cmdline").read_bytes()
                traces = command + (entry / "environ").read_bytes()
                traces += os.fsencode(os.readlink(entry / "cwd"))
            except OSError:
                continue
            if mark in traces:
                found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
        return found

    def wait_until_nothing_runs(self, seconds: float = 20) -> None:
        """Fail when processes of this copy are still there after a while."""
        until = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < until:
            time.sleep(0.1)
        assert not left, f"still running: {left}"


@dataclass
class Running:
    """A started `run`."""

    copy: Copy
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(errors="replace")

    def wait_until_ready(self) -> None:
        """Wait for the line with the address."""
        until = time.monotonic() + PATIENCE
        while "Ready in" not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < until, self.output
            time.sleep(0.05)

    def find(self, *words: str) -> list[int]:
        """The processes whose command line has all the words, oldest first."""
        found = self.copy.processes()
        return sorted(pid for pid, line in found.items() if all(word in line for word in words))

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ask for the end; gives the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=30)

    def answers(self, address: str = "127.0.0.1") -> bool:
        """Whether the site says that it is well."""
        url = f"http://{address}:{self.copy.port}/healthz"
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def wait_until_it_answers(self, seconds: float = 20) -> None:
        """Fail when the site is not well again after a while."""
        until = time.monotonic() + seconds
        while not self.answers():
            assert time.monotonic() < until, self.output
            time.sleep(0.1)


def has_ipv6() -> bool:
    """Whether this machine has ::1."""
    try:
        with socket.socket(socket.AF_INET6) as trial:
            trial.bind(("::1", 0))
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
