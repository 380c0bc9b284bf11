"""Fresh proof: before anything that changes how one gets in, and before personal data leave or go,
the person shows again that it is them – with the password, the second factor or a mailed code.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from accounts import second_factor

#: Ways of signing in that count. Setting a new password by a mailed link is none of them.
PROOFS = frozenset({"password", "code", "mfa"})
#: Sending a form may come so many times later than opening it, so that nothing typed is lost.
PATIENCE_WITH_FORMS = 3

View = Callable[..., HttpResponse]


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person has signed in, or shown again who they are, within the last minutes.

    In a session that has not seen the account's second factor nothing else counts: else an old
    session and a stolen password would be enough to put another second factor beside it.
    """
    if second_factor.has_factor(request.user) and not second_factor.was_used(request):
        return False
    records = get_authentication_records(request, request.user)
    last = max((record["at"] for record in records if record["method"] in PROOFS), default=0)
    patience = 1 if request.method in {"GET", "HEAD"} else PATIENCE_WITH_FORMS
    return time.time() - last < account_settings.REAUTHENTICATION_TIMEOUT * patience


def fresh_proof_required(view: View) -> View:
    """The view is only for signed-in people with fresh proof; the others are asked for it first."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        # What was sent is not kept for later, as allauth does it: it may hold a password.
        query = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
        return redirect(f"{_way(request)}?{query}")

    return guarded


def _way(request: HttpRequest) -> str:
    """The page for the proof that is easiest, or for the only one that counts."""
    ways = get_adapter().get_reauthentication_methods(request.user)
    if second_factor.has_factor(request.user) and not second_factor.was_used(request):
        ways = [way for way in ways if way["id"].startswith(second_factor.WAYS)]
    return ways[0]["url"]
