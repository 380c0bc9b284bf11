"""The keys of each vote: files outside of the database and of the media.

    <KEYS_DIR>/<plebiscite>/pepper          turns people into digests for the voter register
    <KEYS_DIR>/<plebiscite>/tag             turns commitments into tags for the inbox
    <KEYS_DIR>/<plebiscite>/promise         signs the promises that voters get
    <KEYS_DIR>/<plebiscite>/worker/inbox    opens sealed votes: the worker's alone
    <KEYS_DIR>/<plebiscite>/worker/log      signs the log and the bundle: the worker's;
                                            `log-<number>` takes over after that checkpoint

The worker makes them, so that the web process never sees the last one; in production its folder
belongs to the worker's user (docs/plebiscite.md). Files are 0600 in folders 0700.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from nacl.public import PrivateKey
from nacl.signing import SigningKey

from plebiscite.voters import PEPPER_SIZE

_PEPPER = "pepper"
_TAG = "tag"
_PROMISE = "promise"
_INBOX = "worker/inbox"
_LOG = "worker/log"


class MissingKey(RuntimeError):
    """A key of a vote cannot be read; names the file for the administrator."""


@dataclass(frozen=True)
class PublicKeys:
    """What may be known of the keys by everybody."""

    inbox: bytes
    promise: bytes
    log: bytes


def make(plebiscite: UUID) -> PublicKeys:
    """Makes the keys that are missing, and gives the public halves; never replaces one."""
    for name in (_PEPPER, _TAG, _PROMISE, _INBOX, _LOG):
        _make_file(_path(plebiscite, name))
    return PublicKeys(
        inbox=bytes(PrivateKey(inbox_key(plebiscite)).public_key),
        promise=bytes(SigningKey(promise_key(plebiscite)).verify_key),
        log=bytes(SigningKey(log_key(plebiscite)).verify_key),
    )


def pepper(plebiscite: UUID) -> bytes:
    """The key of the voter register. Raises MissingKey, as all below."""
    return _read(plebiscite, _PEPPER)


def has_pepper(plebiscite: UUID) -> bool:
    """Whether the key of the voter register is still there."""
    return _path(plebiscite, _PEPPER).exists()


def destroy_pepper(plebiscite: UUID) -> None:
    """Removes the key of the voter register for good; nothing if it is gone."""
    _destroy(_path(plebiscite, _PEPPER))


def destroy_box_keys(plebiscite: UUID) -> None:
    """Removes what opens sealed votes and what makes their tags; nothing if they are gone."""
    for name in (_INBOX, _TAG):
        _destroy(_path(plebiscite, name))


def has_box_keys(plebiscite: UUID) -> bool:
    """Whether one of the keys of the box is still there, for whoever may look into its folder."""
    return any(_path(plebiscite, name).exists() for name in (_INBOX, _TAG))


def has_tag_key(plebiscite: UUID) -> bool:
    """Whether votes can still be written into the box."""
    return _path(plebiscite, _TAG).exists()


def _destroy(path: Path) -> None:
    """Its bytes are written over first, for what that is worth: disks and backups may keep copies,
    which is why backups of keys are listed apart and destroyed by the same rule.
    """
    try:
        with path.open("r+b") as file:
            file.write(bytes(PEPPER_SIZE))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    _sync_folder(path.parent)


def tag_key(plebiscite: UUID) -> bytes:
    """The key of the inbox's tags."""
    return _read(plebiscite, _TAG)


def promise_key(plebiscite: UUID) -> bytes:
    """The private key that signs promises."""
    return _read(plebiscite, _PROMISE)


def log_key(plebiscite: UUID, after: int = 0) -> bytes:
    """The private key that signs the log after checkpoint `after`, 0 for the first key."""
    return _read(plebiscite, _log_name(after))


def make_log_key(plebiscite: UUID, after: int) -> bytes:
    """Makes the key that takes over after a checkpoint; gives its public half."""
    _make_file(_path(plebiscite, _log_name(after)))
    return bytes(SigningKey(log_key(plebiscite, after)).verify_key)


def _log_name(after: int) -> str:
    return f"{_LOG}-{after}" if after else _LOG


def inbox_key(plebiscite: UUID) -> bytes:
    """The private key that opens sealed votes. Only the worker asks for it."""
    return _read(plebiscite, _INBOX)


def destroy_web_keys(plebiscite: UUID) -> None:
    """Removes what a test run was cast with. The worker's key stays in a folder of its own, where
    the web process has no business; once the rows are gone it opens nothing.
    """
    for name in (_PEPPER, _TAG, _PROMISE):
        _path(plebiscite, name).unlink(missing_ok=True)


def _path(plebiscite: UUID, name: str) -> Path:
    return Path(settings.KEYS_DIR) / str(plebiscite) / name


def _make_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written beside and linked into place: nobody ever reads half a key, and of two workers one
    # wins.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(PEPPER_SIZE))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        _sync_folder(path.parent)
    finally:
        draft.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(plebiscite: UUID, name: str) -> bytes:
    path = _path(plebiscite, name)
    try:
        value = path.read_bytes()
    except OSError as error:
        raise MissingKey(f"The key {path} cannot be read: {error.strerror}.") from None
    if len(value) != PEPPER_SIZE:
        raise MissingKey(f"The key {path} is damaged: restore it from the backup of keys.")
    return value
