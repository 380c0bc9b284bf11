"""The one door through which the account's mail leaves: into the outbox, and from there out."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from core.outbox import queue_text

#: What allauth, and we, call the links in mail.
LINKS = ("activate_url", "password_reset_url", "signup_url", "code_url", "login_url")
#: Mail with a code or a link that opens something: its text is erased once it was sent.
SECRET = frozenset(
    {
        "account/email/email_confirmation",
        "account/email/email_confirmation_signup",
        "account/email/login_code",
        "account/email/password_reset_key",
        "account/email/proof_code",
    }
)


def send(template: str, to: str, context: dict[str, Any]) -> None:
    """Writes `<template>_subject.txt` and `<template>_message.txt`, in the active language.

    Into the caller's transaction: a rollback sends nothing.
    """
    values = {
        **context,
        **{name: absolute(context[name]) for name in LINKS if name in context},
        "email": to,
        "now": timezone.localtime(),
        "site_name": settings.WAGTAIL_SITE_NAME,
        "site_url": settings.WAGTAILADMIN_BASE_URL,
    }
    queue_text(
        "account." + template.rpartition("/")[2],
        to,
        subject=render_to_string(f"{template}_subject.txt", values),
        text=render_to_string(f"{template}_message.txt", values),
        # Whoever asks twice is answered twice; accounts.limits says how often.
        dedupe_key=f"account:{uuid.uuid4()}",
        language=get_language() or settings.LANGUAGE_CODE,
        is_secret=template in SECRET,
    )


def absolute(url: str) -> str:
    """The address on the site's own name, whatever name the request gave itself.

    Links in mail carry keys: a forged Host header must not send them elsewhere.
    """
    parts = urlsplit(url)
    base = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    return urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))
