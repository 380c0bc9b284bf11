"""A stand-in for ClamAV's daemon that speaks its protocol and knows one virus."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: The test virus of EICAR, in two pieces, so that no scanner takes this file for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"


class Handler(socketserver.StreamRequestHandler):
    """One command per connection, as clamd answers commands that begin with z."""

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            if not (byte := self.rfile.read(1)):
                return
            command += byte
        if command == b"zPING\0":
            self.wfile.write(b"PONG\0")
        elif command == b"zINSTREAM\0":
            self.instream()
        else:
            self.wfile.write(b"UNKNOWN COMMAND\0")

    def instream(self) -> None:
        server: Any = self.server
        data = b""
        while True:
            (size,) = struct.unpack("!I", self.rfile.read(4))
            if not size:
                break
            data += self.rfile.read(size)
            if len(data) > server.limit:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        server.scanned.append(data)
        found = b"Eicar-Signature FOUND" if EICAR in data else b"OK"
        self.wfile.write(server.answer or b"stream: " + found + b"\0")


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    limit = 25 * 1024 * 1024
    answer = b""

    def __init__(self, *args: Any) -> None:
        self.scanned: list[bytes] = []
        super().__init__(*args)


class _UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    limit = _Server.limit
    answer = b""

    def __init__(self, *args: Any) -> None:
        self.scanned: list[bytes] = []
        super().__init__(*args)


@contextmanager
def clamd(path: Path | None = None) -> Iterator[Any]:
    """A daemon on a socket, or on a free port of this machine."""
    server = _UnixServer(str(path), Handler) if path else _Server(("127.0.0.1", 0), Handler)
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
