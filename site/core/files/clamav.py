"""Asking ClamAV's daemon, by its INSTREAM command."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.conf import settings

TIMEOUT = 30.0
CHUNK = 64 * 1024


class ScannerUnavailable(Exception):
    """The scanner is set up but gives no verdict; nothing may be taken for clean."""


def is_configured() -> bool:
    """Whether there is a scanner that has to be asked."""
    return bool(settings.CLAMAV_SOCKET or settings.CLAMAV_HOST)


def scan(file: IO[bytes]) -> str:
    """The name of what was found, empty for nothing. Raises ScannerUnavailable."""
    file.seek(0)
    with _connected() as daemon:
        try:
            daemon.sendall(b"zINSTREAM\0")
            while chunk := file.read(CHUNK):
                daemon.sendall(struct.pack("!I", len(chunk)) + chunk)
            daemon.sendall(struct.pack("!I", 0))
        except (BrokenPipeError, ConnectionResetError):
            # The daemon hangs up when it has had enough, and has said so before.
            pass
        answer = _answer(daemon)
    verdict = answer.removeprefix("stream: ")
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")
    raise ScannerUnavailable(f"unexpected answer: {answer[:100]!r}")


def check_health() -> None:
    """Raises when a scanner is set up and does not answer."""
    if is_configured():
        with _connected() as daemon:
            daemon.sendall(b"zPING\0")
            if (answer := _answer(daemon)) != "PONG":
                raise ScannerUnavailable(f"unexpected answer: {answer[:100]!r}")


@contextmanager
def _connected() -> Iterator[socket.socket]:
    try:
        if settings.CLAMAV_SOCKET:
            daemon = socket.socket(socket.AF_UNIX)
            daemon.settimeout(TIMEOUT)
            daemon.connect(settings.CLAMAV_SOCKET)
        else:
            address = (settings.CLAMAV_HOST, settings.CLAMAV_PORT)
            daemon = socket.create_connection(address, TIMEOUT)
    except OSError as error:
        raise ScannerUnavailable(f"no connection: {error}") from error
    with daemon:
        try:
            yield daemon
        except OSError as error:
            raise ScannerUnavailable(f"the connection broke: {error}") from error


def _answer(daemon: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < 4096:
        piece = daemon.recv(4096)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
