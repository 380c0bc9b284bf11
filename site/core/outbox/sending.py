"""Handing mail to the mail server.

What is guaranteed. A mail is claimed first (`inflight`, committed on its own), then handed over,
then marked. It is claimed again only after the server has said no or has not heard the whole
mail. So between writing and `sent` it is handed over once at most, whoever dies in between and
however many workers there are. The price: when a worker is killed, or the connection breaks,
after the hand-over and before the answer is written down, nobody can know whether the mail left.
Such a mail is marked `failed` with “it is not known whether the mail left” for staff to decide;
it is never sent again by itself. A mail that the server does not take is tried eight times over
about thirteen hours.

What the mail server says is not logged or stored, because it repeats addresses.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.utils import DNS_NAME

from core.clock import database_now
from core.outbox.models import UNFINISHED, MailState, OutboxMail, Problem
from core.outbox.smtp import OutcomeUnknown

log = logging.getLogger("core.outbox")

#: How long to wait after the first, second, … failed try; the last one also before all others.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
TRIES = 8

#: What may be claimed: due, and nothing earlier of the same case is still on its way.
DUE = f"""
    mail.state IN ('{MailState.QUEUED}', '{MailState.AWAITING_RETRY}')
    AND mail.next_try_at <= clock_timestamp()
    AND (mail.order_key = '' OR NOT EXISTS (
        SELECT 1 FROM core_outboxmail earlier
        WHERE earlier.order_key = mail.order_key AND earlier.id < mail.id
        AND earlier.state IN ({", ".join(f"'{state}'" for state in UNFINISHED)})))
"""  # noqa: S608 - made of our own constants

_CLAIM = f"""
    UPDATE core_outboxmail
    SET state = '{MailState.INFLIGHT}', claimed_at = clock_timestamp(), attempts = attempts + 1
    WHERE id = (SELECT id FROM core_outboxmail mail WHERE {DUE}
                ORDER BY next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *
"""  # noqa: S608 - made of our own constants


class Sender:
    """Sends what is due over one connection to the mail server. Keep one and call `run()`."""

    def run(self, *, limit: int = 20) -> int:
        """Try up to `limit` mails; gives how many were sent.

        Stops at the first that shows that the mail server cannot be reached.
        """
        self._connection: Any = None
        sent = 0
        try:
            for _step in range(limit):
                mail = claim()
                if mail is None:
                    break
                problem = self._try(mail)
                if problem is Problem.CONNECTION:
                    break
                sent += problem is Problem.NONE
        finally:
            self._hang_up()
        return sent

    def _try(self, mail: OutboxMail) -> Problem:
        try:
            self._hand_over(mail)
        except Exception as error:
            # The connection may be in any state now.
            self._hang_up()
            return _note_failure(mail, error)
        _note_success(mail)
        return Problem.NONE

    def _hand_over(self, mail: OutboxMail) -> None:
        message = as_message(mail)
        if self._connection is None:
            self._connection = get_connection()
            self._connection.open()
        message.connection = self._connection
        if not message.send():
            raise RuntimeError("the mail backend took nothing")

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except OSError:
                log.debug("the connection to the mail server was closed already")


def claim() -> OutboxMail | None:
    """Take one mail that is due, for this process alone, and commit that."""
    return next(iter(OutboxMail.objects.raw(_CLAIM)), None)


def as_message(mail: OutboxMail) -> EmailMultiAlternatives:
    """The mail as it goes out. Every try has the same Message-ID."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ") or DNS_NAME.get_fqdn()
    headers = {
        "Message-ID": f"<{mail.uuid}@{domain}>",
        "Content-Language": mail.language,
        "Auto-Submitted": "auto-generated",
    }
    if mail.unsubscribe_url:
        # One press in the mail program: it posts, and nothing is asked (RFC 8058).
        headers["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    if mail.calendar:
        message.attach("termin.ics", mail.calendar, "text/calendar")
    return message


def _note_success(mail: OutboxMail) -> None:
    values: dict[str, Any] = {"state": MailState.SENT, "problem": Problem.NONE}
    if mail.is_secret and not settings.DEMO:
        values |= ERASED
    _note(mail, finished_at=database_now(), **values)


def _note_failure(mail: OutboxMail, error: Exception) -> Problem:
    problem, is_final = diagnose(error)
    log.warning("mail %s (%s): %s (%s)", mail.pk, mail.kind, problem.value, type(error).__name__)
    now = database_now()
    if is_final or mail.attempts >= TRIES:
        _note(mail, state=MailState.FAILED, problem=problem, finished_at=now)
    else:
        wait = BACK_OFF[min(mail.attempts, len(BACK_OFF)) - 1]
        _note(mail, state=MailState.AWAITING_RETRY, problem=problem, next_try_at=now + wait)
    return problem


def _note(mail: OutboxMail, **values: Any) -> None:
    """Write down how it went, unless somebody has sent the mail on its way anew meanwhile."""
    claimed = OutboxMail.objects.filter(pk=mail.pk, claimed_at=mail.claimed_at)
    claimed.update(finished_at=values.pop("finished_at", None), **values)


def diagnose(error: Exception) -> tuple[Problem, bool]:
    """What went wrong, and whether trying again would be no use or do harm."""
    match error:
        case OutcomeUnknown():
            return Problem.UNKNOWN, True
        case smtplib.SMTPRecipientsRefused(recipients=recipients):
            is_final = all(code >= 500 for code, _words in recipients.values())
            return (Problem.REFUSED if is_final else Problem.POSTPONED), is_final
        case smtplib.SMTPDataError(smtp_code=code):
            is_final = code >= 500
            return (Problem.REFUSED if is_final else Problem.POSTPONED), is_final
        case smtplib.SMTPConnectError():
            return Problem.CONNECTION, False
        case smtplib.SMTPResponseException() | smtplib.SMTPNotSupportedError():
            return Problem.SETTINGS, False
        case OSError():
            return Problem.CONNECTION, False
        case _other:
            return Problem.OTHER, False


#: What is left of a mail whose text was erased: that it was, and what kind it was.
ERASED = {
    "to": "",
    "subject": "",
    "text": "",
    "html": "",
    "calendar": "",
    "unsubscribe_url": "",
}
