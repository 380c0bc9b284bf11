"""Sending mail: once at most, in order, with patience, whatever breaks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core import mail as sent_mail
from django.utils import timezone

from core.outbox import queue_text
from core.outbox.keeping import release_stale
from core.outbox.models import MailState, OutboxMail, Problem
from core.outbox.sending import BACK_OFF, TRIES, Sender, claim
from tests.core.smtp_server import Mood, Server, smtp_server
from tests.databases import Databases

MINUTE = timedelta(minutes=1)


def write(key: str = "event:1", order_key: str = "", **values: Any) -> OutboxMail:
    return queue_text(
        "test", "kanarek@example.org", subject=key, text="T", language="pl", dedupe_key=key,
        order_key=order_key, **values,
    )  # fmt: skip


def fetch(key: str = "event:1") -> OutboxMail:
    return OutboxMail.objects.get(dedupe_key=key)


def make_due() -> None:
    OutboxMail.objects.update(next_try_at=timezone.now() - MINUTE)


@pytest.mark.django_db
class TestSending:
    def test_it_leaves_as_it_was_written(self) -> None:
        mail = write(html="<p>T</p>")
        assert Sender().run() == 1
        (message,) = sent_mail.outbox
        assert message.to == ["kanarek@example.org"]
        assert (message.subject, message.body) == ("event:1", "T\n")
        headers = message.message()
        assert headers["Message-ID"].startswith(f"<{mail.uuid}@")
        assert headers["Auto-Submitted"] == "auto-generated"
        mail.refresh_from_db()
        assert (mail.state, mail.problem, mail.attempts) == (MailState.SENT, "", 1)
        assert mail.finished_at is not None
        assert Sender().run() == 0

    def test_withheld_mail_stays(self) -> None:
        write(withhold=True)
        assert Sender().run() == 0

    def test_a_run_has_a_limit(self) -> None:
        for number in range(5):
            write(f"event:{number}")
        assert Sender().run(limit=3) == 3
        assert Sender().run(limit=3) == 2

    def test_it_waits_longer_and_longer_and_then_gives_up(self, settings: Any) -> None:
        settings.EMAIL_BACKEND = "tests.core.mail_backends.BrokenBackend"
        write()
        waits = []
        for _step in range(TRIES):
            assert Sender().run() == 0
            mail = fetch()
            waits.append(round((mail.next_try_at - timezone.now()) / MINUTE))
            # Nothing happens before its time.
            assert Sender().run() == 0
            assert fetch().attempts == mail.attempts
            make_due()
        assert waits[:-1] == [1, 5, 15, 60, 240, 240, 240]
        assert (mail.state, mail.attempts) == (MailState.FAILED, 8)
        assert mail.problem == Problem.CONNECTION
        assert len(BACK_OFF) == 5

    def test_an_hour_without_a_server_loses_nothing_and_doubles_nothing(
        self, settings: Any
    ) -> None:
        for number in range(6):
            write(f"event:{number}", order_key=f"case:{number % 2}")
        working = settings.EMAIL_BACKEND
        settings.EMAIL_BACKEND = "tests.core.mail_backends.BrokenBackend"
        for _minutes in range(4):
            make_due()
            assert Sender().run() == 0
        assert not sent_mail.outbox
        settings.EMAIL_BACKEND = working
        make_due()
        while Sender().run():
            pass
        subjects = [message.subject for message in sent_mail.outbox]
        assert sorted(subjects) == [f"event:{number}" for number in range(6)]
        for case in (0, 1):
            own = [text for text in subjects if int(text[-1]) % 2 == case]
            assert own == sorted(own)

    def test_a_backend_that_takes_nothing_has_not_sent(self, settings: Any) -> None:
        settings.EMAIL_BACKEND = "tests.core.mail_backends.LazyBackend"
        write()
        assert Sender().run() == 0
        assert (fetch().state, fetch().problem) == (MailState.AWAITING_RETRY, Problem.OTHER)

    def test_mail_that_cannot_be_built_does_not_hold_up_the_others(self) -> None:
        write("bad")
        OutboxMail.objects.update(to="a\nBcc: b@example.org")
        write("good")
        assert Sender().run() == 1
        assert (fetch("bad").state, fetch("good").state) == ("awaiting_retry", "sent")


@pytest.mark.django_db
class TestOrder:
    def test_a_later_mail_of_the_case_waits_for_the_earlier(self) -> None:
        write("event:1", order_key="case:1")
        write("event:2", order_key="case:1")
        write("event:3", order_key="case:2")
        OutboxMail.objects.filter(dedupe_key="event:1").update(
            state=MailState.AWAITING_RETRY, next_try_at=timezone.now() + MINUTE
        )
        assert Sender().run() == 1
        assert sent_mail.outbox[0].subject == "event:3"
        make_due()
        assert Sender().run() == 2
        assert [message.subject for message in sent_mail.outbox[1:]] == ["event:1", "event:2"]

    @pytest.mark.parametrize("state", [MailState.FAILED, MailState.WITHHELD])
    def test_but_not_for_one_that_is_given_up_or_held_back(self, state: str) -> None:
        write("event:1", order_key="case:1")
        is_over = state == MailState.FAILED
        OutboxMail.objects.update(state=state, finished_at=timezone.now() if is_over else None)
        write("event:2", order_key="case:1")
        assert Sender().run() == 1


@pytest.mark.django_db
class TestServer:
    """Against a server that speaks SMTP."""

    @pytest.fixture
    def server(self, settings: Any) -> Iterator[Server]:
        with smtp_server() as server:
            settings.EMAIL_BACKEND = "core.outbox.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
            settings.EMAIL_TIMEOUT = 5
            yield server

    def test_several_mails_leave_over_one_connection(self, server: Server) -> None:
        for number in range(3):
            write(f"event:{number}")
        assert Sender().run() == 3
        assert len(server.taken) == 3
        assert "Subject: event:0" in server.taken[0]

    @pytest.mark.parametrize(
        ("mood", "state", "problem"),
        [
            (Mood.REFUSES_RECIPIENT, MailState.FAILED, Problem.REFUSED),
            (Mood.POSTPONES_RECIPIENT, MailState.AWAITING_RETRY, Problem.POSTPONED),
            (Mood.REFUSES_TEXT, MailState.FAILED, Problem.REFUSED),
            (Mood.POSTPONES_TEXT, MailState.AWAITING_RETRY, Problem.POSTPONED),
            (Mood.REFUSES_SENDER, MailState.AWAITING_RETRY, Problem.SETTINGS),
            (Mood.HANGS_UP_EARLY, MailState.AWAITING_RETRY, Problem.CONNECTION),
            (Mood.HANGS_UP_AFTER_TEXT, MailState.FAILED, Problem.UNKNOWN),
        ],
    )
    def test_what_the_server_does_decides_what_happens(
        self, server: Server, mood: Mood, state: str, problem: str
    ) -> None:
        server.mood = mood
        write("event:1")
        assert Sender().run() == 0
        assert (fetch().state, fetch().problem) == (state, problem)
        # A server that has recovered takes the next one, and the first only where that is safe.
        server.mood = Mood.FRIENDLY
        server.taken.clear()
        write("event:2")
        make_due()
        assert Sender().run() == (1 if state == MailState.FAILED else 2)

    def test_one_bad_mail_does_not_spoil_the_connection_for_the_next(self, server: Server) -> None:
        server.mood = Mood.REFUSES_TEXT
        sender = Sender()
        write("event:1")
        write("event:2")
        sender.run()
        assert {fetch("event:1").problem, fetch("event:2").problem} == {Problem.REFUSED}

    def test_no_server_at_all(self, server: Server, settings: Any) -> None:
        settings.EMAIL_PORT = 1
        write()
        assert Sender().run() == 0
        assert (fetch().state, fetch().problem) == (MailState.AWAITING_RETRY, Problem.CONNECTION)


@pytest.mark.database
@pytest.mark.concurrency
class TestWorkers:
    def test_four_workers_send_each_mail_once(self, together: Callable[..., list[Any]]) -> None:
        for number in range(40):
            write(f"event:{number}", order_key=f"case:{number % 7}")
        results = together(*[lambda: [Sender().run() for _step in range(8)]] * 4)
        while Sender().run():
            pass
        assert not [result for result in results if isinstance(result, Exception)]
        counts = Counter(message.subject for message in sent_mail.outbox)
        assert counts == Counter(f"event:{number}" for number in range(40))
        for case in range(7):
            own = [int(m.subject[6:]) for m in sent_mail.outbox if int(m.subject[6:]) % 7 == case]
            assert own == sorted(own)

    def test_control_without_the_lock_mail_leaves_twice(
        self, together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        barrier = Barrier(4)

        def careless() -> OutboxMail | None:
            mail = OutboxMail.objects.filter(state=MailState.QUEUED).first()
            barrier.wait(20)
            OutboxMail.objects.filter(pk=mail.pk).update(state=MailState.INFLIGHT)
            barrier.wait(20)
            return mail

        monkeypatch.setattr("core.outbox.sending.claim", careless)
        write()
        assert together(*[lambda: Sender().run(limit=1)] * 4) == [1] * 4
        assert len(sent_mail.outbox) == 4

    def test_a_claim_is_committed_before_the_mail_leaves(self) -> None:
        write()
        mail = claim()
        assert mail is not None
        assert fetch().state == MailState.INFLIGHT
        assert Sender().run() == 0

    def test_a_worker_that_was_taken_for_dead_may_still_report(self) -> None:
        write()
        sender = Sender()
        real = sender._hand_over

        def slow(mail: OutboxMail) -> None:
            sender._connection = None
            real(mail)
            OutboxMail.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
            mail.claimed_at = fetch().claimed_at
            assert release_stale() == 1

        sender._hand_over = slow  # type: ignore[method-assign]
        assert sender.run() == 1
        assert (fetch().state, fetch().problem) == (MailState.SENT, "")

    def test_killed_between_sending_and_noting_it_is_not_sent_again(
        self, own_database: str, test_databases: Databases, root: Path, tmp_path: Path
    ) -> None:
        write()
        delivered = tmp_path / "delivered"
        code = (
            "import django; django.setup()\n"
            "from django.conf import settings\n"
            "settings.EMAIL_BACKEND = 'tests.core.mail_backends.KillingBackend'\n"
            "from core.outbox.sending import Sender; Sender().run()"
        )
        env = {
            **os.environ,
            "DATABASE_URL": test_databases.url_of(own_database),
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "PYTHONPATH": f"{root / 'site'}:{root}",
            "DELIVERED": str(delivered),
        }
        killed = subprocess.run([sys.executable, "-c", code], env=env, check=False)
        assert killed.returncode == -9
        assert len(delivered.read_text().splitlines()) == 1
        assert fetch().state == MailState.INFLIGHT
        # Other workers leave it alone, before and after it is found out.
        assert Sender().run() == 0
        OutboxMail.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
        assert release_stale() == 1
        make_due()
        assert Sender().run() == 0
        assert not sent_mail.outbox
        assert (fetch().state, fetch().problem) == (MailState.FAILED, Problem.UNKNOWN)
