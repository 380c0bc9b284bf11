"""`run`: from a fresh copy to the site in a browser."""

from __future__ import annotations

import errno
import http.client
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from devlib import packages
from devlib.project import (
    PYTHON,
    SITE,
    VAR,
    Locked,
    Problem,
    check_platform,
    environment,
    locked,
    make_writable,
    manage,
    say,
    step,
)
from devlib.supervisor import Program, Stopped, Supervisor

PREPARE = Path(__file__).with_name("prepare.py")
LOOPBACK = ("127.0.0.1", "::1")
THREADS = 4
#: Connections a server process takes at once. Idle ones that browsers keep open count too, so
#: this is far above the number of threads, which alone bounds the database's connections.
BACKPRESSURE = 512
#: The background worker and its tasks.
WORKER_CONNECTIONS = 2
#: How long the site may take to answer its first request.
PATIENCE = 90.0


def run() -> None:
    """Serve the site until it is stopped. Raises Problem."""
    check_platform()
    port = _port()
    make_writable(VAR)
    name = _shown_name()
    note = f"process {os.getpid()}, http://{name}:{port}"
    try:
        with locked(VAR / "run.lock", note):
            addresses = listening_addresses(port)
            _serve(addresses, port, f"http://{name}:{port}")
    except Locked as other:
        raise Problem(
            f"The site is already running from this folder ({other}): use that one, or stop it "
            "there with Ctrl-C first."
        ) from None


def _serve(addresses: list[str], port: int, url: str) -> None:
    started = time.monotonic()
    packages.install("run")
    sys.path.insert(0, str(SITE))
    from core import embedded

    try:
        _supervise(addresses, port, url, started)
    finally:
        embedded.release(var=VAR)


def _supervise(addresses: list[str], port: int, url: str, started: float) -> None:
    from core import embedded

    with Supervisor() as supervisor:
        own = not os.environ.get("DATABASE_URL")
        changes = {
            "PORT": str(port),
            "DJANGO_SETTINGS_MODULE": os.environ.get(
                "DJANGO_SETTINGS_MODULE", "config.settings.demo"
            ),
        }
        if own:
            step("Starting the project's own PostgreSQL")
            try:
                database = embedded.ensure(var=VAR, python=str(PYTHON))
            except embedded.EmbeddedError as error:
                raise Problem(str(error)) from None
            changes |= {"DATABASE_URL": database, embedded.MARK: database}
        env = environment(**changes)
        workers = _workers(len(addresses))
        connections = len(addresses) * workers * THREADS + WORKER_CONNECTIONS
        supervisor.run(
            "Preparing the site",
            [str(PYTHON), str(PREPARE)],
            env | {"HAJNOWKA_CONNECTIONS": str(connections)},
        )
        step("Starting the server and the background worker")
        for address in addresses:
            command = server_command(address, port, workers)
            supervisor.start(Program("web server", command, env))
        supervisor.start(Program("background worker", manage("worker"), env, respawn=True))
        supervisor.watch(until=_answers(addresses, port))
        _say_ready(url, time.monotonic() - started)
        try:
            supervisor.watch(until=lambda: own and not embedded.is_running(var=VAR))
        except Stopped:
            step("Stopping")
            raise
        raise Problem(
            "The project's own PostgreSQL was killed; everything has been stopped. Start again."
        )


def server_command(address: str, port: int, workers: int) -> list[str]:
    """The command line of the web server on one address (it listens on one at a time)."""
    return [
        *[str(PYTHON), "-m", "granian", "--interface", "wsgi", "--no-ws"],
        *["--host", address, "--port", str(port), "--workers", str(workers)],
        *["--blocking-threads", str(THREADS), "--backpressure", str(BACKPRESSURE)],
        *["--respawn-failed-workers", "--workers-kill-timeout", "5s", "--log-level", "warning"],
        "config.wsgi:application",
    ]


def _workers(addresses: int) -> int:
    """Server processes per address: as many as cores, shared among the addresses, at most 4."""
    given = os.environ.get("WEB_WORKERS", "")
    if given:
        if not given.isdigit() or not 1 <= int(given) <= 64:
            raise Problem(f"WEB_WORKERS is “{given}”: give a number from 1 to 64, or leave it out.")
        return int(given)
    return max(1, min(4, (os.cpu_count() or 1) // addresses))


def _port() -> int:
    given = os.environ.get("PORT", "8000")
    if given.isdigit() and 1 <= int(given) <= 65535:
        return int(given)
    raise Problem(f"PORT is “{given}”: give a number from 1 to 65535, for example PORT=8001.")


def _shown_name() -> str:
    host = os.environ.get("HOST", "")
    if host in {"", "localhost", "0.0.0.0", "::", *LOOPBACK}:  # noqa: S104 - compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host


def listening_addresses(port: int) -> list[str]:
    """Where to listen, tried out: this machine alone, or what HOST says. Raises Problem."""
    host = os.environ.get("HOST", "")
    if host in {"", "localhost"}:
        return [address for address in LOOPBACK if _is_free(address, port, optional=":" in address)]
    try:
        address = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
    except OSError:
        address = host
    _is_free(address, port, optional=False)
    return [address]


def _is_free(address: str, port: int, *, optional: bool) -> bool:
    """Try to bind: True when it works, False when the machine lacks an `optional` address."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            trial.bind((address, port))
            trial.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < 65535 else 8001
            raise Problem(
                f"Port {port} is taken by another program: stop that one, or choose another "
                f"port, for example PORT={other} make run"
            ) from None
        if error.errno == errno.EACCES:
            raise Problem(
                f"This user may not open port {port}: choose one above 1023, for example "
                "PORT=8000 make run"
            ) from None
        if optional:
            return False
        raise Problem(
            f"Cannot listen on {address} ({error.strerror or error}): set HOST to an address of "
            "this machine, or leave it out."
        ) from None
    return True


def _answers(addresses: list[str], port: int) -> Callable[[], bool]:
    """A question to ask again and again: does the site answer on every address?"""
    waiting = list(addresses)
    until = time.monotonic() + PATIENCE

    def ask() -> bool:
        while waiting and _is_healthy(waiting[0], port):
            waiting.pop(0)
        if waiting and time.monotonic() > until:
            raise Problem(
                f"The site did not answer within {PATIENCE:.0f} seconds; see the lines above."
            )
        return not waiting

    return ask


def _is_healthy(address: str, port: int) -> bool:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104
    connection = http.client.HTTPConnection(reachable, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": _known_host()})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _known_host() -> str:
    first = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    return first if first not in {"", "*"} else "localhost"


def _say_ready(url: str, seconds: float) -> None:
    logins = VAR / "logins.txt"
    say()
    say(f"Ready in {seconds:.0f} s:  {url}    (editors: {url}/admin/)")
    if logins.exists():
        say()
        say(logins.read_text().rstrip())
        logins.unlink()
    say()
    say("Stop with Ctrl-C.")
