"""What is kept about people, taking it along, and having it erased."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from accounts import personal_data
from accounts.models import User
from accounts.roles import Role
from core import ports
from core.audit.events import record
from core.audit.models import AuditPerson
from tests.accounts.conftest import App, is_signed_in, sign_in, sign_in_with_app

pytestmark = pytest.mark.django_db

ERASE = "/konto/dane/usun/"


class Fake:
    """A feature that keeps notes about people."""

    def __init__(self) -> None:
        self.notes = {}
        self.refusal = ""
        self.seen_address = ""

    def notice(self):
        text = ports.personal_data._providers["accounts"].notice()
        return replace(text, title="Notatki", stays="Liczba notatek.")

    def export(self, user):
        file = ports.ExportedFile(name="notatka.txt", content=b"tresc")
        return ports.DataExport(data=self.notes.get(user.pk, []), files=[file])

    def erase(self, user):
        self.seen_address = user.email
        if self.refusal:
            raise ports.CannotErase(self.refusal)
        self.notes.pop(user.pk, None)


@pytest.fixture
def feature():
    """Registered for one test."""
    fake = Fake()
    ports.personal_data.register("fake", fake)
    yield fake
    del ports.personal_data._providers["fake"]


class TestNotice:
    def test_it_is_for_the_person(self, client):
        assert client.get("/konto/dane/").status_code == 302

    def test_every_part_says_what_it_keeps(self, client, person, feature):
        sign_in(client, person)
        page = client.get("/konto/dane/").content.decode()
        for notice in personal_data.notices():
            for text in (notice.title, notice.what, notice.purpose, notice.retention):
                assert text.split()[0] in page

    def test_each_part_answers_every_question(self):
        for notice in personal_data.notices():
            assert all((notice.title, notice.what, notice.purpose, notice.legal_basis))
            assert notice.retention


class TestExport:
    def test_one_document(self, client, person, feature):
        feature.notes[person.pk] = ["pierwsza"]
        sign_in(client, person)
        answer = client.get("/konto/dane/pobierz/json/")
        assert answer["Content-Type"] == "application/json"
        assert "attachment" in answer["Content-Disposition"]
        assert "no-store" in answer["Cache-Control"]
        data = json.loads(answer.content)
        assert data["fake"] == ["pierwsza"]
        assert data["accounts"]["email"] == person.email
        assert len(data["accounts"]["devices"]) == 1

    def test_an_archive_with_the_files(self, client, person, feature):
        sign_in(client, person)
        answer = client.get("/konto/dane/pobierz/zip/")
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        assert sorted(archive.namelist()) == ["dane.json", "fake/notatka.txt"]
        assert archive.read("fake/notatka.txt") == b"tresc"
        assert json.loads(archive.read("dane.json"))["accounts"]["email"] == person.email

    def test_it_holds_no_secrets(self, client, person, app):
        sign_in_with_app(client, person, app)
        text = client.get("/konto/dane/pobierz/json/").content.decode()
        assert app.secret not in text
        assert person.password not in text
        assert client.session.session_key not in text

    def test_other_formats_are_not_there(self, client, person):
        sign_in(client, person)
        assert client.get("/konto/dane/pobierz/xml/").status_code == 404


class TestErase:
    def erase(self, client: Client):
        return client.post(ERASE, {"understood": "on"})

    def test_the_button_needs_the_tick(self, client, person):
        sign_in(client, person)
        assert "error-summary" in client.post(ERASE).content.decode()
        assert User.objects.filter(email=person.email).exists()

    def test_looking_erases_nothing(self, client, person):
        sign_in(client, person)
        client.get(ERASE, {"understood": "on"})
        assert User.objects.filter(email=person.email).exists()

    def test_it_says_what_stays(self, client, person, feature):
        sign_in(client, person)
        assert "Liczba notatek." in client.get(ERASE).content.decode()

    def test_the_account_is_closed_for_good(self, client, person, app):
        other = Client()
        sign_in_with_app(other, person, app)
        sign_in(client, person)
        client.post(reverse("mfa_authenticate"), {"code": app.recovery_codes[0]})
        assert self.erase(client)["Location"] == "/konto/dane/usunieto/"
        assert client.get("/konto/dane/usunieto/").status_code == 200
        for one in (client, other):
            assert not is_signed_in(one)
        assert not Session.objects.filter(
            pk__in=[one.cookies["sessionid"].value or "-" for one in (client, other)]
        ).exists()
        row = User.objects.get(pk=person.pk)
        assert row.is_erased
        assert person.email not in str(row)
        assert not row.is_active
        sign_in(client, person)
        assert not is_signed_in(client)

    def test_nothing_about_the_person_is_left_in_the_database(self, client, make_person):
        """Every text column of every table is searched."""
        person = make_person(
            "zapomniana@example.org",
            Role.EDITOR,
            first_name="Zofia-Niezapominajka",
            last_name="Wymazana",
        )
        App(person)
        record(person, "add", actor=person)
        ModelLogEntry.objects.log_action(person, "wagtail.edit", user=person)
        profile = UserProfile.get_for_user(person)
        profile.avatar.save("twarz.png", ContentFile(b"x"))
        file = profile.avatar.path
        Client().post(reverse("account_request_login_code"), {"email": person.email})
        sign_in(client, person, headers={"user-agent": "x"})
        record(person, "change", actor=person)
        personal_data.erase(person, actor=person)
        found = [
            (table, column)
            for table, column, _kind in text_columns()
            for _row in rows_with(table, column, "zapomniana", "Niezapominajka", "Wymazana")
        ]
        # The last mail, which says that it is done, has to go somewhere.
        assert found == [("core_outboxmail", "to")]
        assert not AuditPerson.objects.exists()
        assert not Path(file).exists()

    def test_the_last_mail_says_so(self, client, person, post):
        sign_in(client, person)
        self.erase(client)
        assert post.last("maria@example.org").kind == "account.account_erased"

    def test_features_go_first_and_still_know_the_person(self, client, person, feature):
        feature.notes[person.pk] = ["pierwsza"]
        sign_in(client, person)
        self.erase(client)
        assert feature.notes == {}
        assert feature.seen_address == "maria@example.org"

    def test_a_part_that_cannot_stops_everything_with_its_sentence(self, client, person, feature):
        feature.refusal = "Najpierw zakończ głosowanie."
        sign_in(client, person)
        page = self.erase(client).content.decode()
        assert "Najpierw zakończ głosowanie." in page
        assert is_signed_in(client)
        assert User.objects.filter(email=person.email, is_active=True).exists()

    def test_the_only_administrator_stays(self, client, administrator):
        sign_in(client, administrator)
        assert "error-summary" in self.erase(client).content.decode()
        assert is_signed_in(client)

    def test_the_address_is_free_again(self, client, person, post):
        sign_in(client, person)
        self.erase(client)
        client.post(reverse("account_signup"), {"email": "maria@example.org"})
        assert post.last("maria@example.org").kind == "account.email_confirmation_signup"

    def test_it_needs_fresh_proof(self, client, person):
        client.force_login(person)
        assert self.erase(client).status_code == 302
        assert User.objects.filter(email=person.email).exists()


def text_columns() -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type IN"
            " ('character varying', 'text', 'jsonb', 'json', 'ARRAY')"
        )
        return cursor.fetchall()


def rows_with(table: str, column: str, *words: str) -> list[int]:
    with connection.cursor() as cursor:
        question = f'SELECT 1 FROM "{table}" WHERE "{column}"::text ~* %s'  # noqa: S608
        cursor.execute(question, ["|".join(words)])
        return cursor.fetchall()


def test_devices_are_listed_and_can_be_left(client, person):
    other = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"})
    sign_in(other, person)
    sign_in(client, person)
    page = client.get("/konto/urzadzenia/").content.decode()
    assert "Firefox, Windows" in page
    client.post("/konto/urzadzenia/")
    assert not is_signed_in(other)
    assert is_signed_in(client)
