"""The cookie that makes a device a voting stand, and the word that ends it.

A stand may open its own pages and nothing else: `plebiscite.middleware` sees to that before any
other part of the site, so neither an address typed by hand nor a link leads out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

COOKIE = "stand"
_SALT = "plebiscite.kiosk"
_MAX_AGE_S = 60 * 24 * 3600
# No letters that are read in two ways.
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_WORD = 8


@dataclass(frozen=True)
class Stand:
    """One device that is a voting stand of one plebiscite."""

    slug: str
    device: str

    @property
    def word(self) -> str:
        """What the commission types to make it an ordinary device again."""
        key = settings.SECRET_KEY.encode()
        digest = hmac.digest(key, f"{_SALT}|{self.slug}|{self.device}".encode(), hashlib.sha256)
        letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:_WORD])
        return f"{letters[:4]}-{letters[4:]}"


def new_stand(slug: str) -> Stand:
    """A stand for a device that has been none."""
    return Stand(slug, secrets.token_hex(8))


def stand_of(request: HttpRequest) -> Stand | None:
    """Which stand the device is; None for all others."""
    try:
        slug, device = signing.loads(request.COOKIES[COOKIE], salt=_SALT)
    except (KeyError, ValueError, TypeError, signing.BadSignature):
        return None
    return Stand(str(slug), str(device))


def hand_out(response: HttpResponseBase, stand: Stand) -> None:
    """Make the device that gets `response` the stand."""
    response.set_cookie(
        COOKIE,
        signing.dumps([stand.slug, stand.device], salt=_SALT),
        max_age=_MAX_AGE_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def take_back(response: HttpResponseBase) -> None:
    """Make it an ordinary device again."""
    response.delete_cookie(COOKIE, samesite="Strict")


def is_word(stand: Stand, typed: str) -> bool:
    """Whether somebody knows the word of the stand."""
    letters = "".join(sign for sign in typed.upper() if sign.isalnum())
    return hmac.compare_digest(letters.encode(), stand.word.replace("-", "").encode())
