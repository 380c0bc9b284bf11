"""What happens to mail afterwards: stuck claims, staff's second try, erasure, health."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.audit import record
from core.clock import ClockTimestamp
from core.outbox.models import FINISHED, MailState, OutboxMail, Problem
from core.outbox.sending import DUE, ERASED

#: A claim older than this belongs to a worker that has died.
STALE = timedelta(minutes=10)
#: How long the text of a mail is kept after it was sent or given up.
KEPT = timedelta(days=30)
#: How long mail may be overdue before the platform counts as not working.
OVERDUE = timedelta(minutes=15)


class CannotSendAgain(Exception):
    """The mail is not one that staff can send; the message is a sentence for them."""


def release_stale() -> int:
    """Mark mail whose worker died while sending: whether it left is unknown, so it stays put."""
    return OutboxMail.objects.filter(
        state=MailState.INFLIGHT, claimed_at__lt=ClockTimestamp() - STALE
    ).update(state=MailState.FAILED, problem=Problem.UNKNOWN, finished_at=ClockTimestamp())


def send_again(mail: OutboxMail, *, actor: Any) -> OutboxMail:
    """Let failed or withheld mail be sent, by a person's decision. Raises CannotSendAgain."""
    with transaction.atomic():
        mail = OutboxMail.objects.select_for_update().get(pk=mail.pk)
        if mail.state not in {MailState.FAILED, MailState.WITHHELD}:
            raise CannotSendAgain(_("This mail is on its way or was sent already."))
        if mail.purged_at or not mail.text:
            raise CannotSendAgain(_("The text of this mail was erased, so it cannot be sent."))
        before, mail.state = mail.state, MailState.QUEUED
        mail.problem, mail.attempts = Problem.NONE, 0
        mail.claimed_at = mail.finished_at = None
        mail.next_try_at = ClockTimestamp()
        mail.save()
        record(mail, "send_again", actor=actor, from_state=before, to_state=mail.state)
    return mail


def purge() -> int:
    """Erase address and text of mail that was finished a month ago; gives their number."""
    old = OutboxMail.objects.filter(purged_at=None, finished_at__lt=ClockTimestamp() - KEPT)
    return old.update(**ERASED, purged_at=ClockTimestamp())


def forget_mail(*, order_key: str = "", to: str = "") -> int:
    """Erase all mail of a case, or to an address, now; what has not been sent stays unsent.

    Gives the number of mails. The rows stay, without anything about a person, so that the same
    occasion is not written to again.
    """
    if not order_key and not to:
        raise ValueError("erasing needs a case or an address")
    wanted = Q(order_key=order_key) if order_key else Q(to__iexact=to)
    with transaction.atomic():
        mails: QuerySet[OutboxMail] = OutboxMail.objects.filter(wanted, purged_at=None)
        # Waits for nobody's sending: a claimed mail is not locked, and is erased as it is.
        erased = mails.filter(state__in=[*FINISHED, MailState.INFLIGHT]).update(
            **ERASED, purged_at=ClockTimestamp()
        )
        return erased + mails.update(
            **ERASED,
            purged_at=ClockTimestamp(),
            state=MailState.FAILED,
            problem=Problem.ERASED,
            finished_at=ClockTimestamp(),
        )


def check_health() -> None:
    """Raises when mail that could be sent has been waiting: no worker is running."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM core_outboxmail mail WHERE {DUE} "  # noqa: S608 - our constants
            "AND mail.next_try_at < clock_timestamp() - make_interval(secs => %s)",
            [OVERDUE.total_seconds()],
        )
        number = cursor.fetchone()[0]
    if number:
        raise RuntimeError(f"{number} mails have been waiting too long: is the worker running?")
