"""Taking a file in: every check, then the store, then the row."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import tempfile
import unicodedata
from collections.abc import Collection
from pathlib import PurePath
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Model
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.actors import identify
from core.audit import record
from core.clock import ClockTimestamp
from core.files import clamav, contents, pictures
from core.files.errors import FileRefused
from core.files.kinds import ALL, IMAGES, KINDS, NO_CLAIM, Kind, by_extension, in_words, sniff
from core.files.models import Scan, StoredFile
from core.locks import advisory_lock
from core.references import Reference, reference

log = logging.getLogger("core.files")

MAX_SIZE = 10 * 1024 * 1024
_IN_MEMORY = 1024 * 1024


def store_upload(
    file: UploadedFile,
    *,
    actor: Any,
    allowed: Collection[str] = ALL,
    max_size: int = MAX_SIZE,
    owner: Model | Reference | None = None,
    max_count: int | None = None,
) -> StoredFile:
    """Check an uploaded file and keep it. Raises FileRefused with a sentence for the sender.

    `allowed` are names of `core.files.kinds`. The extension, what the browser declares and what
    the content is have to agree. Pictures are drawn anew. `owner` is what the file belongs to;
    without one it has to be given an owner with `claim()` within two days. `max_count` is how
    many files the owner may have, this one included.

    To be called outside of a transaction: checking takes seconds, in which no lock may be held,
    and the record of an infected file must not be rolled back with what it was sent for.
    """
    kind = _named_kind(file, allowed)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
        digest = _copy(file, copy, max_size)
        if sniff(copy) != kind.name:
            raise FileRefused(
                _(
                    "The content of the file is not what its name says (%(kind)s). Save it anew "
                    "in that format and send it again."
                )
                % {"kind": kind.label},
                "content",
            )
        contents.check(copy, kind.name)
        scan = _scan(copy, digest, actor)
        if kind.name not in IMAGES:
            return _keep(copy, file, kind, scan, actor, owner, max_count)
        with pictures.redraw(copy, kind.name) as redrawn:
            return _keep(redrawn, file, kind, scan, actor, owner, max_count)


def private_storage() -> Storage:
    """Where the bytes are: by default `private/` beside the media, under random names."""
    return storages.create_storage(settings.PRIVATE_STORAGE)


def scan_state(file: IO[bytes]) -> tuple[Scan, str]:
    """What the scanner says about a file, and the name of what it has found."""
    if not clamav.is_configured():
        return Scan.NOT_SCANNED, ""
    try:
        found = clamav.scan(file)
    except clamav.ScannerUnavailable as error:
        log.error("the virus scanner does not work: %s", error)
        return Scan.ERROR, ""
    return (Scan.INFECTED if found else Scan.CLEAN), found


def _named_kind(file: UploadedFile, allowed: Collection[str]) -> Kind:
    kind = by_extension(file.name or "")
    if kind is None or kind.name not in allowed:
        raise FileRefused(
            _("Files of this kind are not accepted here. Send one of these: %(kinds)s.")
            % {"kinds": in_words(allowed)},
            "kind",
        )
    declared = (file.content_type or "").partition(";")[0].strip().lower()
    if declared not in NO_CLAIM | {kind.mime} | kind.declared:
        raise FileRefused(
            _("The file’s name ends as that of a %(kind)s file, but it was sent as another kind.")
            % {"kind": kind.label},
            "declared",
        )
    return kind


def _copy(file: UploadedFile, copy: IO[bytes], max_size: int) -> str:
    """Read the upload once, counting; gives its SHA-256."""
    digest, size = hashlib.sha256(), 0
    for chunk in file.chunks():
        size += len(chunk)
        if size > max_size:
            raise FileRefused(
                _("The file is too large. It may have at most %(size)s.")
                % {"size": filesizeformat(max_size)},
                "size",
            )
        digest.update(chunk)
        copy.write(chunk)
    if not size:
        raise FileRefused(_("The file is empty."), "empty")
    return digest.hexdigest()


def _scan(copy: IO[bytes], digest: str, actor: Any) -> Scan:
    scan, found = scan_state(copy)
    if scan is Scan.ERROR:
        raise FileRefused(
            _("Files cannot be checked for viruses just now. Try again in a few minutes."),
            "scanner",
        )
    if scan is Scan.INFECTED:
        with transaction.atomic(durable=True):
            record(Reference("core.storedfile", digest), "refuse_infected", actor=actor)
        log.warning("an infected file was refused: %s", found)
        raise FileRefused(
            _(
                "The virus scanner has found something in this file, so it was not saved. Check "
                "your device and send another file."
            ),
            "infected",
        )
    return scan


def _keep(
    content: IO[bytes],
    file: UploadedFile,
    kind: Kind,
    scan: Scan,
    actor: Any,
    owner: Model | Reference | None,
    max_count: int | None,
) -> StoredFile:
    target = reference(owner) if isinstance(owner, Model) else owner or Reference("", "")
    token = secrets.token_hex(16)
    storage = private_storage()
    content.seek(0)
    digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    # Not `tell()`: hashing what stands in memory does not move through it.
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    name = storage.save(f"{token[:2]}/{token}", File(content))
    _write_through(storage, name)
    try:
        with transaction.atomic(durable=True):
            if max_count is not None and target.type:
                _check_count(target, max_count)
            return StoredFile.objects.create(
                storage_name=name,
                name=clean_name(file.name or "", kind),
                kind=kind.name,
                mime=kind.mime,
                size=size,
                sha256=digest,
                scan=scan,
                scanned_at=None if scan is Scan.NOT_SCANNED else ClockTimestamp(),
                owner_type=target.type,
                owner_id=target.id,
                uploader_id=identify(actor).pk,
            )
    except BaseException:
        storage.delete(name)
        raise


def _check_count(target: Reference, max_count: int) -> None:
    advisory_lock("core.files", "/".join(target))
    if StoredFile.objects.filter(owner_type=target.type, owner_id=target.id).count() >= max_count:
        raise FileRefused(
            ngettext(
                "There may be at most %(count)d file here. Remove it before you add another.",
                "There may be at most %(count)d files here. Remove one before you add another.",
                max_count,
            )
            % {"count": max_count},
            "count",
        )


def _write_through(storage: Storage, name: str) -> None:
    """Have the bytes on the disk before the row says that they are there."""
    try:
        path = storage.path(name)
    except NotImplementedError:
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def clean_name(name: str, kind: Kind) -> str:
    """The sender's name for the file, without folders and without signs that mislead the eye."""
    name = unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).name)
    visible = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    stem = visible[: visible.rfind(".")].strip(" .")[:130]
    extension = next(end for end in kind.extensions if visible.lower().endswith(end))
    return f"{stem or KINDS[kind.name].label}{extension}"
