"""Writing a backup."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.core.files.storage import Storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from core.backup import programs
from core.backup.errors import BackupError
from core.backup.parts import (
    DATABASE,
    FORMAT,
    MANIFEST,
    Progress,
    Say,
    in_words,
    keys,
    secret_variables,
    stores,
)
from core.files.keeping import stored_names


class _Hashing(io.RawIOBase):
    """A file that is hashed while somebody reads it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        return data


def write(output: Path, *, say: Say) -> None:
    """Write database, media and private files into `output`, and `output`.keys.txt beside it.

    The file appears under its name when it is complete, readable by its owner alone. The database
    is dumped first, as of one moment; files that come later are in the backup too, without a row.
    Raises BackupError.
    """
    if output.exists():
        raise BackupError(f"{output} exists already: give another name, or move it away.")
    if not output.parent.is_dir():
        raise BackupError(f"There is no folder {output.parent}: make it first.")
    part = output.with_name(f"{output.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                _Writer(archive, say).write_all(folder=output.parent)
            file.flush()
            os.fsync(file.fileno())
        part.rename(output)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    listing = output.with_name(f"{output.name}.keys.txt")
    listing.write_text(_about_keys(output))
    say(f"{output}: {in_words(output.stat().st_size)}. What is not in it: {listing}")


class _Writer:
    def __init__(self, archive: tarfile.TarFile, say: Say) -> None:
        self.archive = archive
        self.say = say
        self.members: dict[str, dict[str, object]] = {}

    def write_all(self, *, folder: Path) -> None:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as work:
            dump = Path(work) / DATABASE
            self._dump(dump)
            with dump.open("rb") as file:
                self._add(DATABASE, file, dump.stat().st_size)
        for name, storage in stores().items():
            self._add_store(name, storage)
        self._add_manifest()

    def _dump(self, target: Path) -> None:
        command = [str(programs.find("pg_dump")), "--format=custom", "--no-owner", "--no-acl"]
        # Tables without a log hold what may be forgotten, such as counted tries.
        command += ["--no-unlogged-table-data", f"--file={target}"]
        progress = Progress(self.say)
        programs.run(
            command,
            meanwhile=lambda: self._tell_size(progress, target),
        )
        self.say(f"  database: {in_words(target.stat().st_size)}")

    def _tell_size(self, progress: Progress, target: Path) -> None:
        if target.exists():
            progress(f"database: {in_words(target.stat().st_size)}")

    def _add_store(self, folder: str, storage: Storage) -> None:
        number, total, progress = 0, 0, Progress(self.say)
        for name in stored_names(storage):
            try:
                file = storage.open(name)
            except FileNotFoundError:
                continue  # was removed since the folder was read
            with file:
                size = file.size
                self._add(f"{folder}/{name}", file, size)
            number, total = number + 1, total + size
            progress(f"{folder}: {number} files, {in_words(total)}")
        self.say(f"  {folder}: {number} files, {in_words(total)}")

    def _add(self, name: str, file: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, int(time.time())
        hashing = _Hashing(file)
        self.archive.addfile(member, hashing)  # type: ignore[arg-type]
        self.members[name] = {"size": size, "sha256": hashing.digest.hexdigest()}

    def _add_manifest(self) -> None:
        """The last member: a backup without it was not finished."""
        done = MigrationRecorder(connection).applied_migrations()
        manifest = {
            "format": FORMAT,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "postgresql": programs.server_version(),
            "migrations": sorted(f"{app}.{name}" for app, name in done),
            "not_included": {
                "keys": [str(path) for path in keys()],
                "variables": secret_variables(),
            },
            "members": self.members,
        }
        data = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size, member.mode, member.mtime = len(data), 0o600, int(time.time())
        self.archive.addfile(member, io.BytesIO(data))


def _about_keys(output: Path) -> str:
    lines = [
        f"What {output.name} does not contain",
        "",
        "Keys and passwords are kept apart from backups: together they would open everything.",
        "Keep copies of these in another safe place; a restored site needs them.",
        "",
        "Files:",
        *[f"  {path}" for path in keys()],
        "",
        "Variables of the environment:",
        *[f"  {name}" for name in secret_variables()],
    ]
    return "\n".join(lines) + "\n"
