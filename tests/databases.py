"""Databases for the tests: one migrated template, cloned wherever a test needs its own.

A clone takes hundredths of a second, so no test has to empty tables after itself. The template
is named by a digest of the migrations and the packages: it is made once and found again by the
next run. Clones carry the name of their run, which holds an advisory lock for as long as it
lives; clones of runs that were killed are dropped by the next one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.core.cache import caches
from django.core.management import call_command
from django.db import connections

from core import embedded

ROOT = Path(__file__).resolve().parents[1]
#: What a run of the tests changes: a server and files of its own, apart from the site's.
VAR = Path(os.environ.get("HAJNOWKA_TEST_VAR") or ROOT / "var" / "test").absolute()

MIGRATED = "hajnowka_migrated_"
TEMPLATE = "hajnowka_template_"
DEMO = "hajnowka_demo_"
CLONE = "hajnowka_clone_"
#: What the site keeps in files besides its database.
FOLDERS = ("media", "private", "keys")
#: Advisory locks live in one database; this number guards the making of templates.
MAKING = 7_250_001


def server_url() -> str:
    """The server for the tests: the one in DATABASE_URL, or the project's own."""
    given = os.environ.get("DATABASE_URL")
    if given and given != os.environ.get(embedded.MARK):
        return given
    return embedded.ensure(var=VAR, durable=False)


class Databases:
    """Templates and clones on one server, for one process of one run."""

    def __init__(self, url: str, run: str) -> None:
        self.url = url
        self.run = run
        self._template: str | None = None
        self.server = self._connect("postgres")
        # Shared, as all processes of a run hold it: says that its clones are in use.
        self._ask("SELECT pg_advisory_lock_shared(hashtext(%s))", run)
        self._drop_abandoned()

    def url_of(self, name: str) -> str:
        """The address of one database on the server."""
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def _connect(self, name: str) -> Any:
        connection = psycopg2.connect(self.url_of(name))
        connection.autocommit = True
        return connection

    def _ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with self.server.cursor() as cursor:
            cursor.execute(question, values or None)
            return cursor.fetchall() if cursor.description else []

    def _names(self, prefix: str) -> list[str]:
        like = prefix.replace("_", r"\_") + "%"
        return [
            row[0]
            for row in self._ask("SELECT datname FROM pg_database WHERE datname LIKE %s", like)
        ]

    def _drop_abandoned(self) -> None:
        for name in self._names(CLONE):
            run = name.removeprefix(CLONE).split("_")[0]
            if self._ask("SELECT pg_try_advisory_lock(hashtext(%s))", run)[0][0]:
                self.drop(name)
                self._ask("SELECT pg_advisory_unlock(hashtext(%s))", run)

    def clone(self, template: str) -> str:
        """A new database with everything that the template has."""
        name = f"{CLONE}{self.run}_{uuid.uuid4().hex[:8]}"
        self.copy(template, name)
        return name

    def copy(self, template: str, name: str) -> None:
        """Make database `name` from the template, quickly: a copy of files, not of the log."""
        self._ask(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def migrated(self) -> str:
        """The database as migrations leave it, without a single page."""
        return self._made(MIGRATED, digest(structure()), self._migrate)

    def template(self) -> str:
        """The database that tests get: migrated, with the pages nearly all of them need."""
        if self._template is None:
            self._template = self._made(TEMPLATE, digest(structure()), self._make_site)
        return self._template

    def demo_template(self) -> tuple[str, Path]:
        """A database with the demo content, and the folder with what belongs to it in files."""
        migrated = self.migrated()
        key = digest(sources())
        files = VAR / f"files-{key}"

        def fill(name: str) -> None:
            self.drop(name)
            self.copy(migrated, name)
            shutil.rmtree(files, ignore_errors=True)
            env = {
                **os.environ,
                "DATABASE_URL": self.url_of(name),
                "DJANGO_SETTINGS_MODULE": "config.settings.test",
                "HAJNOWKA_VAR": str(VAR / f"demo-{key}"),
            }
            command = [sys.executable, str(ROOT / "manage.py"), "load_demo"]
            subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE)
            for folder in FOLDERS:
                (VAR / f"demo-{key}" / folder).mkdir(parents=True, exist_ok=True)
            (VAR / f"demo-{key}").rename(files)
            for old in VAR.glob("files-*"):
                if old != files:
                    shutil.rmtree(old, ignore_errors=True)

        return self._made(DEMO, key, fill), files

    def _made(self, prefix: str, key: str, make: Callable[[str], None]) -> str:
        """The template `prefix + key`; made first, and its predecessors dropped, if missing."""
        name = prefix + key
        self._ask("SELECT pg_advisory_lock(%s)", MAKING)
        try:
            if name not in self._names(prefix):
                half = f"{prefix}half"
                make(half)
                for old in self._names(prefix):
                    if old != half:
                        self.drop(old)
                self._ask(f'ALTER DATABASE "{half}" RENAME TO "{name}"')
        finally:
            self._ask("SELECT pg_advisory_unlock(%s)", MAKING)
        return name

    def _migrate(self, name: str) -> None:
        self.drop(name)
        self._ask(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
        with pointed_at(name):
            call_command("migrate", interactive=False, verbosity=0)

    def _make_site(self, name: str) -> None:
        from tests.factories.site import make_site

        self.drop(name)
        self.copy(self.migrated(), name)
        with pointed_at(name):
            # Nearly every test needs these pages; made here they cost nothing per test.
            make_site()


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Let Django's connections, in this thread and in new ones, use database `name`."""
    settings = connections.settings["default"]
    before = settings["NAME"]
    connections.close_all()
    settings["NAME"] = name
    forget()
    try:
        yield
    finally:
        connections.close_all()
        settings["NAME"] = before
        forget()


def forget() -> None:
    """Drop what Django remembers about the rows of another database."""
    from django.contrib.contenttypes.models import ContentType

    ContentType.objects.clear_cache()
    for cache in caches.all():
        cache.clear()


def digest(paths: Iterator[Path]) -> str:
    """A short name for the content of the files."""
    result = hashlib.sha256()
    for path in sorted(paths):
        result.update(f"{path.relative_to(ROOT)}\0".encode())
        result.update(path.read_bytes())
    return result.hexdigest()[:16]


def structure() -> Iterator[Path]:
    """The files that decide what a migrated database looks like."""
    yield ROOT / "requirements.lock"
    yield from (ROOT / "site" / "config" / "settings").glob("*.py")
    for folder in packages():
        yield from folder.glob("migrations/*.py")
        yield from folder.glob("*/migrations/*.py")
        yield from folder.glob("roles.py")
        yield from folder.glob("setup.py")
    yield ROOT / "tests" / "factories" / "site.py"


def sources() -> Iterator[Path]:
    """The files that decide what the demo content looks like: all code and all content."""
    yield from structure()
    for folder in packages():
        for path in folder.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".mo":
                yield path


def packages() -> Iterator[Path]:
    """The project's own Python packages."""
    for folder in (*(ROOT / "site").iterdir(), *ROOT.iterdir()):
        if (folder / "__init__.py").exists() and folder.name != "tests":
            yield folder
