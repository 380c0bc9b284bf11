"""Issuing, looking at, redeeming and revoking tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from enum import StrEnum

from django.db.models import F, Model, QuerySet

from core.clock import ClockTimestamp, database_now
from core.references import reference
from core.tokens.models import AccessToken

#: Used-up and expired tokens are kept for a while, so that their links can say what happened.
KEPT = timedelta(days=30)


class Reason(StrEnum):
    """Why a token opens nothing (any more)."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    REVOKED = "revoked"


class TokenRefused(Exception):
    """The token opens nothing. A token for another purpose is as unknown as a made-up one."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"token {reason}")
        self.reason = reason


def issue(purpose: str, obj: Model, *, lifetime: timedelta, max_uses: int | None = 1) -> str:
    """A new token for one purpose and one object: 256 random bits, fit for a URL.

    It is valid for `lifetime` by the database's clock and, unless `max_uses` is None, for so many
    uses. The text exists in the returned value alone: put it into the mail of the same
    transaction.
    """
    text = secrets.token_urlsafe(32)
    target = reference(obj)
    AccessToken.objects.create(
        digest=_digest(text),
        purpose=purpose,
        object_type=target.type,
        object_id=target.id,
        expires_at=database_now() + lifetime,
        max_uses=max_uses,
    )
    return text


def peek(text: str, purpose: str) -> AccessToken:
    """The token, untouched, if it would open something now. Raises TokenRefused."""
    return _valid(AccessToken.objects.all(), text, purpose)


def spent_token(text: str, purpose: str) -> AccessToken | None:
    """A token whether or not it opens anything, to tell its holder what became of its object.

    It gives no right: whoever uses it has to show no more than the holder knows anyway.
    """
    return AccessToken.objects.filter(digest=_digest(text), purpose=purpose).first()


def redeem(text: str, purpose: str) -> AccessToken:
    """Use the token once. Raises TokenRefused.

    Has to be called in the transaction of what the token allows: its row is locked until that
    ends, so of two presses at the same moment the second sees what the first has done. Whoever
    locks the object as well locks it first: a change of the object may revoke its tokens.
    """
    token = _valid(AccessToken.objects.select_for_update(), text, purpose)
    AccessToken.objects.filter(pk=token.pk).update(uses=F("uses") + 1, used_at=ClockTimestamp())
    token.refresh_from_db()
    return token


def revoke(obj: Model, *, purpose: str = "") -> int:
    """Void the tokens of an object, all or those of one purpose; gives their number."""
    target = reference(obj)
    tokens = AccessToken.objects.filter(
        object_type=target.type, object_id=target.id, revoked_at=None
    )
    if purpose:
        tokens = tokens.filter(purpose=purpose)
    return tokens.update(revoked_at=ClockTimestamp())


def prune() -> int:
    """Forget tokens that have been expired for a month; gives their number."""
    number, _details = AccessToken.objects.filter(expires_at__lt=ClockTimestamp() - KEPT).delete()
    return number


def _valid(tokens: QuerySet[AccessToken], text: str, purpose: str) -> AccessToken:
    token = tokens.filter(digest=_digest(text), purpose=purpose).first()
    if token is None:
        raise TokenRefused(Reason.UNKNOWN)
    if token.revoked_at is not None:
        raise TokenRefused(Reason.REVOKED)
    # A token that was used up says so even when its time has passed as well.
    if token.max_uses is not None and token.uses >= token.max_uses:
        raise TokenRefused(Reason.USED)
    # Asked after the row was locked, which may have taken a while.
    if token.expires_at <= database_now():
        raise TokenRefused(Reason.EXPIRED)
    return token


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
