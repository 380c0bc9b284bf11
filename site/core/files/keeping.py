"""What happens to stored files afterwards."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Model, ProtectedError, QuerySet

from core.actors import SYSTEM
from core.audit import record
from core.clock import ClockTimestamp
from core.files.models import Scan, StoredFile
from core.files.storing import private_storage, scan_state
from core.references import Reference, reference

log = logging.getLogger("core.files")

#: How long a file may wait for its owner.
UNCLAIMED = timedelta(days=2)
#: How old bytes without a row have to be before they are nobody's: an upload may be under way.
ORPHANED = timedelta(days=1)


def open_file(file: StoredFile) -> File:
    """The bytes, to be closed by the caller. Raises FileNotFoundError."""
    return private_storage().open(file.storage_name)


def files_of(owner: Model | Reference) -> QuerySet[StoredFile]:
    """The files of an object, in the order they were sent."""
    target = reference(owner) if isinstance(owner, Model) else owner
    return StoredFile.objects.filter(owner_type=target.type, owner_id=target.id)


def claim(file: StoredFile, owner: Model | Reference) -> StoredFile:
    """Give a file that has no owner to `owner`, in the caller's transaction.

    Raises LookupError when it has one already: nobody takes a file away by naming its number.
    """
    target = reference(owner) if isinstance(owner, Model) else owner
    free = StoredFile.objects.filter(pk=file.pk, owner_type="")
    if not free.update(owner_type=target.type, owner_id=target.id):
        raise LookupError("the file belongs to something already")
    file.owner_type, file.owner_id = target
    return file


def remove(file: StoredFile) -> None:
    """Delete a file; its bytes go when the transaction is committed."""
    name = file.storage_name
    file.delete()
    transaction.on_commit(lambda: private_storage().delete(name))


def sweep() -> int:
    """Remove files that nothing has claimed and bytes that have no row; gives their number.

    Bytes without a row are left by a process that was killed between store and database.
    """
    number = 0
    unclaimed = StoredFile.objects.filter(
        owner_type="", created_at__lt=ClockTimestamp() - UNCLAIMED
    )
    for file in unclaimed:
        try:
            with transaction.atomic():
                remove(file)
        except ProtectedError:
            # Something points at it after all, and will claim it or let it go.
            continue
        number += 1
    storage = private_storage()
    before = datetime.now(UTC) - ORPHANED
    for name in stored_names(storage):
        if StoredFile.objects.filter(storage_name=name).exists():
            continue
        if storage.get_modified_time(name) < before:
            storage.delete(name)
            number += 1
    return number


def stored_names(storage: Storage, folder: str = "") -> Iterator[str]:
    """The names of everything in a store."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(files):
        yield f"{folder}/{name}" if folder else name
    for name in sorted(folders):
        yield from stored_names(storage, f"{folder}/{name}" if folder else name)


def scan_again(file: StoredFile) -> Scan:
    """Ask the scanner about a stored file. What is infected is kept, but no longer served."""
    with open_file(file) as content:
        assert content.file is not None
        scan, found = scan_state(content.file)
    with transaction.atomic():
        StoredFile.objects.filter(pk=file.pk).update(scan=scan, scanned_at=ClockTimestamp())
        if scan is Scan.INFECTED and file.scan != Scan.INFECTED:
            record(file, "found_infected", actor=SYSTEM, fields=["scan"])
            log.warning("private file %s is infected: %s", file.pk, found)
    return scan
