"""Hearing of new calls by mail: asked twice, ended with one press, nothing kept afterwards."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from core import tokens
from core.clock import database_now
from core.outbox import queue_mail
from core.outbox.models import OutboxMail
from core.transitions import lock_row
from incubator.models import Call, CallSubscription

CONFIRM = "incubator.subscribe"
END = "incubator.unsubscribe"
#: How long the link that confirms is good, and an address that nobody confirmed is kept.
LIFETIME = timedelta(days=7)
#: How long the link that ends it works, in every mail anew.
END_LIFETIME = timedelta(days=730)


@transaction.atomic
def subscribe(email: str, *, language: str) -> None:
    """Ask the holder of an address whether they want mail; the answer is the same for everybody.

    Whoever is subscribed already gets a mail too, which says so. Raises `ValidationError` for
    what is no address.
    """
    email = User.objects.normalize_email(email)
    validate_email(email)
    found, _is_new = CallSubscription.objects.select_for_update().get_or_create(
        email=email, defaults={"language": language}
    )
    is_known = found.confirmed_at is not None
    name = "incubator/subscribed_already" if is_known else "incubator/subscribe"
    # At most one such mail an hour, whoever presses the button for an address.
    key = f"{name}:{found.uuid}:{database_now():%Y%m%d%H}"
    if OutboxMail.objects.filter(dedupe_key=key).exists():
        return
    if is_known:
        token = tokens.issue(END, found, lifetime=END_LIFETIME, max_uses=None)
        path = _path("unsubscribe", token, found.language)
    else:
        tokens.revoke(found, purpose=CONFIRM)
        token = tokens.issue(CONFIRM, found, lifetime=LIFETIME)
        path = _path("subscribe_confirm", token, language)
    queue_mail(
        name,
        email,
        {"path": path, "days": LIFETIME.days},
        dedupe_key=key,
        language=language,
        is_secret=True,
    )


@transaction.atomic
def confirm_subscription(subscription: CallSubscription) -> CallSubscription:
    """The second yes, by the link in the mail; again is nothing."""
    current: CallSubscription = lock_row(subscription)
    if current.confirmed_at is None:
        current.confirmed_at = database_now()
        current.save(update_fields=["confirmed_at"])
    return current


@transaction.atomic
def end_subscription(subscription: CallSubscription) -> None:
    """Forget the address and every link that was for it."""
    tokens.revoke(subscription)
    CallSubscription.objects.filter(pk=subscription.pk).delete()


def announce_calls() -> int:
    """Tell subscribers of every published call once; gives the number of calls.

    Each call in a transaction of its own: whoever is killed in the middle has told nobody.
    """
    now = database_now()
    waiting = Call.objects.published().filter(
        announced_at=None, annulled_at=None, closes_at__gt=now
    )
    return sum(_announce(call) for call in waiting)


@transaction.atomic
def _announce(call: Call) -> bool:
    current: Call = lock_row(call)
    if current.announced_at is not None or not current.is_published:
        return False
    Call.objects.filter(pk=current.pk).update(announced_at=database_now())
    for person in CallSubscription.objects.exclude(confirmed_at=None).iterator():
        token = tokens.issue(END, person, lifetime=END_LIFETIME, max_uses=None)
        end_path = _path("unsubscribe", token, person.language)
        queue_mail(
            "incubator/new_call",
            person.email,
            {
                "call": current,
                "path": current.url_in(person.language),
                "end_path": end_path,
            },
            dedupe_key=f"incubator.call:{current.uuid}:{person.uuid}",
            language=person.language,
            is_secret=True,
            unsubscribe_url=f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{end_path}",
        )
    return True


def forget_unconfirmed() -> int:
    """Addresses that nobody confirmed in time are forgotten; gives their number."""
    old = CallSubscription.objects.filter(
        confirmed_at=None, created_at__lt=database_now() - LIFETIME
    )
    number, _details = old.delete()
    return number


def _path(name: str, token: str, language: str) -> str:
    with translation.override(language):
        return reverse(f"incubator:{name}", args=[token])
