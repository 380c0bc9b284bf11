"""The same thing twice at the same moment, on real connections."""

import time

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.addresses import set_address
from accounts.models import User
from core.outbox.models import OutboxMail
from tests.accounts.conftest import PASSWORD, App, is_signed_in, sign_in

pytestmark = pytest.mark.concurrency


@pytest.fixture
def resident() -> User:
    user = User.objects.create_user("maria@example.org", PASSWORD)
    set_address(user, user.email, verified=True)
    return user


def test_two_sign_ups_make_one_account_and_look_alike(together):
    def sign_up():
        return Client().post(reverse("account_signup"), {"email": "nowa@example.org"})

    answers = together(*[sign_up] * 6)
    assert {answer["Location"] for answer in answers} == {
        reverse("account_email_verification_sent")
    }
    assert User.objects.filter(email="nowa@example.org").count() == 1
    kinds = sorted(OutboxMail.objects.values_list("kind", flat=True))
    assert kinds == [*["account.account_already_exists"] * 5, "account.email_confirmation_signup"]


def test_one_code_of_the_app_opens_once(together, resident):
    app = App(resident)
    clients = [Client() for _one in range(6)]
    for client in clients:
        sign_in(client, resident)
    code = app.code()
    together(
        *[
            lambda client=client: client.post(reverse("mfa_authenticate"), {"code": code})
            for client in clients
        ]
    )
    assert sum(is_signed_in(client) for client in clients) == 1


def test_the_control_without_the_count_opens_more_often(together, resident):
    """What allauth alone would do: its own memory of used codes belongs to one process."""
    app = App(resident)
    code = totp.format_hotp_value(totp.hotp_value(app.secret, int(time.time()) // 30))
    assert sum(totp.validate_totp_code(app.secret, code) for _one in range(6)) == 6


def test_tries_at_the_same_moment_all_count(together, resident):
    def guess():
        return sign_in(Client(), resident, "nie to")

    together(*[guess] * 12)
    client = Client()
    sign_in(client, resident)
    assert not is_signed_in(client)


def test_when_the_mail_cannot_be_written_there_is_no_account():
    def refuse_mail(execute, sql, params, many, context):
        if 'INSERT INTO "core_outboxmail"' in sql:
            raise RuntimeError("no room")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse_mail), pytest.raises(RuntimeError):
        Client().post(reverse("account_signup"), {"email": "nowa@example.org"})
    assert not User.objects.exists()
    Client().post(reverse("account_signup"), {"email": "nowa@example.org"})
    assert User.objects.count() == 1
