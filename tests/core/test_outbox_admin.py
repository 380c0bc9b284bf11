"""Mail and audit trail as staff see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import clear_url_caches
from django.utils import timezone

from accounts.models import User
from core.actors import SYSTEM
from core.audit import history, record
from core.outbox import queue_text
from core.outbox.models import MailState, OutboxMail, Problem
from core.references import Reference

LIST = "/admin/mail/"


@pytest.fixture(autouse=True)
def _in_english(settings: Any) -> Iterator[None]:
    """Sentences are compared as they stand in the code."""
    settings.LANGUAGE_CODE = "en"
    clear_url_caches()
    yield
    # Addresses remember which language has no prefix.
    clear_url_caches()


def write(key: str, state: str = MailState.FAILED, problem: str = Problem.REFUSED) -> OutboxMail:
    mail = queue_text(
        "case_answered", "kanarek@example.org", subject="Temat kanarka",
        text="Treść: https://example.org/sprawy/", language="pl", dedupe_key=key,
    )  # fmt: skip
    is_over = state in {MailState.FAILED, MailState.SENT}
    OutboxMail.objects.filter(pk=mail.pk).update(
        state=state, problem=problem, finished_at=timezone.now() if is_over else None
    )
    mail.refresh_from_db()
    return mail


def person(client: Client, *permissions: str, **fields: Any) -> User:
    user = User.objects.create_user(f"staff{User.objects.count()}@example.org", **fields)
    for name in ("access_admin", *permissions):
        user.user_permissions.add(Permission.objects.get(codename=name))
    client.force_login(user)
    return user


@pytest.mark.django_db
class TestMail:
    def test_the_list_tells_what_did_not_leave(self, client: Client) -> None:
        person(client, "view_outboxmail")
        write("event:1")
        page = client.get(LIST, {"state": "failed"}).content.decode()
        assert "case_answered" in page
        assert "the mail server refused the mail for good" in page

    def test_without_the_permission_there_is_nothing(self, client: Client) -> None:
        person(client)
        mail = write("event:1")
        for url in (LIST, f"{LIST}inspect/{mail.pk}/", f"{LIST}send-again/{mail.pk}/"):
            assert client.get(url).status_code in {302, 403}
        assert client.post(f"{LIST}send-again/{mail.pk}/").status_code in {302, 403}
        mail.refresh_from_db()
        assert mail.state == MailState.FAILED

    @pytest.mark.parametrize("demo", [True, False])
    def test_the_text_is_shown_in_the_demo_alone(
        self, client: Client, settings: Any, demo: bool
    ) -> None:
        settings.DEMO = demo
        person(client, is_superuser=True)
        mail = write("event:1")
        page = client.get(f"{LIST}inspect/{mail.pk}/").content.decode()
        assert mail.to in page
        assert ("Temat kanarka" in page) is demo
        assert ('<a href="https://example.org/sprawy/"' in page) is demo

    def test_hours_are_those_of_the_town(self, client: Client, settings: Any) -> None:
        settings.LANGUAGE_CODE = "pl"
        person(client, is_superuser=True)
        mail = write("event:1")
        moment = datetime(2026, 7, 1, 22, 15, tzinfo=UTC)
        OutboxMail.objects.filter(pk=mail.pk).update(finished_at=moment)
        page = client.get(f"{LIST}inspect/{mail.pk}/").content.decode()
        assert "2 lipca" in page.replace("\u00a0", " ")
        assert "0:15" in page
        assert "22:15" not in page

    def test_nobody_adds_changes_or_deletes(self, client: Client) -> None:
        person(client, is_superuser=True)
        mail = write("event:1")
        for name in ("new/", f"edit/{mail.pk}/", f"delete/{mail.pk}/"):
            assert client.get(f"{LIST}{name}").status_code == 404

    def test_one_mail_is_sent_again_by_a_button(self, client: Client) -> None:
        user = person(client, "view_outboxmail", "retry_outboxmail")
        mail = write("event:1")
        url = f"{LIST}send-again/{mail.pk}/"
        assert url in client.get(LIST).content.decode()
        assert b"<form" in client.get(url).content
        mail.refresh_from_db()
        assert mail.state == MailState.FAILED
        assert client.post(url, follow=True).status_code == 200
        mail.refresh_from_db()
        assert (mail.state, mail.attempts) == (MailState.QUEUED, 0)
        assert history(mail).get().actor_id == user.pk

    def test_who_only_looks_has_no_button(self, client: Client) -> None:
        person(client, "view_outboxmail")
        mail = write("event:1")
        assert "send-again" not in client.get(LIST).content.decode()
        assert client.post(f"{LIST}send-again/{mail.pk}/").status_code in {302, 403}

    def test_an_unknown_outcome_is_warned_about(self, client: Client) -> None:
        person(client, is_superuser=True)
        mail = write("event:1", problem=Problem.UNKNOWN)
        page = client.get(f"{LIST}send-again/{mail.pk}/").content.decode()
        assert "may have arrived already" in page

    def test_all_failed_mail_is_sent_again_but_not_what_may_have_arrived(
        self, client: Client
    ) -> None:
        person(client, is_superuser=True)
        write("event:1")
        write("event:2", problem=Problem.CONNECTION)
        write("event:3", problem=Problem.UNKNOWN)
        write("event:4", state=MailState.SENT, problem=Problem.NONE)
        assert client.post(f"{LIST}send-again/").status_code == 302
        states = dict(OutboxMail.objects.values_list("dedupe_key", "state"))
        assert states == {
            "event:1": "queued", "event:2": "queued", "event:3": "failed", "event:4": "sent",
        }  # fmt: skip

    def test_mail_that_was_sent_meanwhile_stays_sent(self, client: Client) -> None:
        person(client, is_superuser=True)
        mail = write("event:1", state=MailState.SENT, problem=Problem.NONE)
        client.post(f"{LIST}send-again/{mail.pk}/")
        mail.refresh_from_db()
        assert mail.state == MailState.SENT

    def test_the_first_page_counts_failures(self, client: Client) -> None:
        person(client, is_superuser=True)
        write("event:1")
        write("event:2")
        assert "2 mails were not sent" in client.get("/admin/").content.decode()


@pytest.mark.django_db
class TestAudit:
    def test_the_trail_is_read_and_never_written(self, client: Client) -> None:
        user = person(client, "view_auditevent", first_name="Anna", last_name="Nowak")
        event = record(user, "rename", actor=user)
        record(Reference("tests.case", "1"), "expire", actor=SYSTEM)
        page = client.get("/admin/audit/").content.decode()
        assert "Anna Nowak" in page
        assert "expire" in page
        assert client.get(f"/admin/audit/inspect/{event.pk}/").status_code == 200
        for name in ("new/", f"edit/{event.pk}/", f"delete/{event.pk}/"):
            assert client.get(f"/admin/audit/{name}").status_code == 404

    def test_it_is_exported(self, client: Client) -> None:
        user = person(client, is_superuser=True)
        record(user, "rename", actor=user)
        response = client.get("/admin/audit/", {"export": "csv"})
        assert b"rename" in b"".join(response.streaming_content)

    def test_a_long_trail_takes_no_more_questions(
        self, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        user = person(client, is_superuser=True)
        for _step in range(60):
            record(user, "rename", actor=user)
        client.get("/admin/audit/")
        with django_assert_max_num_queries(40):
            client.get("/admin/audit/")
