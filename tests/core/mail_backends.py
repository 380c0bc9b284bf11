"""Ways of sending mail that go wrong."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class KillingBackend(BaseEmailBackend):
    """Delivers the mail and dies, as a process does that is killed at the worst moment."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        with Path(os.environ["DELIVERED"]).open("a") as file:
            for message in messages:
                file.write(f"{message.extra_headers['Message-ID']}\n")
        os.kill(os.getpid(), signal.SIGKILL)
        return len(messages)


class BrokenBackend(BaseEmailBackend):
    """Fails with words that hold an address, as mail servers' words do."""

    def open(self) -> bool:
        raise ConnectionRefusedError("cannot reach the server of kanarek@example.org")

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        raise AssertionError("was never open")


class LazyBackend(BaseEmailBackend):
    """Takes nothing and does not say so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(fail_silently=True)

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        return 0
