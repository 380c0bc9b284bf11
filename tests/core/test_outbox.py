"""Writing mail: in the transaction, in the reader's language, once per occasion."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as sent_mail
from django.db import IntegrityError, transaction
from django.template import TemplateDoesNotExist
from django.utils import timezone, translation

from core import ports
from core.actors import SYSTEM
from core.audit import history
from core.outbox import forget_mail, queue_mail, queue_text, send_again
from core.outbox.keeping import (
    KEPT,
    CannotSendAgain,
    check_health,
    purge,
    release_stale,
)
from core.outbox.models import MailState, OutboxMail, Problem
from core.outbox.sending import Sender, as_message

ADDRESS = "kanarek@example.org"


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Sentences are compared as they stand in the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def templates(settings: Any, tmp_path: Path) -> Path:
    """A folder for mail templates."""
    changed = copy.deepcopy(settings.TEMPLATES)
    changed[0]["DIRS"] = [tmp_path, *changed[0]["DIRS"]]
    settings.TEMPLATES = changed
    folder = tmp_path / "notifications"
    folder.mkdir()
    (folder / "hello.subject.txt").write_text(
        "{% load i18n %}{% translate 'Search' %}\n {{ name }}\n"
    )
    (folder / "hello.txt").write_text(
        "{% extends 'notifications/base.txt' %}{% block body %}"
        "Hello {{ name }} {{ site_url }}/a?b&c{% endblock %}"
    )
    return folder


def write(key: str = "event:1", **values: Any) -> OutboxMail:
    values = {"subject": "S", "text": "T", "language": "pl", "dedupe_key": key, **values}
    return queue_text("test", values.pop("to", ADDRESS), **values)


@pytest.mark.django_db
class TestWriting:
    def test_templates_are_rendered_in_the_readers_language(
        self, templates: Path, settings: Any
    ) -> None:
        values = {"name": "Józef <&> O'Hara"}
        mail = queue_mail("hello", ADDRESS, values, dedupe_key="event:1", language="pl")
        assert (mail.kind, mail.language, mail.to) == ("hello", "pl", ADDRESS)
        assert mail.subject == "Szukaj Józef <&> O'Hara"
        assert mail.text.startswith(
            f"Hello Józef <&> O'Hara {settings.WAGTAILADMIN_BASE_URL}/a?b&c\n"
        )
        assert mail.html == ""
        mail = queue_mail("hello", ADDRESS, values, dedupe_key="event:2", language="it")
        assert mail.subject.startswith("Cerca")

    def test_html_is_optional_and_escaped(self, templates: Path) -> None:
        (templates / "hello.html").write_text("<p>{{ name }}</p>")
        mail = queue_mail("hello", ADDRESS, {"name": "<b>"}, dedupe_key="e", language="en")
        assert mail.html == "<p>&lt;b&gt;</p>"
        message = as_message(mail)
        assert message.alternatives[0][:2] == ("<p>&lt;b&gt;</p>", "text/html")

    def test_a_missing_template_is_a_mistake(self, templates: Path) -> None:
        with pytest.raises(TemplateDoesNotExist):
            queue_mail("nothing", ADDRESS, {}, dedupe_key="e", language="pl")

    def test_one_occasion_is_written_once(self) -> None:
        first = write(text="first")
        second = write(text="second")
        assert first.pk == second.pk
        assert OutboxMail.objects.get().text == "first\n"

    def test_what_is_rolled_back_sends_nothing(self) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            write()
            raise RuntimeError
        assert Sender().run() == 0
        assert not sent_mail.outbox

    def test_a_subject_is_one_line(self) -> None:
        assert (
            write(subject="one\n two\r\nBcc: x@example.org").subject == "one two Bcc: x@example.org"
        )

    @pytest.mark.parametrize("values", [{"to": ""}, {"key": ""}])
    def test_address_and_occasion_are_needed(self, values: dict[str, str]) -> None:
        with pytest.raises(ValueError, match="address"):
            write(**values)

    @pytest.mark.database
    def test_the_database_knows_the_states(self) -> None:
        write()
        with pytest.raises(IntegrityError), transaction.atomic():
            OutboxMail.objects.update(state="lost")
        with pytest.raises(IntegrityError), transaction.atomic():
            OutboxMail.objects.update(state=MailState.SENT, finished_at=None)


@pytest.mark.django_db
class TestKeeping:
    def test_a_claim_of_a_dead_worker_is_told_and_not_repeated(self) -> None:
        write()
        OutboxMail.objects.update(
            state=MailState.INFLIGHT, claimed_at=timezone.now() - timedelta(minutes=11)
        )
        write("event:2")
        OutboxMail.objects.filter(dedupe_key="event:2").update(
            state=MailState.INFLIGHT, claimed_at=timezone.now()
        )
        assert release_stale() == 1
        mail = OutboxMail.objects.get(dedupe_key="event:1")
        assert (mail.state, mail.problem) == (MailState.FAILED, Problem.UNKNOWN)
        assert Sender().run() == 0

    @pytest.mark.parametrize("state", [MailState.FAILED, MailState.WITHHELD])
    def test_staff_can_send_it_again_and_that_is_on_record(self, state: str) -> None:
        mail = write(withhold=True)
        if state == MailState.FAILED:
            OutboxMail.objects.update(
                state=state, problem=Problem.REFUSED, attempts=8, finished_at=timezone.now()
            )
        assert Sender().run() == 0
        send_again(mail, actor=SYSTEM)
        event = history(mail).get()
        assert (event.verb, event.from_state, event.to_state) == ("send_again", state, "queued")
        assert Sender().run() == 1
        mail.refresh_from_db()
        assert (mail.state, mail.attempts) == (MailState.SENT, 1)

    @pytest.mark.parametrize("state", [MailState.QUEUED, MailState.INFLIGHT, MailState.SENT])
    def test_what_has_not_failed_is_not_sent_twice(self, state: str) -> None:
        mail = write()
        is_over = state == MailState.SENT
        OutboxMail.objects.update(state=state, finished_at=timezone.now() if is_over else None)
        with pytest.raises(CannotSendAgain):
            send_again(mail, actor=SYSTEM)

    def test_text_and_address_are_erased_after_a_month(self) -> None:
        for number in (1, 2, 3):
            write(f"event:{number}", html="<p>x</p>")
        Sender().run(limit=2)
        old = OutboxMail.objects.filter(state=MailState.SENT).first()
        OutboxMail.objects.filter(pk=old.pk).update(
            finished_at=timezone.now() - KEPT - timedelta(minutes=1)
        )
        assert purge() == 1
        old.refresh_from_db()
        assert (old.to, old.subject, old.text, old.html) == ("", "", "", "")
        assert OutboxMail.objects.exclude(text="").count() == 2
        assert write(old.dedupe_key).pk == old.pk
        OutboxMail.objects.filter(pk=old.pk).update(state=MailState.FAILED)
        with pytest.raises(CannotSendAgain):
            send_again(old, actor=SYSTEM)

    def test_secret_text_is_erased_when_it_was_sent(self, settings: Any) -> None:
        settings.DEMO = False
        write(is_secret=True, text="code 123456")
        write("event:2", text="no secret")
        Sender().run()
        assert "123456" in sent_mail.outbox[0].body
        assert list(OutboxMail.objects.order_by("id").values_list("text", "to")) == [
            ("", ""), ("no secret\n", ADDRESS),
        ]  # fmt: skip

    def test_a_case_is_forgotten_at_once(self) -> None:
        write("event:1", order_key="case:1")
        Sender().run()
        write("event:2", order_key="case:1", withhold=True)
        write("event:3", order_key="case:1")
        write("event:4", order_key="case:2")
        assert forget_mail(order_key="case:1") == 3
        kept = OutboxMail.objects.exclude(text="")
        assert [mail.dedupe_key for mail in kept] == ["event:4"]
        assert Sender().run() == 1
        unsent = OutboxMail.objects.get(dedupe_key="event:3")
        assert (unsent.state, unsent.problem) == (MailState.FAILED, Problem.ERASED)

    def test_an_address_is_forgotten_at_once(self) -> None:
        write("event:1", to="Kanarek@Example.org")
        write("event:2", to="other@example.org")
        assert forget_mail(to=ADDRESS) == 1
        assert OutboxMail.objects.exclude(to="").get().to == "other@example.org"

    def test_forgetting_everything_is_a_mistake(self) -> None:
        with pytest.raises(ValueError, match="needs"):
            forget_mail()


@pytest.mark.django_db
class TestHealth:
    def _age(self, minutes: int) -> None:
        OutboxMail.objects.update(next_try_at=timezone.now() - timedelta(minutes=minutes))

    def test_it_is_registered(self) -> None:
        assert "core.outbox" in ports.health.names()

    def test_mail_on_its_way_is_fine(self) -> None:
        write()
        self._age(14)
        check_health()

    def test_mail_that_nobody_sends_is_not(self) -> None:
        write()
        self._age(16)
        with pytest.raises(RuntimeError, match="1 mails") as error:
            check_health()
        assert ADDRESS not in str(error.value)

    def test_mail_that_waits_for_an_earlier_one_is_fine(self) -> None:
        write("event:1", order_key="case:1")
        write("event:2", order_key="case:1")
        self._age(60)
        OutboxMail.objects.filter(dedupe_key="event:1").update(
            state=MailState.AWAITING_RETRY, next_try_at=timezone.now() + timedelta(hours=1)
        )
        check_health()


@pytest.mark.django_db
def test_no_address_and_no_text_is_logged(caplog: pytest.LogCaptureFixture, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.core.mail_backends.BrokenBackend"
    caplog.set_level(logging.DEBUG)
    mail = write(subject="Bożena", text="pierwsze słowa listu")
    assert Sender().run() == 0
    mail.refresh_from_db()
    assert (mail.state, mail.problem) == (MailState.AWAITING_RETRY, Problem.CONNECTION)
    ours = "\n".join(
        record.getMessage() + str(record.exc_info)
        for record in caplog.records
        if not record.name.startswith("django.db")
    )
    assert f"mail {mail.pk} (test)" in ours
    for canary in ("kanarek", "Bożena", "pierwsze"):
        assert canary not in ours


@pytest.mark.database
@pytest.mark.concurrency
def test_two_transactions_write_one_occasion_once(together: Callable[..., list[Any]]) -> None:
    results = together(*[write] * 12)
    assert len({mail.pk for mail in results}) == 1
    assert OutboxMail.objects.count() == 1
