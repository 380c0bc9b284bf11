"""Whose address is it? One answer for sign-up, signing in, new passwords and changes of address.

An account *has* an address when it signs in with it. An address that somebody else is only about
to change to is nobody's yet: else any stranger could keep people out by naming their address.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress

from accounts.models import User


def account_of(email: str) -> User | None:
    """The open or closed account that signs in with the address, verified or not."""
    return User.objects.filter(email=User.objects.normalize_email(email)).first()


def open_account_of(email: str) -> User | None:
    """The account that the address opens."""
    user = account_of(email)
    return user if user is not None and user.is_active else None


def never_verified(user: User) -> bool:
    """Whether nobody has ever shown that the account's address is theirs."""
    return not EmailAddress.objects.filter(user=user, verified=True).exists()


def forget_unverified(email: str, *, keep: int) -> None:
    """Removes an account that took `email` without ever showing that it is theirs.

    Such an account has never been entered, so there is nothing in it. `keep` is the account that
    has just shown it. Accounts that staff made for somebody stay.
    """
    user = account_of(email)
    if (
        user is not None
        and user.pk != keep
        and user.last_login is None
        and not user.groups.exists()
        and not user.is_superuser
        and never_verified(user)
    ):
        user.delete()


def set_address(user: User, email: str, *, verified: bool) -> None:
    """Makes `email` the account's only address, and the one it signs in with."""
    email = User.objects.normalize_email(email)
    EmailAddress.objects.filter(user=user).exclude(email=email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"primary": True, "verified": verified}
    )
    if user.email != email:
        user.email = email
        user.save(update_fields=["email"])
