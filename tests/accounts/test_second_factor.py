"""The second factor: the app, recovery codes, keys; what is kept and what opens what."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings as project
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode
from nacl.exceptions import CryptoError

from accounts import sealing
from accounts.roles import Role
from home.setup import setup_site
from tests.accounts.conftest import (
    PASSWORD,
    App,
    has_factor,
    heading,
    is_signed_in,
    sign_in,
    sign_in_with_app,
)

pytestmark = pytest.mark.django_db


class TestApp:
    def set_up(self, client: Client):
        page = client.get(reverse("mfa_activate_totp"))
        secret = client.session["mfa.totp.secret"]
        return page, secret

    def test_it_is_set_up_with_a_picture_and_a_first_code(self, client, person, post):
        sign_in(client, person)
        page, secret = self.set_up(client)
        html = page.content.decode()
        assert "<svg" in html and "data:" not in html
        assert 'style="' not in html
        assert secret[:4] in html
        code = totp.format_hotp_value(
            totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
        )
        answer = client.post(reverse("mfa_activate_totp"), {"code": code})
        assert answer["Location"] == reverse("mfa_view_recovery_codes")
        assert has_factor(person)
        codes = client.get(answer["Location"]).content.decode()
        assert codes.count("<li><code>") == 10

    def test_a_wrong_code_sets_nothing_up_and_keeps_the_picture(self, client, person):
        sign_in(client, person)
        _page, secret = self.set_up(client)
        answer = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
        assert client.session["mfa.totp.secret"] == secret
        assert "error-summary" in answer.content.decode()
        assert not has_factor(person)

    def test_the_secret_cannot_be_read_in_the_database(self, person, app):
        kept = str(Authenticator.objects.filter(user=person).values_list("data", flat=True))
        assert app.secret not in kept
        for code in app.recovery_codes:
            assert code not in kept

    def test_a_password_alone_no_longer_opens_the_account(self, client, person, app):
        assert sign_in(client, person)["Location"] == reverse("mfa_authenticate")
        assert not is_signed_in(client)

    def test_both_open_it(self, client, person, app):
        sign_in_with_app(client, person, app)
        assert is_signed_in(client)

    def test_a_mailed_code_alone_does_not_open_it(self, client, person, app, post):
        client.post(reverse("account_request_login_code"), {"email": person.email})
        answer = client.post(
            reverse("account_confirm_login_code"), {"code": post.code(person.email)}
        )
        assert answer["Location"] == reverse("mfa_authenticate")
        assert not is_signed_in(client)

    def test_neither_does_a_new_password(self, client, person, app, post):
        client.post(reverse("account_reset_password"), {"email": person.email})
        path = client.get(post.link(person.email))["Location"]
        client.post(path, {"password1": "nowe haslo do konta"})
        assert not is_signed_in(client)
        answer = sign_in(client, person, "nowe haslo do konta")
        assert answer["Location"] == reverse("mfa_authenticate")

    def test_neither_does_a_confirmed_address(self, client, person, app, post):
        person.emailaddress_set.update(verified=False)
        sign_in(client, person)
        link = post.link(person.email)
        client.post(link)
        assert not is_signed_in(client)

    def test_a_code_opens_once(self, person, app):
        code = app.code()
        for attempt in (1, 2):
            client = Client()
            sign_in(client, person)
            client.post(reverse("mfa_authenticate"), {"code": code})
            assert is_signed_in(client) is (attempt == 1)

    def test_not_even_when_allauth_has_forgotten_it(self, person, app):
        """allauth remembers for half a minute in one process; the code is good for longer."""
        code = app.code(later=1)
        first, second = Client(), Client()
        sign_in(first, person)
        first.post(reverse("mfa_authenticate"), {"code": code})
        cache.clear()
        sign_in(second, person)
        second.post(reverse("mfa_authenticate"), {"code": f"{code[:3]} {code[3:]}"})
        assert is_signed_in(first) and not is_signed_in(second)

    def test_guessing_ends_after_ten(self, client, person, app):
        sign_in(client, person)
        for _try in range(10):
            client.post(reverse("mfa_authenticate"), {"code": "000000"})
        client.post(reverse("mfa_authenticate"), {"code": app.code()})
        assert not is_signed_in(client)

    def test_a_recovery_code_opens_once(self, person, app):
        for attempt in (1, 2):
            client = Client()
            sign_in(client, person)
            client.post(reverse("mfa_authenticate"), {"code": app.recovery_codes[0]})
            assert is_signed_in(client) is (attempt == 1)

    def test_signing_in_can_be_begun_again(self, client, person, app):
        sign_in(client, person)
        page = client.get(reverse("account_login"), follow=True)
        assert page.redirect_chain[-1][0] == reverse("mfa_authenticate")
        client.post(reverse("account_logout"), {"next": reverse("account_login")})
        assert client.get(reverse("account_login")).status_code == 200

    def test_changes_are_told_by_mail(self, client, person, app, post):
        sign_in_with_app(client, person, app)
        client.post(reverse("mfa_deactivate_totp"))
        assert not has_factor(person)
        assert post.last(person.email).kind == "account.totp_deactivated"


class TestFreshProof:
    PATHS = (
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "account_email",
        "account_data_erase",
        "account_set_password",
    )

    def grow_old(self, client: Client) -> None:
        session = client.session
        for record in session["account_authentication_methods"]:
            record["at"] -= project.ACCOUNT_REAUTHENTICATION_TIMEOUT * 4
        session.save()

    @pytest.mark.parametrize("name", PATHS)
    def test_it_is_asked_for_some_time_after_signing_in(self, client, person, name):
        sign_in(client, person)
        path = reverse(name)
        self.grow_old(client)
        asked = client.get(path)["Location"]
        assert asked == f"{reverse('account_reauthenticate')}?{urlencode({'next': path})}"

    def test_the_password_gives_it_and_leads_on(self, client, person):
        sign_in(client, person)
        self.grow_old(client)
        asked = client.get(reverse("account_email"))["Location"]
        assert client.get(asked).status_code == 200
        answer = client.post(asked, {"password": "nie to"})
        assert "error-summary" in answer.content.decode()
        answer = client.post(asked, {"password": PASSWORD, "next": reverse("account_email")})
        assert answer["Location"] == reverse("account_email")
        assert client.get(answer["Location"]).status_code == 200

    def test_people_without_a_password_prove_it_by_mail(self, client, make_person, post):
        person = make_person("bez@example.org", password=None)
        client.post(reverse("account_request_login_code"), {"email": person.email})
        client.post(reverse("account_confirm_login_code"), {"code": post.code(person.email)})
        assert is_signed_in(client)
        self.grow_old(client)
        asked = client.get(reverse("account_data_erase"))["Location"]
        assert asked.startswith(reverse("account_prove_by_code"))
        before = len(post.to(person.email))
        client.get(asked)
        assert len(post.to(person.email)) == before, "looking sends nothing"
        client.post(asked, {"action": "send"})
        assert post.last(person.email).kind == "account.proof_code"
        wrong = client.post(asked, {"code": "0000-0000"})
        assert "error-summary" in wrong.content.decode()
        answer = client.post(asked, {"code": post.code(person.email)})
        assert answer["Location"] == reverse("account_data_erase")
        assert client.get(answer["Location"]).status_code == 200

    def test_five_wrong_codes_end_it(self, client, make_person, post):
        person = make_person("bez@example.org")
        sign_in(client, person)
        path = reverse("account_prove_by_code")
        client.post(path, {"action": "send"})
        for _try in range(5):
            client.post(path, {"code": "0000-0000"})
        self.grow_old(client)
        client.post(path, {"code": post.code(person.email)})
        assert client.get(reverse("account_data_erase")).status_code == 302

    def test_the_session_does_not_hold_the_code(self, client, person, post):
        sign_in(client, person)
        client.post(reverse("account_prove_by_code"), {"action": "send"})
        assert post.code(person.email).replace("-", "") not in str(dict(client.session))

    def test_a_second_factor_gives_it_too(self, client, person, app):
        sign_in_with_app(client, person, app)
        self.grow_old(client)
        page = client.get(client.get(reverse("account_email"))["Location"]).content.decode()
        assert reverse("mfa_reauthenticate") in page
        client.post(reverse("mfa_reauthenticate"), {"code": app.code(later=1)})
        assert client.get(reverse("account_email")).status_code == 200


class TestPasskeys:
    @pytest.mark.parametrize("host", ["127.0.0.1:8000", "[::1]:8000", "10.0.0.7"])
    def test_a_bare_number_is_refused_with_a_sentence(self, client, person, host):
        sign_in(client, person)
        page = client.get(reverse("mfa_add_webauthn"), headers={"host": host}).content.decode()
        assert "localhost" in page
        assert "data-passkey" not in page

    @pytest.mark.parametrize("host", ["localhost:8000", "odnowa.example"])
    def test_a_name_is_fine(self, client, person, host):
        sign_in(client, person)
        page = client.get(reverse("mfa_add_webauthn"), headers={"host": host}).content.decode()
        assert 'data-passkey="add"' in page
        assert f'"id": "{host.partition(":")[0]}"' in page

    def test_nonsense_is_refused(self, client, person):
        sign_in(client, person)
        client.get(reverse("mfa_add_webauthn"))
        for credential in ("", "{}", "[]", '"x"', '{"id": 1}', "null"):
            answer = client.post(reverse("mfa_add_webauthn"), {"credential": credential})
            assert answer.status_code == 200, credential
            answer = Client().post(reverse("mfa_login_webauthn"), {"credential": credential})
            assert answer.status_code in {200, 302}, credential
        assert not has_factor(person)


class TestStaff:
    """Staff without a second factor show the mailbox as well as the password."""

    def test_a_stolen_password_cannot_set_up_a_second_factor(
        self, client, make_person, demanding, post
    ):
        setup_site()
        editor = make_person("ed@example.org", Role.EDITOR)
        answer = sign_in(client, editor)
        assert answer["Location"] == reverse("account_confirm_login_code")
        assert not is_signed_in(client)
        client.post(answer["Location"], {"code": post.code(editor.email)})
        assert is_signed_in(client)

    def test_with_one_there_is_no_mail(self, client, make_person, demanding, post):
        setup_site()
        editor = make_person("ed@example.org", Role.EDITOR)
        sign_in_with_app(client, editor, App(editor))
        assert is_signed_in(client)
        assert post.to(editor.email) == []

    def test_residents_are_not_asked(self, client, person, demanding):
        sign_in(client, person)
        assert is_signed_in(client)


class TestSealing:
    def test_what_was_closed_opens(self):
        closed = sealing.encrypt("tajemnica")
        assert "tajemnica" not in closed
        assert closed != sealing.encrypt("tajemnica")
        assert sealing.decrypt(closed) == "tajemnica"

    def test_a_new_key_with_the_old_one_as_fallback(self, settings):
        closed = sealing.encrypt("tajemnica")
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another"
        assert sealing.decrypt(closed) == "tajemnica"

    def test_without_the_key_it_stays_closed(self, settings):
        closed = sealing.encrypt("tajemnica")
        settings.SECRET_KEY = "another"
        with pytest.raises(CryptoError):
            sealing.decrypt(closed)


def test_lost_everything(client, administrator, person, app, post):
    """An administrator takes the second factor off, and the person is told."""
    theirs = Client()
    sign_in_with_app(theirs, person, app)
    sign_in(client, administrator)
    path = reverse("accounts_remove_second_factor", args=[person.pk])
    client.get(path)
    assert has_factor(person), "looking removes nothing"
    client.post(path)
    assert not has_factor(person)
    assert not is_signed_in(theirs)
    assert post.last(person.email).kind == "account.second_factor_removed"
    assert heading(client.get("/konto/"))


def test_nobody_else_may_take_it_off(client, make_person, person, app):
    setup_site()
    editor = make_person("ed@example.org", Role.CHIEF_EDITOR)
    sign_in(client, editor)
    client.post(reverse("accounts_remove_second_factor", args=[person.pk]))
    assert has_factor(person)
