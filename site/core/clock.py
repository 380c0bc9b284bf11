"""The database's clock: the one clock that every web process and worker shares."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, Func


class ClockTimestamp(Func):
    """The moment at which the database evaluates it, not when its transaction began."""

    template = "clock_timestamp()"
    output_field = DateTimeField()


def database_now() -> datetime:
    """The moment by the database's clock. Deadlines are compared with it and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
