"""Putting a backup back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import Storage
from django.db import connection

from core.backup import programs
from core.backup.errors import BackupError
from core.backup.parts import DATABASE, FORMAT, MANIFEST, Progress, Say, in_words, split, stores
from core.files.keeping import stored_names

#: Where the database that was there waits until the new one is whole.
OLD_SCHEMA = "before_restore"


def restore(path: Path, *, force: bool, say: Say) -> None:
    """Put everything in `path` into this site's database and stores.

    The whole file is verified first. What is there already is kept and the restore refused,
    unless `force` says to replace it; even then the old database is only dropped when the new
    one is complete. Raises BackupError.
    """
    manifest = verify(path, say=say)
    _check_that_nobody_works()
    _bring_back_the_old_database()
    if not force:
        _check_that_nothing_is_there()
    wanted = {split(name): name for name in manifest["members"] if name != DATABASE}
    with tarfile.open(path) as archive:
        member = archive.next()
        assert member is not None  # verified above
        _load_database(archive, member, say)
        _fill_stores(archive, wanted, say)
    known = manifest["not_included"]
    say("Restored. Put back what a backup does not contain:")
    for name in [*known["keys"], *known["variables"]]:
        say(f"  {name}")
    say("Then run: python3 manage.py migrate, and python3 manage.py audit_verify")


def verify(path: Path, *, say: Say) -> dict[str, Any]:
    """Read the whole file and compare every checksum; gives its manifest. Raises BackupError."""
    found: dict[str, dict[str, object]] = {}
    manifest: dict[str, Any] | None = None
    progress = Progress(say)
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                if manifest is not None or not member.isreg():
                    raise BackupError(f"{path} has something in it that no backup has.")
                content = archive.extractfile(member)
                assert content is not None
                if member.name == MANIFEST:
                    manifest = json.load(content)
                    continue
                digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
                found[member.name] = {"size": member.size, "sha256": digest}
                progress(f"checking: {len(found)} files")
    except FileNotFoundError:
        raise BackupError(f"There is no file {path}.") from None
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        raise BackupError(f"{path} cannot be read as a backup: {error}") from error
    if manifest is None:
        raise BackupError(f"{path} is not complete: it was cut, or is no backup.")
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{path} was made by another version: its format is not {FORMAT}.")
    expected = manifest["members"]
    for name in {**expected, **found}:
        if expected.get(name) != found.get(name):
            raise BackupError(f"{path} is damaged: {name} is not as it was written.")
    if next(iter(found), "") != DATABASE:
        raise BackupError(f"{path} has no database in it.")
    for name in found:
        if name != DATABASE:
            split(name)
    say(f"  checked: {len(found)} files, made at {manifest['made_at']}")
    return manifest


def _check_that_nobody_works() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        if others := cursor.fetchone()[0]:
            raise BackupError(
                f"Others are using the database ({others} connections): stop the site and its "
                "worker first."
            )


def _check_that_nothing_is_there() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        if cursor.fetchone()[0]:
            raise BackupError(
                "The database is not empty. Restore into an empty one, or say --force to replace "
                "everything that is there, for good."
            )
    for folder, storage in stores().items():
        if next(stored_names(storage), None) is not None:
            raise BackupError(
                f"There are {folder} files already. Move them away, or say --force to replace "
                "them, for good."
            )


def _load_database(archive: tarfile.TarFile, member: tarfile.TarInfo, say: Say) -> None:
    program = str(programs.find("pg_restore"))
    content = archive.extractfile(member)
    assert content is not None
    with tempfile.TemporaryDirectory(prefix="restore-") as folder:
        dump = Path(folder) / DATABASE
        with open(os.open(dump, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            shutil.copyfileobj(content, file)
        progress = Progress(say)
        with _instead_of_the_old_database():
            command = [program, "--no-owner", "--no-acl", "--single-transaction", str(dump)]
            programs.run(command, meanwhile=lambda: progress("database: loading"))
    say(f"  database: {in_words(member.size)}")


def _bring_back_the_old_database() -> None:
    """After a restore that was killed half way: what was there before it is there again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [OLD_SCHEMA])
        was_killed = cursor.fetchone() is not None
    if was_killed:
        _execute(
            "DROP SCHEMA IF EXISTS public CASCADE", f"ALTER SCHEMA {OLD_SCHEMA} RENAME TO public"
        )


@contextmanager
def _instead_of_the_old_database() -> Iterator[None]:
    """An empty schema to load into; the old one comes back if that fails."""
    _execute(
        f"ALTER SCHEMA public RENAME TO {OLD_SCHEMA}",
        "CREATE SCHEMA public AUTHORIZATION pg_database_owner",
        "GRANT USAGE ON SCHEMA public TO PUBLIC",
    )
    # The program needs the database for itself.
    connection.close()
    try:
        yield
    except BaseException:
        _bring_back_the_old_database()
        raise
    _execute(f"DROP SCHEMA {OLD_SCHEMA} CASCADE")


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statements))


def _fill_stores(archive: tarfile.TarFile, wanted: dict[tuple[str, str], str], say: Say) -> None:
    targets = stores()
    for folder, storage in targets.items():
        for name in list(stored_names(storage)):
            if (folder, name) not in wanted:
                storage.delete(name)
    number, progress = 0, Progress(say)
    for member in archive:
        if member.name in {DATABASE, MANIFEST}:
            continue
        folder, name = split(member.name)
        content = archive.extractfile(member)
        assert content is not None
        _put(targets[folder], name, File(content))
        number += 1
        progress(f"files: {number} of {len(wanted)}")
    say(f"  files: {number}")


def _put(storage: Storage, name: str, content: File) -> None:
    storage.delete(name)
    kept = storage.save(name, content)
    if kept != name:
        raise BackupError(f"The store does not take the name {name!r}.")
