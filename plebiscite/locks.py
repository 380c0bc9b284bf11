"""Who has to wait for whom.

Every vote holds a shared lock of its plebiscite, every change of state the exclusive one. Advisory
locks queue fairly: a change of state waits for the votes that are being written and for no later
one. A lock on the plebiscite's row would not do: under a steady stream of voters PostgreSQL lets
the change of state starve.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection

#: Classes of advisory locks, apart from those of other parts of the platform.
STATE = 7_250_010
MIX = 7_250_011


def share_state(plebiscite: UUID) -> None:
    """Waits for changes of state, and keeps further ones out until the transaction ends."""
    _lock("pg_advisory_xact_lock_shared", STATE, plebiscite)


def hold_state(plebiscite: UUID) -> None:
    """Waits for the votes that are being written, and keeps everybody out until the end."""
    _lock("pg_advisory_xact_lock", STATE, plebiscite)


def hold_mix(plebiscite: UUID) -> None:
    """One flush at a time: each one continues the log where the last one ended."""
    _lock("pg_advisory_xact_lock", MIX, plebiscite)


def _lock(function: str, kind: int, plebiscite: UUID) -> None:
    # Two plebiscites whose ids begin alike wait for each other needlessly, which is harmless.
    key = int.from_bytes(plebiscite.bytes[:4], signed=True)
    if not connection.in_atomic_block:
        raise RuntimeError("a lock is held until its transaction ends, so there has to be one")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [kind, key])
