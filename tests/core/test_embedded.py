"""The project's own PostgreSQL: one server for all, none left behind, whatever is killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import psycopg2
import pytest

from core import embedded
from core.embedded import binaries, identity, keeper

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc"),
]

SITE = Path(embedded.__file__).parents[2]
USER = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from core import embedded
print(embedded.ensure(var=Path(sys.argv[2]), durable=False), flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses the database of `var` until it is told to stop."""

    started: ClassVar[list[User]] = []

    def __init__(self, var: Path, code: str = USER) -> None:
        self.started.append(self)
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(SITE), str(var)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def url(self) -> str:
        """The address it got; waits for it."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self) -> None:
        """End as programs end."""
        self.process.communicate()

    def kill(self) -> None:
        """End as nobody should."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture(autouse=True)
def nobody_is_left() -> Iterator[None]:
    """A test that fails leaves no user behind, which would keep the server for the next ones."""
    yield
    while User.started:
        process = User.started.pop().process
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """A folder with a data directory, its path with a space and a letter beyond ASCII."""
    with tempfile.TemporaryDirectory(prefix="hajnowka ż ") as folder:
        var = Path(folder) / "var"
        first = User(var)
        assert first.url()
        first.leave()
        _wait_until_stopped(var)
        yield var
        _wait_until_stopped(var)


def ask(url: str, question: str) -> object:
    """One value from the database."""
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def state(var: Path) -> dict[str, Any]:
    """The keeper's note about its server, which it writes a moment after the server answers."""
    until = time.monotonic() + 20
    while not (var / "pg" / "server.json").exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    return dict(json.loads((var / "pg" / "server.json").read_text()))


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _wait_until_stopped(var: Path) -> None:
    until = time.monotonic() + 20
    while embedded.is_running(var=var) or keeper._working_in(var / "pg" / "data"):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_many_at_once_share_one_server_and_the_last_one_ends_it(var: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        users = list(pool.map(lambda _: User(var), range(6)))
        urls = list(pool.map(User.url, users))
    assert len(set(urls)) == 1
    assert urls[0].startswith("postgresql://")
    assert ask(urls[0], "SELECT upper('łż')") == "ŁŻ"
    assert ask(urls[0], "SHOW listen_addresses") == ""
    with pytest.raises(psycopg2.Error):
        ask(urls[0], "SELECT 'kanarek@example.org'::int")
    log = (var / "pg" / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "kanarek" not in log, "what people typed stays out of the log"
    socket = Path(urls[0].partition("?host=")[2])
    assert socket.stat().st_mode & 0o777 == 0o700
    server = state(var)["server"]
    for user in users[:-1]:
        user.leave()
    time.sleep(3 * keeper.POLL)
    assert alive(server), "somebody is still there"
    users[-1].leave()
    _wait_until_stopped(var)
    assert not socket.exists()


def test_a_killed_user_counts_as_gone(var: Path) -> None:
    user = User(var)
    url = user.url()
    assert ask(url, "SELECT 1") == 1
    user.kill()
    _wait_until_stopped(var)


def test_a_killed_server_comes_back_at_the_same_address(var: Path) -> None:
    user = User(var)
    url = user.url()
    server = state(var)["server"]
    os.kill(server, signal.SIGKILL)
    until = time.monotonic() + 20
    while True:
        with contextlib.suppress(psycopg2.OperationalError):
            assert ask(url, "SELECT 1") == 1
            break
        assert time.monotonic() < until
        time.sleep(0.1)
    assert state(var)["server"] != server
    user.leave()
    _wait_until_stopped(var)


def test_a_killed_keeper_takes_the_server_with_it_and_the_next_one_starts_anew(var: Path) -> None:
    user = User(var)
    old = user.url()
    note = state(var)
    os.kill(note["keeper"], signal.SIGKILL)
    until = time.monotonic() + 20
    while alive(note["server"]):
        assert time.monotonic() < until
        time.sleep(0.05)
    second = User(var)
    new = second.url()
    assert new != old
    assert ask(new, "SELECT 1") == 1
    assert not Path(old.partition("?host=")[2]).exists(), "the old socket's folder is removed"
    user.leave()
    second.leave()
    _wait_until_stopped(var)


def test_a_server_that_outlived_everything_is_ended_first(var: Path) -> None:
    user = User(var)
    user.url()
    note = state(var)
    os.kill(note["server"], signal.SIGSTOP)  # so that it cannot follow its keeper
    os.kill(note["keeper"], signal.SIGKILL)
    user.kill()
    assert alive(note["server"])
    second = User(var)
    assert ask(second.url(), "SELECT 1") == 1
    assert not alive(note["server"])
    second.leave()
    _wait_until_stopped(var)


def test_a_note_with_the_number_of_another_process_does_not_stop_the_start(var: Path) -> None:
    # As after the machine was switched off: the number may belong to anybody by now.
    pid_file = var / "pg" / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getppid()}\n{var}/pg/data\n1\n5432\n/tmp\n\n 1 1\nready\n")
    user = User(var)
    assert ask(user.url(), "SELECT 1") == 1
    user.leave()
    _wait_until_stopped(var)


def test_half_a_data_directory_is_made_anew() -> None:
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        (var / "pg" / "data.new").mkdir(parents=True)
        (var / "pg" / "data.new" / "rubbish").touch()
        user = User(var)
        assert ask(user.url(), "SELECT current_database()") == embedded.DATABASE
        user.leave()
        _wait_until_stopped(var)


def test_data_of_another_version_is_refused_in_a_sentence() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "pg" / "data"
        data.mkdir(parents=True, mode=0o700)
        (data / "PG_VERSION").write_text("12\n")
        with pytest.raises(embedded.EmbeddedError, match=r"written by PostgreSQL 12.*make reset"):
            embedded.ensure(var=Path(folder))
        embedded.release(var=Path(folder))


def test_a_machine_without_the_package_is_pointed_to_database_url(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(binaries.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(embedded.EmbeddedError, match="set DATABASE_URL"):
        binaries.folder()


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "pg").write_text("")
    with pytest.raises(embedded.EmbeddedError, match="Cannot write to"):
        embedded.ensure(var=tmp_path)


@pytest.mark.parametrize(
    ("given", "settings"),
    [("postgresql://elsewhere/x", "config.settings.demo"), ("", "config.settings.production")],
)
def test_use_leaves_other_databases_and_production_alone(
    monkeypatch: pytest.MonkeyPatch, given: str, settings: str
) -> None:
    monkeypatch.setattr(embedded, "ensure", lambda: pytest.fail("started a server"))
    monkeypatch.setenv("DATABASE_URL", given)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", settings)
    monkeypatch.delenv(embedded.MARK, raising=False)
    embedded.use()
    assert os.environ["DATABASE_URL"] == given


def test_use_joins_the_server_that_its_parent_has_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "ensure", lambda: "postgresql:///new")
    monkeypatch.setenv("DATABASE_URL", "postgresql:///old")
    monkeypatch.setenv(embedded.MARK, "postgresql:///old")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    embedded.use()
    assert os.environ["DATABASE_URL"] == "postgresql:///new"


# --- Root -------------------------------------------------------------------------------------

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about running as root")
WITHOUT_NAMESPACE = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from core.embedded import identity, keeper
def refuse():
    raise OSError("not allowed here")
identity.enter_user_namespace = refuse
identity.ELSEWHERE = Path(sys.argv[2]).parent / "elsewhere"
keeper.main(sys.argv[2] + "/pg", durable=False)
"""


@as_root
def test_in_a_namespace_the_files_stay_roots(var: Path) -> None:
    user = User(var)
    user.url()
    data = var / "pg" / "data"
    assert data.stat().st_uid == 0
    assert {path.stat().st_uid for path in data.iterdir()} == {0}
    ids = Path(f"/proc/{state(var)['server']}/uid_map").read_text().split()
    assert ids == [str(identity.INNER_ID), "0", "1"]
    user.leave()
    _wait_until_stopped(var)


@as_root
def test_without_namespaces_it_runs_as_nobody_elsewhere() -> None:
    # `nobody` has to be able to get there, as it can to /var/lib.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        var = Path(folder) / "var"
        (var / "pg").mkdir(parents=True, mode=0o700)
        holder = open(var / "pg" / "use.lock", "ab")  # noqa: SIM115 - held over the processes
        import fcntl

        fcntl.flock(holder, fcntl.LOCK_SH)
        process = subprocess.Popen(
            [sys.executable, "-c", WITHOUT_NAMESPACE, str(SITE), str(var)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        until = time.monotonic() + 20
        while not embedded.is_running(var=var):
            assert time.monotonic() < until
            time.sleep(0.02)
        user = User(var)
        url = user.url()
        assert ask(url, "SELECT 1") == 1
        status = Path(f"/proc/{state(var)['server']}/status").read_text()
        import pwd

        assert f"Uid:\t{pwd.getpwnam('nobody').pw_uid}\t" in status
        assert "runs as `nobody`" in state(var)["notice"]
        assert (var / "pg" / "elsewhere.txt").read_text().startswith(f"{folder}/elsewhere/")
        user.leave()
        holder.close()
        process.communicate(timeout=20)


@as_root
def test_where_neither_works_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError("not allowed here")

    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(identity, "enter_user_namespace", refuse)
        monkeypatch.setattr(identity, "ELSEWHERE", Path(folder) / "file" / "x")
        (Path(folder) / "file").write_text("")
        with pytest.raises(embedded.EmbeddedError, match="set DATABASE_URL"):
            identity.choose(Path(folder))


@as_root
def test_data_of_an_ordinary_user_are_used_as_that_user() -> None:
    nobody = 65534
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        var = Path(folder) / "var"
        (var / "pg").mkdir(parents=True, mode=0o700)
        os.chown(var / "pg", nobody, nobody)
        user = User(var)
        assert ask(user.url(), "SELECT 1") == 1
        assert (var / "pg" / "data").stat().st_uid == nobody
        user.leave()
        _wait_until_stopped(var)
