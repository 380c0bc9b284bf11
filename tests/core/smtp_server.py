"""A mail server for tests that speaks just enough SMTP to fail in every way that matters."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum


class Mood(Enum):
    """How the server treats the next connections."""

    FRIENDLY = "takes everything"
    REFUSES_RECIPIENT = "550 at RCPT"
    POSTPONES_RECIPIENT = "450 at RCPT"
    REFUSES_TEXT = "554 after the text"
    POSTPONES_TEXT = "451 after the text"
    REFUSES_SENDER = "530 at MAIL"
    HANGS_UP_EARLY = "closes at MAIL"
    HANGS_UP_AFTER_TEXT = "closes after the text, which it has taken"


class Server(socketserver.ThreadingTCPServer):
    """Keeps what it takes in `taken`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.mood = Mood.FRIENDLY
        self.taken: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Handler(socketserver.StreamRequestHandler):
    """One conversation."""

    server: Server

    def handle(self) -> None:
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "QUIT":
                self.say("221 bye")
                return
            if verb == "DATA":
                if not self.take():
                    return
            elif verb == "MAIL" and self.server.mood is Mood.HANGS_UP_EARLY:
                return
            else:
                self.say(self.answer(verb, line))

    def answer(self, verb: str, line: str) -> str:
        match verb, self.server.mood:
            case "RCPT", Mood.REFUSES_RECIPIENT:
                return f"550 no such person: {line}"
            case "RCPT", Mood.POSTPONES_RECIPIENT:
                return f"450 later: {line}"
            case "MAIL", Mood.REFUSES_SENDER:
                return "530 authenticate first"
            case _:
                return "250 fine"

    def take(self) -> bool:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline().decode()) not in {".\r\n", ""}:
            lines.append(line)
        match self.server.mood:
            case Mood.REFUSES_TEXT:
                self.say("554 spam")
            case Mood.POSTPONES_TEXT:
                self.say("451 busy")
            case mood:
                self.server.taken.append("".join(lines))
                if mood is Mood.HANGS_UP_AFTER_TEXT:
                    return False
                self.say("250 taken")
        return True

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def smtp_server() -> Iterator[Server]:
    """A server on a free port of this machine."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
