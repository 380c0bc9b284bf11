"""Asking for the newsletter, leaving it, writing to everybody on the list."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from wagtail.images.models import SourceImageIOError

from core.actors import SYSTEM, VISITOR
from core.audit import record
from core.clock import database_now
from core.outbox import queue_mail
from core.structured import whole
from core.tokens import issue as issue_token
from core.tokens import revoke
from core.transitions import NotAllowed, transition
from home.models import NewsletterIssue, Subscriber
from home.states import DRAFT, SENDING, WRITERS

log = logging.getLogger("home.newsletter")

PURPOSE = "home.newsletter"
#: How long the link in the first mail works, and unconfirmed addresses are kept.
TO_CONFIRM = timedelta(days=7)
#: Nobody is asked again sooner, however often their address is typed in.
PATIENCE = timedelta(hours=24)
#: How many mails one run of the worker writes, in transactions of `BATCH`.
PER_RUN, BATCH = 500, 50


def ask(*, email: str, language: str) -> None:
    """Writes one mail with a question to an address; nothing is sent before it says yes.

    Whoever asks learns nothing about whether the address is on the list already.
    """
    email = email.strip()
    try:
        with transaction.atomic():
            found = Subscriber.objects.filter(email__iexact=email).select_for_update().first()
            if found is None:
                found = Subscriber.objects.create(email=email, language=language)
            now = database_now()
            if found.confirmed_at or (found.asked_at and now - found.asked_at < PATIENCE):
                return
            found.language, found.asked_at = language, now
            found.save(update_fields=["language", "asked_at"])
            revoke(found, purpose=PURPOSE)
            token = issue_token(PURPOSE, found, lifetime=TO_CONFIRM)
            with translation.override(language):
                link = reverse("letters:confirm", args=[token])
            queue_mail(
                "home/newsletter_confirm",
                email,
                {"link": link},
                dedupe_key=f"newsletter:ask:{found.pk}:{now.timestamp()}",
                language=language,
                is_secret=True,
            )
    except IntegrityError:
        # The same address at the same moment: the other one writes the mail.
        return


def confirm(subscriber: Subscriber) -> None:
    """The address said yes; called in the transaction that redeems its token."""
    subscriber.confirmed_at = subscriber.confirmed_at or database_now()
    subscriber.save(update_fields=["confirmed_at"])
    record(subscriber, "confirm", actor=VISITOR)


def leave(pk: int) -> bool:
    """Takes an address off the list; gives whether it still was on it."""
    with transaction.atomic():
        found = Subscriber.objects.select_for_update().filter(pk=pk).first()
        if found is None:
            return False
        revoke(found)
        record(found, "leave", actor=VISITOR)
        found.delete()
    return True


def send(issue: NewsletterIssue, *, actor: Any) -> NewsletterIssue:
    """Lets the worker write to everybody."""
    return transition(issue, "send", actor=actor)


def send_test(issue: NewsletterIssue, *, actor: Any) -> None:
    """The issue as it stands, to whoever writes it. Raises NotAllowed."""
    if not WRITERS(actor, issue) or issue.state != DRAFT:
        raise NotAllowed
    now = database_now().timestamp()
    key = f"newsletter:test:{issue.pk}:{now}"
    _write(issue, news_of(issue), actor.email, key=key, path="/")


def write_due() -> int:
    """Writes the next mails of issues on their way; the worker's job. Gives their number.

    A batch and how far it got are one transaction under the lock of the issue: whoever is killed
    leaves whole batches, and the key of each mail keeps anybody from being written to twice.
    """
    written = 0
    while written < PER_RUN:
        count = _write_batch(min(BATCH, PER_RUN - written))
        if count is None:
            break
        written += count
    return written


def _write_batch(limit: int) -> int | None:
    """One batch of one issue; None when there is nothing to do."""
    with transaction.atomic():
        issue = (
            NewsletterIssue.objects.filter(state=SENDING)
            .select_for_update(skip_locked=True)
            .order_by("begun_at")
            .first()
        )
        if issue is None:
            return None
        people = list(
            Subscriber.objects.filter(
                language=issue.language, confirmed_at__lte=issue.begun_at, pk__gt=issue.reached
            ).order_by("pk")[:limit]
        )
        news = news_of(issue) if people else []
        for person in people:
            _write(
                issue,
                news,
                person.email,
                key=f"newsletter:{issue.pk}:{person.pk}",
                path=person.unsubscribe_path,
            )
        if people:
            issue.reached = people[-1].pk
            issue.count += len(people)
            issue.save(update_fields=["reached", "count"])
        else:
            transition(issue, "finish", actor=SYSTEM)
        return len(people)


def news_of(issue: NewsletterIssue) -> list[dict[str, Any]]:
    """What an issue tells, with the picture of each item, in the language of the issue."""
    with translation.override(issue.language):
        return [
            {
                "title": page.title,
                "lead": page.lead,
                "url": page.full_url,
                "picture": _picture(page.cover),
            }
            for page in issue.news()
        ]


def _picture(cover: Any) -> dict[str, Any] | None:
    """A picture as mail programs take it: JPEG, with its whole address; None without a file."""
    if cover is None:
        return None
    try:
        drawn = cover.get_rendition("fill-1104x621|format-jpeg")
    except (SourceImageIOError, OSError) as problem:
        log.warning("picture %s is left out: %s", cover.pk, type(problem).__name__)
        return None
    # Drawn twice as large as shown, for fine screens.
    size = {"width": drawn.width // 2, "height": drawn.height // 2}
    return {"url": whole(drawn.url), "alt": drawn.alt, **size}


def _write(
    issue: NewsletterIssue, news: list[dict[str, Any]], email: str, *, key: str, path: str
) -> None:
    base = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    queue_mail(
        "home/newsletter",
        email,
        {"issue": issue, "news": news, "leave_url": base + path},
        dedupe_key=key,
        language=issue.language,
        # Own mail to oneself is no list; everybody else's has the way out in its head too.
        unsubscribe_url="" if path == "/" else base + path,
    )


def tidy() -> int:
    """Forgets addresses that never said yes; gives their number."""
    old = database_now() - TO_CONFIRM
    number, _rows = Subscriber.objects.filter(confirmed_at=None, created_at__lt=old).delete()
    return number
