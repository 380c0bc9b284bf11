"""What tests of accounts share: people, their second factor, their post."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.addresses import set_address
from accounts.models import User
from accounts.roles import Role
from core.outbox.models import OutboxMail

PASSWORD = "żubr w pociągu do Hajnówki"
LOGIN = "/konto/logowanie/"


@pytest.fixture
def make_person(db: None) -> Callable[..., User]:
    """Makes accounts: `make_person("a@example.org", Role.EDITOR, password=None)`."""

    def make(
        email: str = "maria@example.org",
        *roles: Role,
        password: str | None = PASSWORD,
        verified: bool = True,
        **fields: Any,
    ) -> User:
        user = User.objects.create_user(email, password, **fields)
        set_address(user, email, verified=verified)
        user.groups.set(Group.objects.filter(name__in=roles))
        return user

    return make


@pytest.fixture
def person(make_person: Callable[..., User]) -> User:
    """A resident with a password and a verified address."""
    return make_person()


@pytest.fixture
def administrator(make_person: Callable[..., User]) -> User:
    """Somebody who may do everything, with a password and no second factor."""
    return make_person("admin@example.org", is_superuser=True, is_staff=True)


@pytest.fixture
def demanding(settings: Any) -> None:
    """As in production: staff need a second factor."""
    settings.STAFF_SECOND_FACTOR = True


class App:
    """The app on somebody's phone. Time can be moved on, as each code opens only once."""

    def __init__(self, user: User) -> None:
        self.secret = totp.generate_totp_secret()
        self.authenticator = totp.TOTP.activate(user, self.secret).instance
        self.recovery_codes = RecoveryCodes.activate(user).get_unused_codes()

    def code(self, *, later: int = 0) -> str:
        """What the app shows, `later` half minutes from now."""
        counter = int(time.time()) // 30 + later
        return totp.format_hotp_value(totp.hotp_value(self.secret, counter))


@pytest.fixture
def app(person: User) -> App:
    """The resident's app, set up."""
    return App(person)


def sign_in(client: Client, user: User, password: str = PASSWORD, **data: str) -> Any:
    """Sends the form for signing in with a password."""
    return client.post(LOGIN, {"login": user.email, "password": password, **data})


def sign_in_with_app(client: Client, user: User, app: App) -> None:
    """Both steps."""
    assert sign_in(client, user)["Location"] == reverse("mfa_authenticate")
    answer = client.post(reverse("mfa_authenticate"), {"code": app.code()})
    assert answer.status_code == 302, answer.content.decode()


def is_signed_in(client: Client) -> bool:
    """Whether the account's page opens."""
    return client.get("/konto/").status_code == 200


def heading(response: Any) -> str:
    """The first heading of a page."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.S)
    return found[1].strip() if found else ""


def has_factor(user: User) -> bool:
    """Whether an app or a key is set up."""
    return Authenticator.objects.filter(user=user).exclude(type="recovery_codes").exists()


class Post:
    """The mail that the platform has written."""

    def to(self, address: str) -> list[OutboxMail]:
        """All of it to one address, oldest first."""
        return list(OutboxMail.objects.filter(to=address).order_by("id"))

    def last(self, address: str) -> OutboxMail:
        """The newest one."""
        return self.to(address)[-1]

    def link(self, address: str) -> str:
        """The path of the first link in the newest one."""
        found = re.search(r"https?://[^/\s]+(/\S*)", self.last(address).text)
        assert found, self.last(address).text
        return found[1]

    def code(self, address: str) -> str:
        """The code in the newest one."""
        found = re.search(r"^\d{4}-\d{4}$", self.last(address).text, re.M)
        assert found, self.last(address).text
        return found[0]


@pytest.fixture
def post(db: None) -> Post:
    """What has been written to whom."""
    return Post()
