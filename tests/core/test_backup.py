"""A backup that comes back whole, or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from wagtail.models import Page

from accounts.models import User
from core.actors import SYSTEM
from core.audit import record
from core.audit.seals import Sealer
from core.audit.verify import verify as verify_audit
from core.backup import programs
from core.backup.errors import BackupError
from core.backup.parts import split
from core.files import store_upload
from core.files.models import StoredFile
from core.models import Picture
from core.outbox import queue_text
from core.references import Reference
from core.throttle import throttle
from core.throttle.models import ThrottleCount
from tests.core.samples import pdf, picture
from tests.databases import Databases, pointed_at

SECRET = "kanarek-secret-of-the-site"


@pytest.fixture
def folders(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Path]:
    """Points the site's files to a folder of the given name."""

    def use(name: str) -> Path:
        folder = tmp_path / name
        monkeypatch.setenv("HAJNOWKA_VAR", str(folder))
        settings.MEDIA_ROOT = folder / "media"
        settings.KEYS_DIR = folder / "keys"
        settings.PRIVATE_STORAGE = {
            **settings.PRIVATE_STORAGE,
            "OPTIONS": {**settings.PRIVATE_STORAGE["OPTIONS"], "location": folder / "private"},
        }
        return folder

    return use


@pytest.fixture
def site(own_database: str, folders: Callable[[str], Path]) -> Path:
    """A site with something of everything."""
    folder = folders("first")
    for name in ("secrets/secret_key", "keys/vote/worker/inbox"):
        path = folder / name
        path.parent.mkdir(parents=True)
        path.write_text(SECRET)
    user = User.objects.create_user("kanarek@example.org", "password", first_name="Żółw")
    file = SimpleUploadedFile("drzewo.png", picture("PNG"), "image/png")
    Picture.objects.create(title="Drzewo", description="Drzewo.", file=file)
    for number in range(3):
        sent = SimpleUploadedFile(f"umowa {number}.pdf", pdf(), "application/pdf")
        store_upload(sent, actor=user, owner=Reference("tests.case", str(number)))
        record(user, "rename", actor=user)
        queue_text("test", user.email, subject="S", text="Ł", language="pl", dedupe_key=f"{number}")
    Sealer().run()
    record(user, "rename", actor=SYSTEM)
    throttle("test", "key", limit=9, per=timedelta(hours=1))
    return folder


@contextmanager
def empty_database(databases: Databases) -> Iterator[str]:
    """A database without a single table."""
    name = databases.clone("template0")
    try:
        with pointed_at(name):
            yield name
    finally:
        databases.drop(name)


_CASTS = re.compile(r"::(character varying|text)(\[\])?|[()]")


def in_database() -> dict[str, Any]:
    """Everything that a database holds: rows, counters, and what guards them."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"  # noqa: S608
            )
            found[table] = cursor.fetchone()
        for name, question in {
            "sequences": "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1",
            "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal "
            "ORDER BY 1",
            "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
            "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
            "functions": "SELECT proname, prosrc FROM pg_proc "
            "WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
            "columns": "SELECT table_name, column_name, data_type, column_default, is_nullable, "
            "is_identity FROM information_schema.columns WHERE table_schema = 'public' "
            "ORDER BY 1, 2",
            "unlogged": "SELECT relname FROM pg_class WHERE relpersistence = 'u' "
            "AND relnamespace = 'public'::regnamespace ORDER BY 1",
        }.items():
            cursor.execute(question)
            # PostgreSQL writes the casts in conditions down in another way after a restore.
            found[name] = [_CASTS.sub("", repr(row)) for row in cursor.fetchall()]
    # What may be forgotten is.
    found.pop("core_throttlecount")
    return found


def in_folder(folder: Path) -> dict[str, str]:
    """The media and private files, each by its digest."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for part in ("media", "private")
        for path in (folder / part).rglob("*")
        if path.is_file()
    }


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}


def rewritten(path: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Path:
    """A backup with other members."""
    other = path.with_name("other.tar")
    with tarfile.open(other, "w") as archive:
        for name, content in change(members(path)).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return other


@pytest.fixture
def backup(site: Path, tmp_path: Path) -> Path:
    path = tmp_path / "backup.tar"
    call_command("backup", output=path)
    return path


@pytest.mark.database
@pytest.mark.concurrency
class TestRoundTrip:
    def test_everything_comes_back(
        self, capsys: pytest.CaptureFixture[str], site: Path, backup: Path,
        folders: Callable[[str], Path], test_databases: Databases,
    ) -> None:  # fmt: skip
        before, files = in_database(), in_folder(site)
        assert len(files) >= 4
        with empty_database(test_databases):
            folder = folders("second")
            call_command("restore", backup)
            assert in_database() == before
            assert in_folder(folder) == files
            # And it works: the site's own rules hold in it, and its counters go on.
            assert verify_audit().problem == ""
            assert StoredFile.objects.count() == 3
            record(User.objects.get(), "rename", actor=SYSTEM)
            Sealer().run()
            assert verify_audit().problem == ""
            assert not ThrottleCount.objects.exists()
            private = next(path for path in (folder / "private").rglob("*") if path.is_file())
            assert stat.S_IMODE(private.stat().st_mode) == 0o600
        output = capsys.readouterr().out
        assert "media: 1 files" in output
        assert "private: 3 files" in output
        assert str(site / "secrets" / "secret_key") in output

    def test_a_second_backup_has_the_same_in_it(
        self, site: Path, backup: Path, tmp_path: Path
    ) -> None:
        call_command("backup", output=tmp_path / "again.tar")
        first, second = (
            json.loads(members(path)["manifest.json"])["members"]
            for path in (backup, tmp_path / "again.tar")
        )
        assert {**first, "database.dump": 0} == {**second, "database.dump": 0}


@pytest.mark.database
@pytest.mark.concurrency
class TestWriting:
    def test_keys_are_listed_apart_and_not_inside(self, site: Path, backup: Path) -> None:
        assert SECRET.encode() not in backup.read_bytes()
        listing = backup.with_name("backup.tar.keys.txt").read_text()
        for name in ("secrets/secret_key", "keys/vote/worker/inbox"):
            assert str(site / name) in listing
        assert SECRET not in listing
        manifest = json.loads(members(backup)["manifest.json"])
        assert str(site / "secrets/secret_key") in manifest["not_included"]["keys"]

    def test_it_is_for_its_owner_alone(self, backup: Path) -> None:
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600

    def test_nothing_is_written_over(self, backup: Path) -> None:
        content = backup.read_bytes()
        with pytest.raises(CommandError, match="exists already"):
            call_command("backup", output=backup)
        assert backup.read_bytes() == content

    def test_a_failure_leaves_nothing_behind(
        self, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "out"
        with pytest.raises(CommandError, match="no folder"):
            call_command("backup", output=folder / "b.tar")
        folder.mkdir()
        monkeypatch.setattr(programs, "find", lambda name: Path("/bin/false"))
        with pytest.raises(CommandError, match="failed"):
            call_command("backup", output=folder / "b.tar")
        assert not list(folder.iterdir())

    @pytest.mark.parametrize("version", [99, 100])
    def test_a_server_newer_than_the_programs_is_told(
        self, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
    ) -> None:
        monkeypatch.setattr(programs, "server_version", lambda: version)
        with pytest.raises(CommandError, match=rf"PostgreSQL {version} .* client"):
            call_command("backup", output=tmp_path / "b.tar")

    def test_the_password_is_in_no_argument(
        self, own_database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: dict[str, Any] = {}

        def started(command: list[str], **options: Any) -> Any:
            seen.update(command=command, env=options["env"])
            raise BackupError("started")

        monkeypatch.setitem(connection.settings_dict, "PASSWORD", "haslo-kanarka")
        monkeypatch.setattr("core.backup.programs.subprocess.Popen", started)
        with pytest.raises(BackupError, match="started"):
            programs.run(["pg_dump"], meanwhile=lambda: None)
        assert "haslo-kanarka" not in " ".join(seen["command"])
        assert seen["env"]["PGPASSWORD"] == "haslo-kanarka"


@pytest.mark.database
@pytest.mark.concurrency
class TestRestoring:
    def test_what_is_there_is_kept(
        self, site: Path, backup: Path, test_databases: Databases, folders: Callable[[str], Path]
    ) -> None:
        User.objects.create_user("new@example.org")
        before = in_database()
        with pytest.raises(CommandError, match="database is not empty"):
            call_command("restore", backup)
        assert in_database() == before
        with empty_database(test_databases), pytest.raises(CommandError, match="media files"):
            call_command("restore", backup)

    def test_force_replaces_all_of_it(self, site: Path, backup: Path) -> None:
        before, files = in_database(), in_folder(site)
        User.objects.create_user("new@example.org")
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE left_over (id int)")
        (site / "media" / "new.txt").write_text("new")
        next(path for path in (site / "private").rglob("*") if path.is_file()).write_bytes(b"?")
        call_command("restore", backup, force=True)
        assert in_database() == before
        assert in_folder(site) == files

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            (lambda m: {**m, "database.dump": m["database.dump"][:-1] + b"?"}, "damaged"),
            (lambda m: {k: v for k, v in m.items() if not k.startswith("media")}, "damaged"),
            (lambda m: {"private/zz/new": b"x", **m}, "damaged"),
            (lambda m: {k: v for k, v in m.items() if k != "manifest.json"}, "not complete"),
            (lambda m: {**m, "more": b""}, "no backup has"),
            (lambda m: {**m, "manifest.json": b'{"format": 99}'}, "another version"),
            (lambda m: {**m, "manifest.json": b"{"}, "cannot be read"),
            (lambda m: {}, "not complete"),
        ],
    )
    def test_a_damaged_backup_changes_nothing(
        self, site: Path, backup: Path, change: Any, complaint: str
    ) -> None:
        before, files = in_database(), in_folder(site)
        with pytest.raises(CommandError, match=complaint):
            call_command("restore", rewritten(backup, change), force=True)
        assert (in_database(), in_folder(site)) == (before, files)

    @pytest.mark.parametrize("part", [0, 0.3, 0.99])
    def test_a_cut_backup_changes_nothing(self, site: Path, backup: Path, part: float) -> None:
        before = in_database()
        content = backup.read_bytes().rstrip(b"\0")  # the end of a tar is nothing but zeros
        backup.write_bytes(content[: int(len(content) * part)])
        with pytest.raises(CommandError):
            call_command("restore", backup, force=True)
        assert in_database() == before

    def test_a_dump_that_does_not_load_leaves_the_old_database(
        self, site: Path, backup: Path
    ) -> None:
        def change(found: dict[str, bytes]) -> dict[str, bytes]:
            dump = found["database.dump"][:-2000]
            manifest = json.loads(found["manifest.json"])
            manifest["members"]["database.dump"] = {
                "size": len(dump), "sha256": hashlib.sha256(dump).hexdigest(),
            }  # fmt: skip
            return {**found, "database.dump": dump, "manifest.json": json.dumps(manifest).encode()}

        before = in_database()
        with pytest.raises(CommandError, match="pg_restore failed"):
            call_command("restore", rewritten(backup, change), force=True)
        assert in_database() == before

    def test_a_restore_that_was_killed_is_undone_by_the_next(
        self, site: Path, backup: Path
    ) -> None:
        before = in_database()
        with connection.cursor() as cursor:
            cursor.execute("ALTER SCHEMA public RENAME TO before_restore; CREATE SCHEMA public")
        with pytest.raises(CommandError, match="not empty"):
            call_command("restore", backup)
        assert in_database() == before

    def test_with_the_site_running_it_is_refused(
        self, site: Path, own_database: str, backup: Path, test_databases: Databases
    ) -> None:
        other = test_databases._connect(own_database)
        try:
            with pytest.raises(CommandError, match="stop the site"):
                call_command("restore", backup, force=True)
        finally:
            other.close()

    def test_a_missing_file_is_told(self, own_database: str, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="There is no file"):
            call_command("restore", tmp_path / "nothing.tar")


def test_pages_are_part_of_it(site: Path) -> None:
    """The comparison above is worth something: there are pages and tables to compare."""
    assert Page.objects.exists()
    assert len(in_database()) > 60
    assert os.path.exists(site / "media")


@pytest.mark.parametrize(
    "name", ["../x", "media/../../x", "/etc/passwd", "media/", "elsewhere/x", "private"]
)
def test_no_file_leads_elsewhere(name: str) -> None:
    with pytest.raises(BackupError):
        split(name)
