"""What goes by itself: accounts that nobody ever confirmed, sessions and devices of the past."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from accounts.sessions import forget_ended

#: How long somebody has to confirm the address of a new account.
UNCONFIRMED = timedelta(days=7)


def remove_unconfirmed() -> int:
    """Removes accounts whose address nobody confirmed in time; says how many.

    Nobody has ever entered them, so there is nothing in them. Accounts that staff made for
    somebody (they hold a role) wait for as long as it takes.
    """
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    forgotten = User.objects.filter(
        ~Exists(confirmed),
        is_active=True,
        is_superuser=False,
        last_login=None,
        groups=None,
        date_joined__lt=timezone.now() - UNCONFIRMED,
    )
    return forgotten.delete()[1].get(User._meta.label, 0)


def sweep() -> None:
    """Everything that has outlived its purpose."""
    call_command("clearsessions", verbosity=0)
    forget_ended()
    remove_unconfirmed()
