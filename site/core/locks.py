"""Locks that hold until the transaction ends: of a row, or of an idea."""

from __future__ import annotations

import zlib
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def lock_row(obj: Row) -> Row:
    """The object as it is now, its row locked until the transaction ends."""
    rows = type(obj)._base_manager.select_for_update(of=("self",))
    return rows.get(pk=obj.pk)


def advisory_lock(kind: str, key: object, *, shared: bool = False) -> None:
    """Lock an idea, such as “this plebiscite's state”, until the transaction ends.

    Shared locks go together; an exclusive one waits for them, and later ones wait behind it, so
    nobody starves. It has to come first in its transaction: what was read before may be old.
    `kind` keeps one feature's keys apart from another's; both are hashed to 32 bits, so two
    ideas may share a lock, which costs time and nothing else.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a lock is held by a transaction")
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, hashtext(%s))", [_number(kind), str(key)])


def _number(kind: str) -> int:
    unsigned = zlib.crc32(kind.encode())
    return unsigned - (1 << 32) if unsigned >= 1 << 31 else unsigned
