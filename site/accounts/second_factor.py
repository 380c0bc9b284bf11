"""The second factor: what counts as one, and who has to have used it.

Staff enter nothing under `/admin/` with a session that has not seen a second factor. While a
member of staff has none, a password alone does not even sign them in: a mailed code is asked for
as well, so that a stolen password cannot be used to set up a second factor of the thief's.
"""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import User
from accounts.permissions import can_enter_admin

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
#: What allauth's ways to prove oneself with a second factor begin with.
WAYS = "mfa_reauthenticate"


def has_factor(user: User | AnonymousUser) -> bool:
    """Whether an authenticator app or a key is set up. Recovery codes alone are none."""
    return user.is_authenticated and is_mfa_enabled(user, FACTORS)


def is_required_of(user: User | AnonymousUser) -> bool:
    """Whether the person may enter the admin only with a second factor."""
    return settings.STAFF_SECOND_FACTOR and can_enter_admin(user)


def was_used(request: HttpRequest) -> bool:
    """Whether this session has seen a second factor that the account still has.

    A passkey that asked for a finger, a face or a PIN is two factors in one.
    """
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records) and has_factor(request.user)


def note_set_up(request: HttpRequest, kind: str) -> None:
    """Counts setting up a second factor as using it: its first code, or the key, was there.

    Only with fresh proof does one get so far; see `accounts.proof`.
    """
    record_authentication(request, request.user, "mfa", type=kind)


def is_missing(request: HttpRequest) -> bool:
    """Whether this session needs a second factor for the admin and has not seen it."""
    return is_required_of(request.user) and not was_used(request)
