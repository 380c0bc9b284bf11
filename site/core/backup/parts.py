"""What a backup consists of."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.files.storage import Storage, default_storage

from core import embedded
from core.backup.errors import BackupError
from core.files.storing import private_storage

Say = Callable[[str], None]

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database.dump"

#: Variables of the environment whose values are secrets.
SECRET_VARIABLES = ("SECRET_KEY", "DATABASE_URL", "EMAIL_HOST_PASSWORD")


class Progress:
    """Says now and then how far a long step is."""

    #: Seconds between two lines.
    PACE = 2.0

    def __init__(self, say: Say) -> None:
        self.say = say
        self.said = time.monotonic()

    def __call__(self, text: str) -> None:
        if time.monotonic() - self.said > self.PACE:
            self.said = time.monotonic()
            self.say(f"  {text} …")


def stores() -> dict[str, Storage]:
    """The stores of files, by the folder that they have in a backup."""
    return {"media": default_storage, "private": private_storage()}


def split(name: str) -> tuple[str, str]:
    """A member's store and its name there. Raises BackupError for a name that leads elsewhere."""
    path = PurePosixPath(name)
    folder, rest = name.partition("/")[::2]
    if folder not in {"media", "private"} or not rest or path.is_absolute() or ".." in path.parts:
        raise BackupError(f"The backup has a file of an unexpected name: {name!r}.")
    return folder, rest


def keys() -> Iterator[Path]:
    """The files with keys, none of which is in a backup."""
    folders = {embedded.variable_files() / "secrets", Path(settings.KEYS_DIR)}
    for folder in sorted(folders):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield path


def secret_variables() -> list[str]:
    """The names of the variables with secrets that somebody has set here."""
    own = os.environ.get(embedded.MARK)
    values = {name: os.environ.get(name) for name in SECRET_VARIABLES}
    return [name for name, value in values.items() if value and value != own]


def in_words(size: int) -> str:
    """A number of bytes for a terminal."""
    for unit, limit in (("B", 1e3), ("kB", 1e6), ("MB", 1e9)):
        if size < limit:
            return f"{size / limit * 1e3:.0f} {unit}"
    return f"{size / 1e9:.1f} GB"
