"""Nothing tells whether an address has an account: same answers, same mail, about the same time."""

import re
import statistics
import time

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.conftest import LOGIN

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN = "maria@example.org", "nobody@example.org"
FLOWS = {
    "sign-up with a password": ("account_signup", {"email": "", "password1": "żubr w pociągu"}),
    "sign-up without one": ("account_signup", {"email": ""}),
    "new password": ("account_reset_password", {"email": ""}),
    "code": ("account_request_login_code", {"email": ""}),
    "password": ("account_login", {"login": "", "password": "zgadywane haslo"}),
}


def walk(name: str, data: dict[str, str], address: str) -> list[tuple[int, str, str]]:
    """What a stranger sees: status, where to, and the pages, without tokens and the address."""
    client = Client()
    path = reverse(name)
    seen = []
    values = {key: value or address for key, value in data.items()}
    response = client.post(path, values)
    for _step in range(4):
        text = response.content.decode().replace(address, "ADDRESS")
        text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "TOKEN", text)
        cookies = {key: bool(cookie.value) for key, cookie in response.cookies.items()}
        seen.append((response.status_code, response.get("Location", ""), text, cookies))
        if response.status_code != 302:
            break
        response = client.get(response["Location"])
    return seen


@pytest.mark.parametrize(("name", "data"), FLOWS.values(), ids=FLOWS)
def test_the_answers_are_the_same(person, name, data):
    assert walk(name, data, KNOWN) == walk(name, data, UNKNOWN)


@pytest.mark.parametrize(("name", "data"), list(FLOWS.values())[:4], ids=list(FLOWS)[:4])
def test_each_gets_one_mail(person, post, name, data):
    walk(name, data, KNOWN)
    walk(name, data, UNKNOWN)
    assert len(post.to(KNOWN)) == len(post.to(UNKNOWN)) == 1
    assert post.last(KNOWN).kind != post.last(UNKNOWN).kind


@pytest.mark.parametrize(("name", "data"), list(FLOWS.values())[:4], ids=list(FLOWS)[:4])
def test_an_account_that_nobody_confirmed_looks_the_same_too(make_person, name, data):
    make_person(KNOWN, verified=False)
    assert walk(name, data, KNOWN) == walk(name, data, UNKNOWN)


@pytest.mark.parametrize(("name", "data"), list(FLOWS.values())[:4], ids=list(FLOWS)[:4])
def test_a_closed_account_looks_the_same_too(make_person, name, data):
    make_person(KNOWN, is_active=False)
    assert walk(name, data, KNOWN) == walk(name, data, UNKNOWN)


@pytest.mark.parametrize(("name", "data"), FLOWS.values(), ids=FLOWS)
def test_the_limit_is_the_same(person, name, data):
    """The limits count addresses, whether they are known or not."""

    def tries(address: str) -> list[bool]:
        values = {key: value or address for key, value in data.items()}
        return [
            "error-summary" in Client().post(reverse(name), values).content.decode()
            for _try in range(12)
        ]

    assert tries(KNOWN) == tries(UNKNOWN)


@pytest.mark.parametrize(("name", "data"), FLOWS.values(), ids=FLOWS)
def test_the_time_is_about_the_same(make_person, settings, name, data):
    """With the slow hashing of production: leaving it out for one of them would show."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    known = [f"known{number}@example.org" for number in range(4)]
    for address in known:
        make_person(address)
    unknown = [f"unknown{number}@example.org" for number in range(4)]

    def seconds(address: str) -> float:
        values = {key: value or address for key, value in data.items()}
        client = Client()
        began = time.perf_counter()
        client.post(reverse(name), values)
        return time.perf_counter() - began

    Client().get(LOGIN)
    pairs = [(seconds(one), seconds(other)) for one, other in zip(known, unknown, strict=True)]
    ratio = statistics.median(a for a, _b in pairs) / statistics.median(b for _a, b in pairs)
    assert 0.4 < ratio < 2.5


def test_changing_to_a_taken_address_says_nothing(client, person, make_person, post):
    make_person("taken@example.org")
    client.force_login(person)
    _fresh(client)
    answers = []
    for address in ("taken@example.org", "free@example.org"):
        answer = client.post(reverse("account_email"), {"email": address, "action_add": ""})
        answers.append((answer.status_code, answer["Location"]))
        assert [mail.kind for mail in post.to(address)] == ["account.email_confirmation"]
    assert answers[0] == answers[1]


def _fresh(client: Client) -> None:
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
