"""Writing mail into the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import translation

from core.outbox.models import MailState, OutboxMail


def queue_mail(
    template: str,
    to: str,
    context: Mapping[str, Any],
    *,
    dedupe_key: str,
    language: str,
    order_key: str = "",
    is_secret: bool = False,
    withhold: bool = False,
    is_first: bool = False,
    unsubscribe_url: str = "",
    not_before: datetime | None = None,
) -> OutboxMail:
    """Write one mail from `templates/notifications/<template>.subject.txt`, `.txt` and, if they
    exist, `.html` and `.ics`, rendered in `language`, into the caller's transaction. What `.ics`
    gives goes along as a calendar file, unless it is empty.

    `dedupe_key` names the occasion, as `event:17:requester`, and holds nothing about a person: a
    second mail with the same key is not written, and the first one is returned. Mail with the
    same `order_key` (a case) leaves in the order it was written. `is_secret` erases the text
    once it was sent, for mail that carries a code or a private link. `withhold` keeps it until
    staff let it go. `is_first` saves looking for an earlier one, where the caller's transaction
    has written a row that makes the occasion unique: a second mail is an IntegrityError. Mail to
    a list of subscribers has its reader's own `unsubscribe_url`, which has to take a POST without
    any cookie (RFC 8058). `not_before` lets the mail wait until a moment.

    In the text templates nothing is escaped. All get `site_name` and `site_url` (without a slash
    at its end).
    """
    values = {
        "site_name": settings.WAGTAIL_SITE_NAME,
        "site_url": settings.WAGTAILADMIN_BASE_URL.rstrip("/"),
        **context,
    }
    name = f"notifications/{template}"
    with translation.override(language):
        return queue_text(
            template,
            to,
            subject=_render(f"{name}.subject.txt", values),
            text=_render(f"{name}.txt", values),
            html=_render_html(f"{name}.html", values),
            calendar=_render_calendar(f"{name}.ics", values),
            dedupe_key=dedupe_key,
            language=language,
            order_key=order_key,
            is_secret=is_secret,
            withhold=withhold,
            is_first=is_first,
            unsubscribe_url=unsubscribe_url,
            not_before=not_before,
        )


def queue_text(
    kind: str,
    to: str,
    *,
    subject: str,
    text: str,
    html: str = "",
    calendar: str = "",
    dedupe_key: str,
    language: str,
    order_key: str = "",
    is_secret: bool = False,
    withhold: bool = False,
    is_first: bool = False,
    unsubscribe_url: str = "",
    not_before: datetime | None = None,
) -> OutboxMail:
    """As `queue_mail`, for text that is ready; `kind` is what staff see it as."""
    if not to or not dedupe_key:
        raise ValueError("mail has an address and a key of its occasion")
    values: dict[str, Any] = {
        "kind": kind,
        "to": to,
        "subject": " ".join(subject.split())[:255],
        "text": text.strip() + "\n",
        "html": html.strip(),
        "calendar": calendar,
        "language": language,
        "order_key": order_key,
        "is_secret": is_secret,
        "unsubscribe_url": unsubscribe_url,
        "state": MailState.WITHHELD if withhold else MailState.QUEUED,
    }
    if not_before is not None:
        values["next_try_at"] = not_before
    if is_first:
        return OutboxMail.objects.create(dedupe_key=dedupe_key, **values)
    mail, _is_new = OutboxMail.objects.get_or_create(dedupe_key=dedupe_key, defaults=values)
    return mail


def _render(name: str, values: Mapping[str, Any]) -> str:
    # Django's own engine, whose templates have the compiled one inside.
    template: Any = get_template(name)
    return template.template.render(Context(values, autoescape=False))


def _render_html(name: str, values: Mapping[str, Any]) -> str:
    try:
        return get_template(name).render(dict(values))
    except TemplateDoesNotExist:
        return ""


def _render_calendar(name: str, values: Mapping[str, Any]) -> str:
    """Lines of a calendar file end with CR LF, whatever the template's do."""
    try:
        text = _render(name, values)
    except TemplateDoesNotExist:
        return ""
    lines = text.strip().splitlines()
    return "".join(f"{line}\r\n" for line in lines)
