"""The one door through which the account's mail leaves."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

#: What allauth calls the links in its mail.
LINKS = ("activate_url", "password_reset_url", "signup_url", "code_url", "login_url")


def send(template: str, to: str, context: dict[str, Any]) -> None:
    """Sends `<template>_subject.txt` and `<template>_message.txt`, in the active language.

    Nothing leaves when the transaction is rolled back.
    """
    texts = {
        **context,
        **{name: absolute(context[name]) for name in LINKS if name in context},
        "email": to,
        "now": timezone.localtime(),
        "site_name": settings.WAGTAIL_SITE_NAME,
        "site_url": settings.WAGTAILADMIN_BASE_URL,
    }
    subject = " ".join(render_to_string(f"{template}_subject.txt", texts).split())
    message = EmailMessage(
        subject, render_to_string(f"{template}_message.txt", texts).strip() + "\n", to=[to]
    )
    transaction.on_commit(message.send)


def absolute(url: str) -> str:
    """The address on the site's own name, whatever name the request gave itself.

    Links in mail carry keys: a forged Host header must not send them elsewhere.
    """
    parts = urlsplit(url)
    base = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    return urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))
