"""People who sign in: the e-mail address is the login, and there is no other name to remember."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

#: Addresses of erased accounts; no mail can ever go there (RFC 2606).
ERASED_DOMAIN = "@erased.invalid"


class UserManager(BaseUserManager["User"]):
    """Creates accounts by e-mail address."""

    use_in_migrations = True

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Addresses are kept in small letters, so that one person has one account."""
        return super().normalize_email(email).strip().lower()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new account; `password=None` makes one that can only be entered by a mailed code.

        Its address is not verified: nobody gets in before they have shown that it is theirs.
        """
        if not email:
            raise ValueError("an account needs an e-mail address")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An administrator. Whoever may run commands on the server vouches for the address."""
        from allauth.account.models import EmailAddress

        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=self.normalize_email(username))


class User(AbstractUser):
    """An account. Its address is unique, and kept in small letters.

    Whether the address is verified says allauth's `EmailAddress`, of which each account has one
    (and a second one while the address is being changed).
    """

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="accounts_user_email_small_letters"
            )
        ]

    def __str__(self) -> str:
        if self.is_erased:
            return gettext("erased account")
        return self.get_full_name() or self.email

    @property
    def is_erased(self) -> bool:
        """Whether the person has had the account erased: it has a number and nothing else."""
        return self.email.endswith(ERASED_DOMAIN)
