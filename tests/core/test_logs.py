"""Logs say what happened and not to whom."""

from __future__ import annotations

import logging
import smtplib
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.utils.module_loading import import_string

from accounts.models import User
from core.logs import LineFormatter
from core.outbox import queue_text
from core.outbox.models import OutboxMail

CANARY = "kanarek"


def line(error: BaseException | None = None, text: str = "failed") -> str:
    record = logging.LogRecord("test", logging.ERROR, "", 1, text, None, None)
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    return LineFormatter("%(levelname)s %(message)s").format(record)


@pytest.mark.django_db
class TestDatabaseErrors:
    def test_a_row_that_breaks_a_rule_is_not_repeated(self) -> None:
        queue_text(
            "test", f"{CANARY}@example.org", subject=CANARY, text=f"{CANARY}\n\n{CANARY}",
            language="pl", dedupe_key="1",
        )  # fmt: skip
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            OutboxMail.objects.update(state="lost")
        assert CANARY in str(error.value)
        text = line(error.value)
        assert CANARY not in text
        assert "SQLSTATE 23514, table core_outboxmail, constraint core_outbox_state_known" in text
        assert "django.db.utils.IntegrityError" in text
        assert "test_logs.py" in text

    def test_a_value_that_is_taken_is_not_repeated(self) -> None:
        User.objects.create_user(f"{CANARY}@example.org")
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            User.objects.create_user(f"{CANARY}@example.org")
        assert CANARY not in line(error.value)

    def test_a_value_that_does_not_fit_is_not_repeated(self) -> None:
        with (
            pytest.raises(DataError) as error, transaction.atomic(), connection.cursor() as cursor
        ):  # fmt: skip
            cursor.execute("SELECT %s::int", [CANARY])
        assert CANARY in str(error.value)
        assert CANARY not in line(error.value)

    def test_nor_when_another_error_hides_it(self) -> None:
        User.objects.create_user(f"{CANARY}@example.org")
        try:
            try:
                with transaction.atomic():
                    User.objects.create_user(f"{CANARY}@example.org")
            except IntegrityError:
                raise RuntimeError("while registering") from None
        except RuntimeError as error:
            hidden = line(error)
        try:
            try:
                with transaction.atomic():
                    User.objects.create_user(f"{CANARY}@example.org")
            except IntegrityError as cause:
                raise RuntimeError("while registering") from cause
        except RuntimeError as error:
            shown = line(error)
        assert CANARY not in hidden + shown
        assert "IntegrityError" not in hidden
        assert "IntegrityError" in shown
        assert "RuntimeError: while registering" in shown


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPRecipientsRefused({f"{CANARY}@example.org": (550, b"no")}),
        smtplib.SMTPDataError(550, f"{CANARY}@example.org is unknown".encode()),
        smtplib.SMTPSenderRefused(550, b"no", f"{CANARY}@example.org"),
    ],
)
def test_mail_servers_are_not_repeated(error: Exception) -> None:
    text = line(error)
    assert CANARY not in text
    assert type(error).__name__ in text


@pytest.mark.parametrize(
    "path", ["/sprawy/link/{}/", "/link/{}", "/en/x/{}/?a=b", "Gone: /link/{}/ again"]
)
def test_keys_in_addresses_are_not_repeated(path: str) -> None:
    key = "Zk3-_9aB" * 5 + "xyz"
    text = line(text=path.format(key))
    assert key not in text
    assert "/…" in text


def test_other_errors_say_what_they_say() -> None:
    try:
        raise ValueError("a plain sentence")
    except ValueError:
        error = sys.exc_info()[1]
    assert line(error).endswith("builtins.ValueError: a plain sentence")


def test_the_settings_use_it() -> None:
    formatters: Any = settings.LOGGING["formatters"]
    assert import_string(formatters["line"]["()"]) is LineFormatter
