"""A signed mark in a form: for whom the page was drawn, and when.

It takes the place of Django's token against forged requests, which changes at every login: with
that one, whatever was typed before an expired login could not be sent after it. Nobody else can
make one, nor get one that is good for another account or another form.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core import signing


def issue(scope: str, *, user: Any, moment: datetime) -> str:
    """The token for a form of `scope`, drawn for `user` at `moment`."""
    return signing.dumps(moment.isoformat(), salt=_salt(scope, user))


def read(token: str, scope: str, *, user: Any) -> datetime | None:
    """When the form was drawn for this user, or None for any other token."""
    try:
        return datetime.fromisoformat(signing.loads(token, salt=_salt(scope, user)))
    except (signing.BadSignature, ValueError):
        return None


def _salt(scope: str, user: Any) -> str:
    return f"plebiscite.{scope}.{user.pk}"
