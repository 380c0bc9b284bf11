"""Signing in and out: password, mailed code, where it leads, what it leaves in the browser."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from home.setup import setup_site
from tests.accounts.conftest import LOGIN, PASSWORD, heading, is_signed_in, sign_in

pytestmark = pytest.mark.django_db


class TestPassword:
    def test_it_opens_the_account(self, client, person):
        assert sign_in(client, person)["Location"] == "/konto/"
        assert is_signed_in(client)

    def test_the_address_is_the_same_in_any_letters(self, client, person):
        client.post(LOGIN, {"login": " Maria@EXAMPLE.org ", "password": PASSWORD})
        assert is_signed_in(client)

    def test_a_wrong_one_keeps_the_address_and_says_what_to_do(self, client, person):
        answer = sign_in(client, person, "nie to")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert 'value="maria@example.org"' in page
        assert "nie to" not in page
        assert 'class="error-summary"' in page

    def test_a_closed_account_stays_closed(self, client, person):
        User.objects.filter(pk=person.pk).update(is_active=False)
        assert sign_in(client, person)["Location"] == reverse("account_inactive")
        assert not is_signed_in(client)

    def test_an_unconfirmed_address_gets_another_mail_and_nothing_else(
        self, client, make_person, post
    ):
        stranger = make_person("new@example.org", verified=False)
        assert sign_in(client, stranger)["Location"] == reverse("account_email_verification_sent")
        assert not is_signed_in(client)
        assert [mail.kind for mail in post.to(stranger.email)] == ["account.email_confirmation"]

    @pytest.mark.parametrize(("remember", "closes"), [("on", False), ("", True)])
    def test_it_lasts_beyond_the_browser_only_when_asked(self, client, person, remember, closes):
        sign_in(client, person, remember=remember)
        assert client.session.get_expire_at_browser_close() is closes


class TestCode:
    def ask(self, client: Client, address: str) -> None:
        answer = client.post(reverse("account_request_login_code"), {"email": address})
        assert answer["Location"] == reverse("account_confirm_login_code")

    def type(self, client: Client, code: str):
        return client.post(reverse("account_confirm_login_code"), {"code": code})

    def test_it_opens_the_account(self, client, person, post):
        self.ask(client, person.email)
        assert self.type(client, post.code(person.email))["Location"] == "/konto/"
        assert is_signed_in(client)

    def test_the_dash_may_be_left_out(self, client, person, post):
        self.ask(client, person.email)
        self.type(client, post.code(person.email).replace("-", " "))
        assert is_signed_in(client)

    def test_it_opens_only_in_the_window_that_asked(self, client, person, post):
        self.ask(client, person.email)
        self.type(Client(), post.code(person.email))
        other = Client()
        self.ask(other, person.email)
        first = post.to(person.email)[0].text
        assert post.code(person.email) not in first
        self.type(other, "0000-0000")
        assert not is_signed_in(other)

    def test_five_wrong_ones_end_it(self, client, person, post):
        self.ask(client, person.email)
        for _try in range(5):
            answer = self.type(client, "0000-0000")
        assert answer["Location"] == reverse("account_request_login_code")
        self.type(client, post.code(person.email))
        assert not is_signed_in(client)

    def test_it_is_over_after_a_quarter_of_an_hour(self, client, person, post, settings):
        self.ask(client, person.email)
        settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = -1
        self.type(client, post.code(person.email))
        assert not is_signed_in(client)

    def test_it_confirms_the_address_and_drops_a_password_that_somebody_else_may_have_set(
        self, client, make_person, post
    ):
        somebody = make_person("new@example.org", verified=False)
        self.ask(client, somebody.email)
        self.type(client, post.code(somebody.email))
        assert is_signed_in(client)
        somebody.refresh_from_db()
        assert somebody.emailaddress_set.get().verified
        assert not somebody.has_usable_password()

    def test_a_confirmed_account_keeps_its_password(self, client, person, post):
        self.ask(client, person.email)
        self.type(client, post.code(person.email))
        person.refresh_from_db()
        assert person.check_password(PASSWORD)

    def test_a_pending_change_of_address_opens_nothing(self, client, person, post):
        person.emailaddress_set.create(email="later@example.org", verified=False)
        self.ask(client, "later@example.org")
        assert post.last("later@example.org").kind == "account.unknown_account"

    def test_get_sends_nothing(self, client, person, post):
        client.get(reverse("account_request_login_code"), {"email": person.email})
        assert post.to(person.email) == []


class TestWhereItLeads:
    @pytest.mark.parametrize(
        "following",
        [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "http://testserver.evil.example/",
        ],
    )
    def test_never_to_another_site(self, client, person, following):
        assert sign_in(client, person, next=following)["Location"] == "/konto/"

    def test_back_to_where_one_was_going(self, client, person):
        assert sign_in(client, person, next="/konto/dane/")["Location"] == "/konto/dane/"

    def test_the_way_is_kept_through_the_code(self, client, person, post):
        asked = client.post(
            reverse("account_request_login_code"), {"email": person.email, "next": "/konto/dane/"}
        )
        answer = client.post(
            asked["Location"], {"code": post.code(person.email), "next": "/konto/dane/"}
        )
        assert answer["Location"] == "/konto/dane/"

    def test_staff_go_to_work(self, client, make_person):
        setup_site()
        editor = make_person("ed@example.org", Role.EDITOR)
        assert sign_in(client, editor)["Location"] == "/admin/"

    def test_visitors_of_private_pages_come_back(self, client, person):
        asked = client.get("/konto/dane/")
        assert asked["Location"] == f"{LOGIN}?next=/konto/dane/"
        page = client.get(asked["Location"]).content.decode()
        assert '<input type="hidden" name="next" value="/konto/dane/">' in page


class TestBrowser:
    def test_a_session_key_from_before_is_worth_nothing(self, client, person):
        """Session fixation: somebody plants a session and waits for the victim to sign in."""
        client.post(reverse("account_request_login_code"), {"email": "x@example.org"})
        planted = client.session.session_key
        assert planted
        attacker = Client()
        attacker.cookies["sessionid"] = planted
        client.post("/konto/wylogowanie/", {"next": LOGIN})
        sign_in(client, person)
        assert client.session.session_key != planted
        assert not is_signed_in(attacker)

    def test_readers_get_no_cookies(self, client, db):
        setup_site()
        for path in ("/", "/szukaj/", "/konto/wylogowano/", "/konto/nowe-haslo/wyslane/"):
            assert not client.get(path).cookies, path

    def test_pages_for_readers_do_not_even_look_for_a_session(self, client, db, demanding):
        setup_site()
        for path in ("/", "/szukaj/"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert not answer.wsgi_request.session.accessed, path

    def test_a_page_with_a_form_sets_the_token_alone(self, client, db):
        assert set(client.get(LOGIN).cookies) == {"csrftoken"}

    def test_signing_out_leaves_no_session(self, client, person):
        sign_in(client, person)
        answer = client.post("/konto/wylogowanie/")
        assert answer["Location"] == "/konto/wylogowano/"
        assert client.cookies["sessionid"].value == ""
        assert not is_signed_in(client)

    def test_looking_at_the_page_signs_nobody_out(self, client, person):
        sign_in(client, person)
        client.get("/konto/wylogowanie/")
        client.get("/admin/logout/")
        assert is_signed_in(client)

    def test_nothing_here_is_kept_by_caches(self, client, person):
        sign_in(client, person)
        for path in ("/konto/", "/konto/dane/", LOGIN, "/konto/wylogowano/"):
            assert "no-store" in client.get(path)["Cache-Control"], path

    def test_every_language_has_its_own_address(self, client, db):
        assert client.get("/be/konto/logowanie/").status_code == 200
        assert "/it/konto/rejestracja/" in client.get("/it/konto/logowanie/").content.decode()


def test_a_forged_host_gets_no_links(client, person, post, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://odnowa.example"
    client.post(
        reverse("account_reset_password"), {"email": person.email}, headers={"host": "evil.example"}
    )
    text = post.last(person.email).text
    assert "https://odnowa.example/konto/nowe-haslo/" in text
    assert "evil" not in text


def test_too_many_tries_say_when_to_come_back(client, person):
    for _try in range(10):
        sign_in(client, person, "nie to")
    answer = sign_in(client, person)
    assert not is_signed_in(client)
    assert heading(answer)
    assert 'class="error-summary"' in answer.content.decode()


def test_tries_are_counted_for_unknown_addresses_too(client, person):
    nobody = User(email="nobody@example.org")
    answers = [sign_in(client, nobody, "nie to").content for _try in range(12)]
    assert answers[0] != answers[-1]


def test_a_form_without_its_token_is_refused_in_words(db):
    answer = Client(enforce_csrf_checks=True).post(LOGIN, {"login": "x"})
    assert answer.status_code == 403
    assert heading(answer)
