"""Linking committed events into a chain, in batches.

A chain that every act extends itself would let the whole platform wait in one queue. So events
are written unlinked, and one worker closes ranges of ids afterwards. A range may only be closed
when no transaction can still add to it. This is known so: an event's transaction takes its own
number before the event takes an id (a trigger sees to it). The worker reads the last id given
and then takes a transaction number itself; once every lower transaction number has ended, all
ids up to the one it read are either visible or will never be.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC

from django.db import connection, transaction

from core.audit.models import AuditEvent, AuditSeal

#: No seal covers more, so that none is too large to be read.
BATCH = 5000
#: The first 32 bytes of the chain, in the place of a seal before the first one.
GENESIS = bytes(32)
#: The advisory lock of the one process that may seal.
SEALING = 7_250_101
LEAF = struct.Struct(">q32s")


@dataclass(frozen=True)
class _Mark:
    """A moment: the last id given until then, and a transaction number taken after it."""

    last_id: int
    transaction: str


class Sealer:
    """Seals what is settled. Keep one and call `run()` again and again."""

    def __init__(self) -> None:
        self._mark: _Mark | None = None

    def run(self) -> int:
        """Seal all events that cannot get company any more; gives their number.

        A transaction that takes long holds back what came after it, until a later run.
        """
        sealed = 0
        for _round in range(2):
            if self._mark is None:
                self._mark = _take_mark()
            if not _is_settled(self._mark):
                break
            sealed += _seal_up_to(self._mark.last_id)
            self._mark = None
        return sealed


def _take_mark() -> _Mark:
    with connection.cursor() as cursor:
        # Two statements, in this order, each a transaction of its own when there is none around.
        cursor.execute(
            "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END "
            "FROM core_auditevent_id_seq"
        )
        last_id = int(cursor.fetchone()[0])
        cursor.execute("SELECT pg_current_xact_id()::text")
        return _Mark(last_id, cursor.fetchone()[0])


def _is_settled(mark: _Mark) -> bool:
    """Whether every transaction of this database that is older than the mark has ended.

    A snapshot's horizon would do as well, but it counts the transactions of every database on
    the server, and a long one elsewhere would hold up the seals here. Every transaction with a
    number holds a lock on it; the numbers are compared around their 32 bits, as PostgreSQL does.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM pg_locks held JOIN pg_stat_activity backend USING (pid)"
            " WHERE held.locktype = 'transactionid' AND held.mode = 'ExclusiveLock'"
            " AND held.granted AND backend.datname = current_database()"
            " AND backend.pid <> pg_backend_pid()"
            " AND (%s::bigint - held.transactionid::text::bigint) & 4294967295"
            " BETWEEN 1 AND 2147483647)",
            [mark.transaction],
        )
        return bool(cursor.fetchone()[0])


def _seal_up_to(last_id: int) -> int:
    sealed = 0
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALING])
                if not cursor.fetchone()[0]:
                    return sealed
            before = AuditSeal.objects.last()
            first_id = before.last_id + 1 if before else 1
            events = list(
                AuditEvent.objects.filter(id__gte=first_id, id__lte=last_id).order_by("id")[:BATCH]
            )
            if not events:
                return sealed
            end = events[-1].pk if len(events) == BATCH else last_id
            leaves = pack(events)
            previous = bytes(before.root) if before else GENESIS
            AuditSeal.objects.create(
                first_id=first_id,
                last_id=end,
                leaves=leaves,
                previous=previous,
                root=seal_root(previous, first_id, end, leaves),
            )
            sealed += len(events)


def event_digest(event: AuditEvent) -> bytes:
    """SHA-256 of everything an event says, in one canonical form."""
    content = [
        event.pk,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.object_type,
        event.object_id,
        event.verb,
        event.from_state,
        event.to_state,
        list(event.fields),
        event.actor_kind,
        event.actor_id,
        bytes(event.label_digest).hex(),
    ]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(b"audit event 1\n" + text.encode()).digest()


def pack(events: Iterable[AuditEvent]) -> bytes:
    """The leaves of a seal."""
    return b"".join(LEAF.pack(event.pk, event_digest(event)) for event in events)


def unpack(leaves: bytes) -> Iterator[tuple[int, bytes]]:
    """(id, digest) of every event of a seal, in order. Raises struct.error if bytes are missing."""
    return LEAF.iter_unpack(leaves)


def seal_root(previous: bytes, first_id: int, last_id: int, leaves: bytes) -> bytes:
    """The digest that the next seal carries on."""
    head = struct.pack(">qq", first_id, last_id)
    return hashlib.sha256(b"audit seal 1\n" + previous + head + leaves).digest()
