"""Where tries are counted: in a table of the database, or in a cache that all hosts share."""

from __future__ import annotations

import time
from datetime import timedelta

from django.core.cache import cache
from django.db import connection, transaction

# One statement, so that the row's lock makes tries at the same moment count one after another.
_HIT = """
    INSERT INTO core_throttlecount AS had (digest, hits, resets_at)
    VALUES (%(digest)s, 1, clock_timestamp() + %(per)s::interval)
    ON CONFLICT (digest) DO UPDATE SET
        hits = CASE WHEN had.resets_at <= clock_timestamp() THEN 1
                    ELSE LEAST(had.hits, 1000000000) + 1 END,
        resets_at = CASE WHEN had.resets_at <= clock_timestamp()
                         THEN excluded.resets_at ELSE had.resets_at END
    RETURNING hits, extract(epoch FROM resets_at - clock_timestamp())
"""


class DatabaseBackend:
    """The default: right for any number of processes and hosts, and needs nothing else."""

    def hit(self, digest: bytes, *, per: timedelta) -> tuple[int, float]:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(_HIT, {"digest": digest, "per": f"{per.total_seconds()} seconds"})
            hits, seconds = cursor.fetchone()
        return int(hits), float(seconds)


class CacheBackend:
    """For sites with Redis or Valkey as their cache; one in memory would count per process."""

    def hit(self, digest: bytes, *, per: timedelta) -> tuple[int, float]:
        key = f"throttle:{digest.hex()}"
        seconds = per.total_seconds()
        for _attempt in range(3):
            if cache.add(key, 1, timeout=seconds):
                cache.set(f"{key}:until", time.time() + seconds, timeout=seconds)
                return 1, seconds
            try:
                hits = cache.incr(key)
            except ValueError:  # the window ended between the two questions
                continue
            until = cache.get(f"{key}:until") or time.time() + seconds
            return int(hits), max(0.0, until - time.time())
        raise RuntimeError("the cache forgets at once what it is given")


def prune() -> None:
    """Forget windows that are over."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_throttlecount WHERE resets_at <= clock_timestamp()")
