"""`make run`: it starts, says where, and leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from tests.system.copy import Copy, has_ipv6

pytestmark = pytest.mark.skipif(
    not os.path.isdir("/proc/self/fd"), reason="finds processes in /proc (Linux)"
)


def test_it_serves_and_says_where(copy: Copy) -> None:
    with copy.serving() as running:
        assert f"http://localhost:{copy.port}" in running.output
        assert "hajnowka-demo" in running.output, "the demo's logins are printed"
        assert "Installing" not in running.output, (
            "installed already: nothing is asked of a network"
        )
        assert running.answers("127.0.0.1")
        if has_ipv6():
            assert running.answers("[::1]")

        second = copy.run("run")
        assert second.returncode == 1
        assert f"already running from this folder (process {running.process.pid}" in second.stdout
        assert second.stdout.count("\n") == 1

        elsewhere = copy.run("run", HAJNOWKA_VAR=str(copy.folder / "var 2"))
        assert elsewhere.returncode == 1
        assert f"Port {copy.port} is taken" in elsewhere.stdout
        assert f"PORT={copy.port + 1} make run" in elsewhere.stdout

        # Every documented command works beside it, on the same database.
        count = "from accounts.models import User; print(User.objects.count() > 0)"
        assert copy.run("shell", "-c", count).stdout.endswith("True\n")
        reset = copy.run("reset", "--yes")
        assert reset.returncode == 1
        assert "in use" in reset.stdout
        assert running.answers()

        assert running.stop(signal.SIGINT) == 0
        assert "Stopped." in running.output


def test_the_second_start_does_nothing_twice_and_asks_no_network(copy: Copy) -> None:
    with copy.serving() as running:
        assert "Installing" not in running.output
        assert "Preparing the database tables" not in running.output
        assert "Collecting the static files" not in running.output
        assert "Compiling translations" not in running.output
        assert "Loading the demo content" not in running.output
        assert running.stop(signal.SIGTERM) == 0


def test_what_was_killed_is_started_again(copy: Copy) -> None:
    with copy.serving() as running:
        for words in (["manage.py", "worker"], ["postgres", "-D"]):
            [victim] = running.find(*words)
            os.kill(victim, signal.SIGKILL)
            _wait_for(lambda words=words, victim=victim: running.find(*words) not in ([], [victim]))
            running.wait_until_it_answers()
        for victim in running.find("granian", "--host 127.0.0.1")[1:]:
            os.kill(victim, signal.SIGKILL)
            _wait_for(lambda victim=victim: victim not in running.find("granian"))
        running.wait_until_it_answers()
        assert running.process.poll() is None
        assert running.stop() == 0


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["core.embedded.keeper"], id="keeper"),
        pytest.param(["granian", "--host 127.0.0.1"], id="server"),
        pytest.param(["guard.py"], id="guard"),
        pytest.param(["tools/dev.py run"], id="supervisor"),
    ],
)
def test_kill_ends_everything(copy: Copy, words: list[str]) -> None:
    with copy.serving() as running:
        os.kill(running.find(*words)[0], signal.SIGKILL)
        running.process.wait(timeout=30)
        assert running.process.returncode in {1, -signal.SIGKILL}
        copy.wait_until_nothing_runs()
        if running.process.returncode == 1:
            assert running.output.splitlines()[-1].startswith("✗ ")


def test_killing_make_ends_what_it_started(copy: Copy) -> None:
    make = subprocess.Popen(
        ["make", "run"],
        cwd=copy.folder,
        env=copy.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        assert make.stdout is not None
        for line in make.stdout:
            if b"Ready" in line:
                break
    finally:
        make.kill()
        make.wait()
    copy.wait_until_nothing_runs()


def test_after_all_that_the_next_start_is_clean(copy: Copy) -> None:
    with copy.serving() as running:
        assert running.answers()
        assert "!" not in running.output
        assert running.stop() == 0


def _wait_for(condition, seconds: float = 20) -> None:  # type: ignore[no-untyped-def]
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_tables_of_an_earlier_version_are_refused_in_a_sentence(copy: Copy) -> None:
    with copy.serving() as running:
        assert running.stop() == 0
    migration = copy.folder / "site" / "core" / "migrations" / "0001_initial.py"
    before = migration.read_text()
    migration.write_text(before + "# written anew\n")
    try:
        result = copy.run("run")
    finally:
        migration.write_text(before)
    assert result.returncode == 1
    assert "Traceback" not in result.stdout
    assert "start anew with `make reset`" in result.stdout
