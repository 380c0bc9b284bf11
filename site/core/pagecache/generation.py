"""The generation: it differs after every committed public change."""

from __future__ import annotations

import threading
import time
from datetime import datetime

from django.db import connection, transaction

from core.pagecache.models import GenerationBase, PublicChange

MAX_AGE_S = 1.0


def changed(*, at: datetime | None = None) -> None:
    """Says, inside the transaction of a public change, that pages may look different now, or
    will from `at` on without anybody doing anything.
    """
    if at is None:
        PublicChange.objects.create()
    else:
        PublicChange.objects.create(due_at=at)


def current() -> int:
    """The generation as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT sum(number) FROM core_generationbase), 0)"
            " + (SELECT count(*) FROM core_publicchange WHERE due_at <= clock_timestamp())"
        )
        return int(cursor.fetchone()[0])


def fold() -> int:
    """Moves what has come due into the base; the generation stays the same. Gives how many."""
    with transaction.atomic():
        base, _ = GenerationBase.objects.select_for_update().get_or_create(pk=1)
        # Only rows seen here are deleted and counted: one that commits meanwhile stays.
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM core_publicchange WHERE due_at <= clock_timestamp() RETURNING id"
            )
            count = len(cursor.fetchall())
        base.number += count
        base.save()
    return count


class Clock:
    """The generation as one process knows it, asked for at most once a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = -1
        self._asked = float("-inf")

    def number(self) -> int:
        """The generation, not older than `MAX_AGE_S`.

        The time is taken before the question: an answer may be older than it looks, never newer.
        """
        with self._lock:
            now = time.monotonic()
            if now - self._asked >= MAX_AGE_S:
                self._number = current()
                self._asked = now
            return self._number

    def forget(self) -> None:
        """Asks again at the next call."""
        with self._lock:
            self._asked = float("-inf")
