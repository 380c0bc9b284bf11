"""Invented people. Their accounts exist only while the demo is loaded."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User
from core.models import OutboxMail

DOMAIN = "@przyklad.invalid"


@transaction.atomic
def invented(login: str, first_name: str, last_name: str) -> User:
    """An account that nobody can enter, with an address that no mail can reach."""
    email = f"{login}{DOMAIN}"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User(email=email, first_name=first_name, last_name=last_name)
        user.set_unusable_password()
        user.save()
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user


@transaction.atomic
def forget_invented_accounts() -> None:
    """Their works, marks and declarations stay; they point at no account."""
    OutboxMail.objects.filter(to__endswith=DOMAIN).delete()
    User.objects.filter(email__endswith=DOMAIN).delete()
