"""Keeps a handful of programs running together and ends them together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from devlib import guard
from devlib.prepare import REFUSED
from devlib.project import ROOT, Problem, say

#: A program that ends by itself this often within a minute is not started again.
MAX_RESTARTS = 3
TICK = 0.1


class Stopped(BaseException):
    """Somebody asked for the end: Ctrl-C, SIGTERM or a closed terminal."""


@dataclass
class Program:
    """One program in a process group of its own, so that all it starts ends with it."""

    name: str
    command: list[str]
    env: dict[str, str]
    respawn: bool = False
    process: subprocess.Popen[bytes] | None = None
    restarts: list[float] = field(default_factory=list)


class Supervisor:
    """Starts programs, watches them, and leaves none behind, not even when it is killed.

    Use it as a context: at the end everything has stopped. A second process, the guard, does
    the same when this one is killed; should the guard be killed, this one stops everything.
    """

    def __init__(self) -> None:
        self.programs: list[Program] = []
        self.stopping = False
        self._parent = os.getppid()

    def __enter__(self) -> Supervisor:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        self._guard = subprocess.Popen(
            [sys.executable, "-S", str(Path(guard.__file__))],
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd="/",
        )
        return self

    def __exit__(self, *error: object) -> None:
        groups = {program.process.pid for program in self.programs if program.process}
        self.stopping = False  # from here on a second signal means: at once
        try:
            self._stop(groups)
        finally:
            assert self._guard.stdin is not None
            try:
                self._guard.stdin.close()
                self._guard.wait(timeout=guard.PATIENCE + 2)
            except (OSError, subprocess.TimeoutExpired):
                self._guard.kill()

    def _stop(self, groups: set[int]) -> None:
        for program in self.programs:
            if program.process and program.process.poll() is None:
                _signal_group(program.process.pid, signal.SIGTERM)
        until = time.monotonic() + guard.PATIENCE
        while time.monotonic() < until and not self.stopping:
            alive = [p for p in self.programs if p.process and p.process.poll() is None]
            if not alive:
                break
            time.sleep(TICK / 2)
        # Also what a killed server has left in its group.
        for group in groups:
            _signal_group(group, signal.SIGKILL)
        for program in self.programs:
            if program.process:
                program.process.wait()

    def _on_signal(self, number: int, frame: object) -> None:
        self.stopping = True

    def check(self) -> None:
        """Raise Stopped when it is time to end. Called in every loop."""
        if self.stopping:
            raise Stopped
        if "MAKELEVEL" in os.environ and os.getppid() != self._parent:
            raise Stopped  # make was killed, and nobody would know whom to stop
        if self._guard.poll() is not None:
            raise Problem("A process of this command was killed; everything has been stopped.")

    def start(self, program: Program) -> None:
        """Start a program and remember its group, here and in the guard."""
        stdin = self._guard.stdin
        assert stdin is not None
        if program.process is not None:
            _signal_group(program.process.pid, signal.SIGKILL)
            self._tell(f"-{program.process.pid}\n")
        program.process = subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            cwd=ROOT,
            env=program.env,
            start_new_session=True,
        )
        self._tell(f"+{program.process.pid}\n")
        if program not in self.programs:
            self.programs.append(program)

    def _tell(self, line: str) -> None:
        assert self._guard.stdin is not None
        with suppress(OSError):  # when the guard is gone, check() says so
            self._guard.stdin.write(line.encode())
            self._guard.stdin.flush()

    def run(self, name: str, command: list[str], env: dict[str, str]) -> None:
        """Run a program to its end. Raises Problem when it fails (it has said why)."""
        program = Program(name, command, env)
        self.start(program)
        assert program.process is not None
        while program.process.poll() is None:
            self.check()
            time.sleep(TICK / 2)
        self.programs.remove(program)
        if program.process.returncode:
            _signal_group(program.process.pid, signal.SIGKILL)  # what it had started itself
        self._tell(f"-{program.process.pid}\n")
        if program.process.returncode == REFUSED:
            raise SystemExit(1)
        if program.process.returncode:
            raise Problem(f"{name} failed; the lines above say why.")

    def watch(self, *, until: Callable[[], bool]) -> None:
        """Keep the programs running until `until()` is true or it is time to stop."""
        while not until():
            self.check()
            for program in self.programs:
                if program.process is not None and program.process.poll() is not None:
                    self._ended(program)
            time.sleep(TICK)

    def _ended(self, program: Program) -> None:
        assert program.process is not None
        now = time.monotonic()
        program.restarts = [then for then in program.restarts if then > now - 60]
        if not program.respawn or len(program.restarts) >= MAX_RESTARTS:
            raise Problem(
                f"The {program.name} ended unexpectedly (exit code {program.process.returncode}); "
                "everything has been stopped. Start again, and see the lines above for the reason."
            )
        say(f"! The {program.name} ended (exit code {program.process.returncode}): restarting it")
        program.restarts.append(now)
        self.start(program)


def _signal_group(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
