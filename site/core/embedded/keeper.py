"""The one process per data directory that starts PostgreSQL and stops it when nobody is left."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from core.embedded import ANOTHER_KEEPER, DATABASE, USER, EmbeddedError, binaries, identity

POLL = 0.3
MAX_CONNECTIONS = 200
#: A socket's whole path may have about 100 bytes; the name `.s.PGSQL.5432` takes 14 of them.
MAX_SOCKET_FOLDER = 80
#: How often a server that was killed is started again before the keeper gives up.
RESTARTS = 5
#: How long a server without a keeper may take to follow one signal before the next, harder one.
LEFTOVER_PATIENCE = 5.0


class Keeper:
    """Runs one server on one data directory."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder = folder
        self.durable = durable
        self.server: subprocess.Popen[bytes] | None = None
        self.socket: Path | None = None
        self.asked_to_stop = False

    def run(self) -> None:
        """Start the server, watch it and its users, stop it after the last one."""
        (self.folder / "failure.txt").unlink(missing_ok=True)
        (self.folder / "server.json").unlink(missing_ok=True)
        self._forget_old_socket()
        self.who = identity.choose(self.folder)
        stop_leftovers(self.who.data)
        self.who.enter()
        if not (self.who.data / "PG_VERSION").exists():
            self._create_cluster()
        self._check_version()
        self.socket = self._make_socket_folder()
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            self._start()
            self._watch()
        finally:
            self._stop()

    def _on_signal(self, number: int, frame: object) -> None:
        self.asked_to_stop = True

    def _watch(self) -> None:
        assert self.server is not None
        restarts = 0
        with open(self.folder / "use.lock", "ab") as use_lock:
            while not self.asked_to_stop:
                if self.server.poll() is not None:
                    restarts += 1
                    if restarts > RESTARTS:
                        raise EmbeddedError(
                            f"PostgreSQL keeps ending by itself: see {self._log_path}, "
                            "or set DATABASE_URL to another server."
                        )
                    (self.folder / "server.json").unlink(missing_ok=True)
                    stop_leftovers(self.who.data)
                    self._start()
                try:
                    fcntl.flock(use_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    time.sleep(POLL)
                    continue
                # Nobody is left, and who comes now waits for this lock: stop while holding it.
                self._stop()
                return

    @property
    def _log_path(self) -> Path:
        return self.folder / "postgres.log"

    def _open_log(self) -> IO[bytes]:
        too_long = self._log_path.exists() and self._log_path.stat().st_size > 5_000_000
        return open(self._log_path, "wb" if too_long else "ab")

    def _create_cluster(self) -> None:
        """Make the data directory under another name first, so that half a one is never used."""
        new = self.who.data.with_name("data.new")
        shutil.rmtree(new, ignore_errors=True)
        self._program(
            "initdb",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--auth=trust",  # the socket stands in a folder that only its owner can enter
            f"--username={USER}",
            f"--pgdata={new}",
        )
        self._program(
            "postgres", "--single", "-D", str(new), "postgres", stdin=f"CREATE DATABASE {DATABASE}"
        )
        new.rename(self.who.data)

    def _check_version(self) -> None:
        have = (self.who.data / "PG_VERSION").read_text().strip()
        if have != binaries.MAJOR_VERSION:
            raise EmbeddedError(
                f"The data in {self.who.data} were written by PostgreSQL {have} and this is "
                f"{binaries.MAJOR_VERSION}: dump and load them, or start anew with `make reset`."
            )

    def _make_socket_folder(self) -> Path:
        folder = tempfile.mkdtemp(prefix="hajnowka-")
        if len(os.fsencode(folder)) > MAX_SOCKET_FOLDER or "%" in folder or "," in folder:
            os.rmdir(folder)
            folder = tempfile.mkdtemp(prefix="hajnowka-", dir="/tmp")
        (self.folder / "socket.txt").write_text(folder)
        self.who.give(Path(folder))
        return Path(folder)

    def _forget_old_socket(self) -> None:
        """Remove the socket folder of a keeper that was killed."""
        try:
            old = Path((self.folder / "socket.txt").read_text())
        except OSError:
            return
        if old.name.startswith("hajnowka-") and not old.is_symlink():
            shutil.rmtree(old, ignore_errors=True)

    def _start(self) -> None:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "max_connections": str(MAX_CONNECTIONS),
            "timezone": "UTC",
            "log_timezone": "UTC",
            # What goes wrong with a statement is the program's to report: PostgreSQL would write
            # down the statement and the values in it, which are people's data.
            "log_min_messages": "log",
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(self.who.bin / "postgres"), "-D", str(self.who.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with self._open_log() as log:
            self.server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=identity.die_with_parent,
                **self.who.popen,
            )
        self._wait_until_ready()
        state = {
            "socket": str(self.socket),
            "keeper": os.getpid(),
            "server": self.server.pid,
            "notice": self.who.notice,
        }
        new = self.folder / "server.json.new"
        new.write_text(json.dumps(state))
        new.replace(self.folder / "server.json")

    def _wait_until_ready(self) -> None:
        """PostgreSQL writes its state into the eighth line of `postmaster.pid`."""
        assert self.server is not None
        while self.server.poll() is None:
            try:
                lines = (self.who.data / "postmaster.pid").read_text().splitlines()
            except OSError:
                lines = []
            if len(lines) > 7 and lines[0] == str(self.server.pid) and lines[7].strip() == "ready":
                return
            time.sleep(0.02)
        raise EmbeddedError(
            f"The project's own PostgreSQL does not start (exit code {self.server.returncode}): "
            f"see {self._log_path}, or set DATABASE_URL to another server."
        )

    def _stop(self) -> None:
        (self.folder / "server.json").unlink(missing_ok=True)
        if self.server is not None and self.server.poll() is None:
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                self.server.send_signal(number)
                try:
                    self.server.wait(timeout=20)
                    break
                except subprocess.TimeoutExpired:
                    continue
        if self.socket is not None:
            shutil.rmtree(self.socket, ignore_errors=True)
            (self.folder / "socket.txt").unlink(missing_ok=True)

    def _program(self, name: str, *arguments: str, stdin: str = "") -> None:
        result = subprocess.run(
            [str(self.who.bin / name), *arguments],
            input=stdin.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            preexec_fn=identity.die_with_parent,
            check=False,
            **self.who.popen,
        )
        if result.returncode:
            sys.stderr.buffer.write(result.stdout)
            raise EmbeddedError(
                f"The project's own PostgreSQL cannot be prepared ({name} failed): see "
                f"{self.folder / 'keeper.log'}, or set DATABASE_URL to a PostgreSQL server."
            )


def stop_leftovers(data: Path) -> None:
    """End server processes that outlived a killed keeper or a killed main process.

    PostgreSQL's processes work in their data directory, which is how they are found (Linux
    alone; elsewhere PostgreSQL itself refuses to start beside them). Only then is the main
    process' note about itself void: after a restart of the machine its number may be anyone's.
    """
    if not os.path.isdir("/proc/self/cwd"):
        return
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        until = time.monotonic() + LEFTOVER_PATIENCE
        found = _working_in(data)
        for pid in found:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        while found and time.monotonic() < until:
            time.sleep(0.05)
            found = _working_in(data)
        if not found:
            (data / "postmaster.pid").unlink(missing_ok=True)
            return


def _working_in(data: Path) -> list[int]:
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and os.readlink(f"/proc/{entry}/cwd") == str(data):
                found.append(int(entry))
        except OSError:
            continue
    return found


def main(folder: str, *, durable: bool) -> None:
    """Be the keeper of `folder`, or leave with ANOTHER_KEEPER when it has one."""
    path = Path(folder)
    os.umask(0o077)
    with open(path / "keeper.lock", "ab") as lock:
        for attempt in range(20):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                # May be no keeper but somebody asking whether there is one: ask again.
                time.sleep(0.02 * (attempt > 0))
        else:
            sys.exit(ANOTHER_KEEPER)
        try:
            Keeper(path, durable=durable).run()
        except EmbeddedError as error:
            (path / "failure.txt").write_text(f"{error}\n")
            print(error, file=sys.stderr)
            sys.exit(1)
