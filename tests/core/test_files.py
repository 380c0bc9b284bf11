"""Taking private files in: what is refused, and with which words."""

from __future__ import annotations

import io
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone, translation

from core.actors import SYSTEM, VISITOR
from core.audit.models import AuditEvent
from core.files import (
    ALL,
    FileRefused,
    accept,
    claim,
    files_of,
    in_words,
    open_file,
    remove,
    store_upload,
    storing,
)
from core.files.keeping import sweep
from core.files.kinds import KINDS
from core.files.models import Scan, StoredFile
from core.files.storing import clean_name, private_storage
from core.references import Reference
from tests.core.samples import docx, ods, odt, pdf, picture, xlsx, zipped

CASE = Reference("tests.case", "1")


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Sentences are compared as they stand in the code."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    """A store of private files for one test."""
    folder = tmp_path / "private"
    settings.PRIVATE_STORAGE = {
        **settings.PRIVATE_STORAGE,
        "OPTIONS": {**settings.PRIVATE_STORAGE["OPTIONS"], "location": folder},
    }
    settings.CLAMAV_SOCKET = settings.CLAMAV_HOST = ""
    return folder


def upload(name: str, content: bytes, declared: str | None = None, **options: Any) -> StoredFile:
    suffix = name.rpartition(".")[2].lower()
    mime = KINDS[suffix].mime if suffix in KINDS else "application/octet-stream"
    file = SimpleUploadedFile(name, content, declared if declared is not None else mime)
    return store_upload(file, actor=options.pop("actor", VISITOR), **options)


def refusal(*args: Any, **options: Any) -> FileRefused:
    with pytest.raises(FileRefused) as error:
        upload(*args, **options)
    assert not StoredFile.objects.exists()
    return error.value


def content(file: StoredFile) -> bytes:
    with open_file(file) as stored:
        return stored.read()


SAMPLES: dict[str, Callable[[], bytes]] = {
    "pdf": pdf, "odt": odt, "ods": ods, "docx": docx, "xlsx": xlsx,
    "txt": lambda: "Zażółć gęślą jaźń\r\n".encode(), "zip": lambda: zipped({"a.txt": b"a"}),
}  # fmt: skip


@pytest.mark.django_db
class TestTaking:
    @pytest.mark.parametrize("kind", SAMPLES)
    def test_documents_are_kept_as_they_are(self, kind: str) -> None:
        data = SAMPLES[kind]()
        file = upload(f"Wniosek.{kind}", data, allowed=KINDS)
        assert (file.kind, file.mime, file.size) == (kind, KINDS[kind].mime, len(data))
        assert (file.name, file.scan) == (f"Wniosek.{kind}", Scan.NOT_SCANNED)
        assert content(file) == data

    def test_old_polish_text_is_text(self) -> None:
        assert upload("stary.txt", "Zażółć".encode("cp1250")).kind == "txt"

    def test_names_of_the_store_say_nothing(self, store: Path) -> None:
        file = upload("Jan Kowalski umowa.pdf", pdf(), actor=SYSTEM)
        path = store / file.storage_name
        assert path.exists()
        assert not any(word in str(path.relative_to(store)) for word in ("Jan", "umowa", "pdf"))
        assert len(path.name) == 32
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        for folder in (store, path.parent):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert store.name != "media"

    @pytest.mark.parametrize("declared", ["", "application/octet-stream", "application/pdf"])
    def test_a_browser_may_know_nothing(self, declared: str) -> None:
        assert upload("a.pdf", pdf(), declared).kind == "pdf"

    def test_the_extension_may_be_shouted(self) -> None:
        assert upload("SKAN.PDF", pdf()).name == "SKAN.pdf"

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("/etc/passwd/../x.pdf", "x.pdf"), ("C:\\fakepath\\umowa.pdf", "umowa.pdf"),
            ("fdp\u202eexe.pdf", "fdpexe.pdf"), ("a\r\nb\x00.pdf", "ab.pdf"), (".pdf", "PDF.pdf"),
            ("z" * 300 + ".pdf", "z" * 130 + ".pdf"), ("Z\u0307o\u0301ł\u0107.pdf", "Żółć.pdf"),
            ("a.exe.pdf", "a.exe.pdf"),
        ],
    )  # fmt: skip
    def test_names_are_cleaned(self, given: str, kept: str) -> None:
        assert clean_name(given, KINDS["pdf"]) == kept

    def test_forms_learn_what_to_say(self) -> None:
        assert in_words({"png", "pdf", "jpg"}) == "PDF, JPG, PNG"
        assert accept({"jpg"}) == ".jpg,.jpeg,image/jpeg"
        with pytest.raises(ValueError, match="exe"):
            in_words({"exe"})
        assert set(KINDS) > ALL


@pytest.mark.django_db
class TestRefusing:
    def test_a_refusal_is_a_validation_error_with_a_sentence(self) -> None:
        error = refusal("virus.exe", b"MZ")
        assert isinstance(error, ValidationError)
        assert error.code == "kind"
        assert "PDF, JPG, PNG, WebP, ODT" in str(error.sentence)

    @pytest.mark.parametrize(
        ("name", "data", "declared", "code"),
        [
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", None, "kind"),
            ("a.html", b"<html>", None, "kind"),
            ("a.docm", docx(), None, "kind"),
            ("a", pdf(), None, "kind"),
            ("a.zip", zipped({"a": b"a"}), None, "kind"),
            ("a.gif", b"GIF89a", None, "kind"),
            # One of the three does not agree.
            ("a.pdf", docx(), None, "content"),
            ("a.docx", pdf(), None, "content"),
            ("a.docx", odt(), None, "content"),
            ("a.odt", zipped({"x": b"x"}), None, "content"),
            ("a.png", picture("JPEG"), None, "content"),
            ("a.jpg", b"<script>alert(1)</script>", None, "content"),
            ("a.txt", b"<svg xmlns='http://www.w3.org/2000/svg'/>", None, "content"),
            ("a.txt", b"\xef\xbb\xbf  <!DOCTYPE html><p>", None, "content"),
            ("a.txt", b"MZ\x90\x00\x03", None, "content"),
            ("a.txt", pdf(), None, "content"),
            ("a.pdf", b"junk" + pdf(), None, "content"),
            ("a.pdf", pdf(), "text/html", "declared"),
            ("a.jpg", picture("JPEG"), "image/svg+xml", "declared"),
            ("a.txt", b"text", "text/html; charset=utf-8", "declared"),
            # Two kinds in one.
            ("a.pdf", pdf() + zipped({"a": b"a"}), None, "mixed"),
            ("a.docx", docx() + b"trailing", None, "mixed"),
            ("a.docx", docx({"x": b"%PDF-1.4"}, stored_first=True), None, "mixed"),
            # Nothing, or half of it.
            ("a.pdf", b"", None, "empty"),
            ("a.pdf", pdf()[:200], None, "damaged"),
            ("a.docx", docx()[:-40], None, "content"),
            # Macros.
            ("a.docx", docx({"word/vbaProject.bin": b"x"}), None, "macros"),
            ("a.xlsx", xlsx({"xl/VBAPROJECT.BIN": b"x"}), None, "macros"),
            ("a.docx", docx(types="application/vnd.ms-word.document.macroEnabled.main+xml"), None,
             "macros"),
            ("a.odt", odt({"Basic/Standard/Module1.xml": b"x"}), None, "macros"),
            ("a.ods", ods({"Scripts/python/x.py": b"x"}), None, "macros"),
        ],
    )  # fmt: skip
    def test_what_is_not_taken(
        self, name: str, data: bytes, declared: str | None, code: str
    ) -> None:
        assert refusal(name, data, declared).code == code

    def test_macros_are_explained(self) -> None:
        error = refusal("a.docx", docx({"word/vbaProject.bin": b"x"}))
        assert "macros" in str(error.sentence)

    @pytest.mark.parametrize(
        ("entries", "code"),
        [
            ({"../../etc/cron.d/x": b"x"}, "paths"), ({"/etc/passwd": b"x"}, "paths"),
            ({"..\\x": b"x"}, "paths"), ({"C:\\x": b"x"}, "paths"),
        ],
    )  # fmt: skip
    def test_archives_that_write_elsewhere(self, entries: dict[str, bytes], code: str) -> None:
        assert refusal("a.zip", zipped(entries), allowed={"zip"}).code == code

    def test_archives_that_explode(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.files.contents.MAX_UNPACKED", 1_000_000)
        bomb = zipped({"zeros": bytes(2_000_000)})
        assert len(bomb) < 10_000
        assert refusal("a.zip", bomb, allowed={"zip"}).code == "bomb"
        assert refusal("a.docx", docx({"word/media/x": bytes(2_000_000)})).code == "bomb"

    def test_archives_of_very_many_entries(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.files.contents.MAX_ENTRIES", 10)
        many = zipped({f"{number}": b"" for number in range(11)})
        assert refusal("a.zip", many, allowed={"zip"}).code == "bomb"

    def test_archives_that_are_locked(self) -> None:
        data = bytearray(zipped({"a": b"a"}))
        # The flag of encryption, in the entry's own header and in the directory.
        data[6] |= 1
        data[data.index(b"PK\x01\x02") + 8] |= 1
        assert refusal("a.zip", bytes(data), allowed={"zip"}).code == "locked"

    def test_too_large_whatever_it_says_about_itself(self) -> None:
        file = SimpleUploadedFile("a.txt", b"x" * 2001, "text/plain")
        file.size = 3
        with pytest.raises(FileRefused) as error:
            store_upload(file, actor=VISITOR, max_size=2000)
        assert error.value.code == "size"
        assert upload("a.txt", b"x" * 2000, max_size=2000).size == 2000

    def test_too_many_for_one_owner(self) -> None:
        for _step in range(2):
            upload("a.txt", b"x", owner=CASE, max_count=2)
        with pytest.raises(FileRefused) as error:
            upload("a.txt", b"x", owner=CASE, max_count=2)
        assert error.value.code == "count"
        assert files_of(CASE).count() == 2
        assert upload("a.txt", b"x", owner=Reference("tests.case", "2"), max_count=2)

    def test_what_is_refused_leaves_no_bytes(self, store: Path) -> None:
        upload("a.txt", b"x", owner=CASE)
        with pytest.raises(FileRefused):
            upload("a.txt", b"x", owner=CASE, max_count=1)
        assert sum(path.is_file() for path in store.rglob("*")) == 1


@pytest.mark.django_db
class TestKeeping:
    def test_an_owner_is_given_once(self) -> None:
        file = upload("a.txt", b"x")
        assert file.owner is None
        claim(file, CASE)
        assert StoredFile.objects.get().owner == CASE
        with pytest.raises(LookupError):
            claim(file, Reference("tests.case", "2"))
        assert list(files_of(CASE)) == [file]

    def test_a_saved_object_may_own(self) -> None:
        group = Group.objects.create(name="owner")
        file = upload("a.txt", b"x", owner=group)
        assert list(files_of(group)) == [file]
        assert file.owner == ("auth.group", str(group.pk))

    def test_bytes_go_with_the_commit(
        self, store: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        file = upload("a.txt", b"x")
        path = store / file.storage_name
        with django_capture_on_commit_callbacks(execute=True):
            remove(file)
            assert path.exists()
        assert not path.exists()
        assert not StoredFile.objects.exists()

    def test_what_nobody_claims_is_swept_away(
        self, store: Path, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = upload("old.txt", b"old")
        upload("new.txt", b"new")
        kept = upload("kept.txt", b"kept", owner=CASE)
        StoredFile.objects.filter(pk__in=[old.pk, kept.pk]).update(
            created_at=timezone.now() - timedelta(hours=49)
        )
        private_storage().save("zz/orphan", io.BytesIO(b"orphan"))
        with django_capture_on_commit_callbacks(execute=True):
            assert sweep() == 1
        monkeypatch.setattr("core.files.keeping.ORPHANED", timedelta(0))
        with django_capture_on_commit_callbacks(execute=True):
            assert sweep() == 1
        assert {file.name for file in StoredFile.objects.all()} == {"new.txt", "kept.txt"}
        assert sum(path.is_file() for path in store.rglob("*")) == 2


@pytest.mark.database
@pytest.mark.concurrency
class TestConcurrency:
    def _race(self, together: Callable[..., list[Any]]) -> int:
        def send() -> StoredFile:
            return upload("a.txt", b"x", owner=CASE, max_count=3)

        results = together(*[send] * 12)
        assert all(isinstance(result, StoredFile | FileRefused) for result in results)
        return files_of(CASE).count()

    def test_twelve_at_once_keep_to_three(self, together: Callable[..., list[Any]]) -> None:
        assert self._race(together) == 3

    def test_control_without_the_lock_there_are_more(
        self, together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        barrier = threading.Barrier(12)
        monkeypatch.setattr(storing, "advisory_lock", lambda *_: None)
        counted = storing._check_count

        def slowly(*args: Any) -> None:
            counted(*args)
            barrier.wait(20)

        monkeypatch.setattr(storing, "_check_count", slowly)
        assert self._race(together) > 3

    def test_taking_a_file_inside_a_transaction_is_a_mistake(self) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            upload("a.txt", b"x")
        assert not StoredFile.objects.exists()
        assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_the_samples_are_archives(kind: str) -> None:
    assert zipfile.is_zipfile(io.BytesIO(SAMPLES[kind]()))
