"""What happens at allauth's own turning points."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import authentication_step_completed
from django.dispatch import receiver

from accounts.addresses import never_verified
from accounts.models import User


@receiver(authentication_step_completed)
def drop_a_strangers_password(sender: type, user: User, method: str, **kwargs: Any) -> None:
    """The first to show that the mailbox is theirs need not be who chose the password.

    Somebody may have made an account with another person's address and a password of their own,
    and waited. They wait in vain: with the first mailed code the password goes.
    """
    if method == "code" and user.has_usable_password() and never_verified(user):
        user.set_unusable_password()
        user.save(update_fields=["password"])
