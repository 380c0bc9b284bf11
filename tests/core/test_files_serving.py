"""Giving private files out, and asking the virus scanner."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.http import Http404
from django.test import RequestFactory
from django.utils import translation

from accounts.models import User
from core import ports
from core.actors import SYSTEM
from core.audit.models import AuditEvent
from core.files import FileRefused, file_permissions, may_read, serve, store_upload
from core.files.access import download
from core.files.clamav import ScannerUnavailable, check_health
from core.files.keeping import scan_again
from core.files.models import Scan, StoredFile
from core.references import Reference
from tests.core.clamd import EICAR, clamd
from tests.core.samples import pdf, zipped

CASE = Reference("tests.case", "1")


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Sentences are compared as they stand in the code."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "private"
    settings.PRIVATE_STORAGE = {
        **settings.PRIVATE_STORAGE,
        "OPTIONS": {**settings.PRIVATE_STORAGE["OPTIONS"], "location": folder},
    }
    settings.CLAMAV_SOCKET = settings.CLAMAV_HOST = ""
    return folder


@pytest.fixture(params=["socket", "host"])
def daemon(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Any]:
    """A scanner that runs and that the settings name."""
    path = tmp_path / "clamd" if request.param == "socket" else None
    with clamd(path) as server:
        if path:
            settings.CLAMAV_SOCKET = str(path)
        else:
            settings.CLAMAV_HOST, settings.CLAMAV_PORT = server.server_address[:2]
        yield server


def upload(
    name: str = "Umowa Żółw.pdf", content: bytes | None = None, **options: Any
) -> StoredFile:
    declared = "application/pdf" if name.endswith("pdf") else "text/plain"
    file = SimpleUploadedFile(name, pdf() if content is None else content, declared)
    return store_upload(file, actor=SYSTEM, **options)


@pytest.mark.django_db
class TestServing:
    def test_a_download_and_nothing_else(self, rf: RequestFactory) -> None:
        response = serve(rf.get("/"), upload(), allowed=True)
        assert response.status_code == 200
        assert b"".join(response.streaming_content) == pdf()
        headers = response.headers
        assert headers["Content-Disposition"] == (
            "attachment; filename*=utf-8''Umowa%20%C5%BB%C3%B3%C5%82w.pdf"
        )
        assert headers["Content-Type"] == "application/pdf"
        assert headers["Content-Length"] == str(len(pdf()))
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in headers["Cache-Control"]
        assert "sandbox" in headers["Content-Security-Policy"]
        response.close()

    def test_a_plain_name_is_quoted(self, rf: RequestFactory) -> None:
        response = serve(rf.get("/"), upload('a";x="b.pdf'), allowed=True)
        assert response.headers["Content-Disposition"] == r'attachment; filename="a\";x=\"b.pdf"'
        response.close()

    def test_who_may_not_learns_nothing(self, rf: RequestFactory) -> None:
        with pytest.raises(Http404):
            serve(rf.get("/"), upload(), allowed=False)

    @pytest.mark.parametrize("scan", [Scan.INFECTED, Scan.ERROR])
    def test_what_the_scanner_is_against_goes_to_nobody(
        self, rf: RequestFactory, scan: str
    ) -> None:
        file = upload()
        file.scan = scan
        with pytest.raises(Http404):
            serve(rf.get("/"), file, allowed=True)

    def test_missing_bytes_are_not_found_and_noted(
        self, rf: RequestFactory, store: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        file = upload()
        (store / file.storage_name).unlink()
        with pytest.raises(Http404):
            serve(rf.get("/"), file, allowed=True)
        assert str(file.pk) in caplog.text
        assert "Umowa" not in caplog.text

    def test_permissions_are_those_of_the_owner_and_deny_by_default(
        self, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(file_permissions, "_providers", {})
        user = User.objects.create_user("one@example.org")
        file, unclaimed = upload(owner=CASE), upload()
        assert not may_read(user, file)
        file_permissions.register("tests.case", lambda who, _file: who == user)
        assert may_read(user, file)
        assert not may_read(AnonymousUser(), file)
        assert not may_read(user, unclaimed)
        file.scan = Scan.INFECTED
        assert not may_read(user, file)
        request = rf.get("/")
        request.user = user
        assert download(request, pk=file.pk).status_code == 200
        request.user = AnonymousUser()
        with pytest.raises(Http404):
            download(request, pk=file.pk)
        assert download(rf.post("/"), pk=file.pk).status_code == 405


@pytest.mark.django_db
class TestScanner:
    def test_without_a_scanner_a_file_says_so(self) -> None:
        file = upload()
        assert (file.scan, file.scanned_at, file.may_be_served) == (Scan.NOT_SCANNED, None, True)
        check_health()

    def test_what_is_clean_says_so(self, daemon: Any) -> None:
        file = upload()
        file.refresh_from_db()
        assert file.scan == Scan.CLEAN
        assert file.scanned_at is not None
        assert daemon.scanned == [pdf()]
        check_health()

    def test_large_files_are_sent_whole(self, daemon: Any) -> None:
        text = b"0123456789abcdef" * 20_000
        upload("a.txt", text)
        assert daemon.scanned == [text]

    def test_what_is_infected_is_refused_and_on_record(
        self, daemon: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        user = User.objects.create_user("one@example.org")
        file = SimpleUploadedFile("Kowalski.txt", EICAR, "text/plain")
        with pytest.raises(FileRefused) as error:
            store_upload(file, actor=user, owner=CASE)
        assert error.value.code == "infected"
        assert not StoredFile.objects.exists()
        event = AuditEvent.objects.get()
        assert (event.verb, event.actor_id) == ("refuse_infected", user.pk)
        assert "Eicar" in caplog.text
        assert "Kowalski" not in caplog.text

    def test_inside_an_archive_too(self, daemon: Any) -> None:
        # As the true daemon unpacks, ours is given an archive that packs nothing.
        data = zipped({"x": EICAR}, stored=("x",))
        file = SimpleUploadedFile("a.zip", data, "application/zip")
        with pytest.raises(FileRefused) as error:
            store_upload(file, actor=SYSTEM, allowed={"zip"})
        assert error.value.code == "infected"

    @pytest.mark.parametrize("answer", [b"stream: Heuristics ERROR\0", b"", b"nonsense\0"])
    def test_no_verdict_is_not_clean(self, daemon: Any, answer: bytes) -> None:
        daemon.answer = answer or b"\0"
        with pytest.raises(FileRefused) as error:
            upload()
        assert error.value.code == "scanner"
        assert not StoredFile.objects.exists()

    def test_too_large_for_the_scanner_is_not_clean(self, daemon: Any) -> None:
        daemon.limit = 1000
        with pytest.raises(FileRefused) as error:
            upload("a.txt", b"x" * 5_000_000)
        assert error.value.code == "scanner"

    @pytest.mark.parametrize("kind", ["socket", "host"])
    def test_set_up_and_down_means_refused(
        self, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str
    ) -> None:
        if kind == "socket":
            settings.CLAMAV_SOCKET = str(tmp_path / "nobody")
        else:
            settings.CLAMAV_HOST, settings.CLAMAV_PORT = "127.0.0.1", 1
        with pytest.raises(FileRefused, match="Try again in a few minutes") as error:
            upload()
        assert error.value.code == "scanner"
        assert not StoredFile.objects.exists()
        with pytest.raises(ScannerUnavailable):
            check_health()
        assert "core.files" in ports.health.names()


@pytest.mark.django_db
class TestScanningAgain:
    def test_files_from_before_there_was_a_scanner(
        self, settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        good, bad = upload(), upload("b.txt", EICAR)
        with pytest.raises(CommandError, match="CLAMAV_SOCKET"):
            call_command("scan_files")
        with clamd(tmp_path / "clamd"):
            settings.CLAMAV_SOCKET = str(tmp_path / "clamd")
            with pytest.raises(SystemExit):
                call_command("scan_files")
        assert "1 clean, 1 infected, 0 could not be checked." in capsys.readouterr().out
        good.refresh_from_db()
        bad.refresh_from_db()
        assert (good.scan, bad.scan) == (Scan.CLEAN, Scan.INFECTED)
        assert not bad.may_be_served
        assert AuditEvent.objects.get().verb == "found_infected"

    def test_a_scanner_that_fails_says_nothing_about_the_file(
        self, settings: Any, tmp_path: Path
    ) -> None:
        file = upload()
        settings.CLAMAV_SOCKET = str(tmp_path / "nobody")
        assert scan_again(file) == Scan.ERROR
        file.refresh_from_db()
        assert not file.may_be_served
