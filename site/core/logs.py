"""Log lines that say what happened and not to whom.

Errors of the database repeat the row they are about, errors of mail servers the address, and
addresses of private links are keys. None of that may stand in a log, which is kept longer and
read by more people than the data themselves.
"""

from __future__ import annotations

import logging
import re
import smtplib
import traceback
from typing import Any

import django.db
import psycopg2

#: A path segment that is as long and as random as a key.
_KEY = re.compile(r"/[A-Za-z0-9_-]{40,}(?=[/\s?\"']|$)")


class LineFormatter(logging.Formatter):
    """Formats as usual, but for what errors of some kinds say, and keys in addresses."""

    def format(self, record: logging.LogRecord) -> str:
        return _KEY.sub("/…", super().format(record))

    def formatException(self, exc_info: Any) -> str:
        chain: list[BaseException] = []
        error: BaseException | None = exc_info[1]
        while error is not None and error not in chain:
            chain.append(error)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(_in_words(one) for one in reversed(chain))


def _in_words(error: BaseException) -> str:
    lines = ["Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__)]
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{''.join(lines)}{kind}: {said_by(error)}"


def said_by(error: BaseException) -> str:
    """What an error says, without the values it is about."""
    if isinstance(error, django.db.Error) and error.__cause__ is not None:
        return said_by(error.__cause__)
    if isinstance(error, psycopg2.Error):
        about = [f"SQLSTATE {error.pgcode}"]
        for name in ("table_name", "column_name", "constraint_name"):
            if value := getattr(error.diag, name, None):
                about.append(f"{name.removesuffix('_name')} {value}")
        # Without a code it comes from the connection, and is about no row.
        return ", ".join(about) if error.pgcode else str(error).strip()
    if isinstance(error, smtplib.SMTPResponseException):
        return f"code {error.smtp_code}"
    if isinstance(error, smtplib.SMTPException):
        return "(not repeated)"
    return str(error)
