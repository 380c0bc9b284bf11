"""A new account, its address and its password."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.accounts.conftest import PASSWORD, is_signed_in, sign_in

pytestmark = pytest.mark.django_db

ADDRESS = "nowa@example.org"


def sign_up(client: Client, **data: str):
    return client.post(reverse("account_signup"), {"email": ADDRESS, **data})


class TestSignUp:
    def test_a_mailed_link_and_a_button_make_the_account(self, client, post):
        assert sign_up(client)["Location"] == reverse("account_email_verification_sent")
        assert not is_signed_in(client)
        link = post.link(ADDRESS)
        assert ADDRESS in client.get(link).content.decode()
        assert not User.objects.get().emailaddress_set.get().verified
        client.post(link)
        assert User.objects.get().emailaddress_set.get().verified
        assert is_signed_in(client), "in the browser that signed up"

    def test_looking_at_the_link_does_nothing_ever(self, client, post):
        """Mail scanners follow links."""
        sign_up(client)
        for _time in range(3):
            for method in ("get", "head", "options"):
                getattr(Client(), method)(post.link(ADDRESS))
        assert not User.objects.get().emailaddress_set.get().verified

    def test_looking_signs_nobody_out(self, client, person, post):
        sign_up(Client())
        sign_in(client, person)
        client.get(post.link(ADDRESS))
        assert is_signed_in(client)

    def test_another_browser_confirms_and_has_to_sign_in(self, client, post):
        sign_up(client, password1=PASSWORD)
        other = Client()
        answer = other.post(post.link(ADDRESS))
        assert answer["Location"] == reverse("account_login")
        assert not is_signed_in(other)
        sign_in(other, User.objects.get())
        assert is_signed_in(other)

    def test_the_link_works_once(self, client, post):
        sign_up(client)
        link = post.link(ADDRESS)
        client.post(link)
        again = Client().post(link)
        assert again.status_code == 200
        assert b"<form method" not in again.content.split(b"<main")[1].split(b"</main")[0]

    def test_a_link_of_somebody_else_does_not_fit(self, client, post):
        sign_up(client)
        link = post.link(ADDRESS)
        forged = link[:-2] + ("aa/" if not link.endswith("aa/") else "bb/")
        Client().post(forged)
        assert not User.objects.get().emailaddress_set.get().verified

    def test_the_way_is_kept_through_the_mail(self, client, post):
        sign_up(client, next="/konto/dane/")
        assert client.post(post.link(ADDRESS))["Location"] == "/konto/dane/"

    def test_without_a_password_there_is_none(self, client):
        sign_up(client)
        assert not User.objects.get().has_usable_password()

    @pytest.mark.parametrize("password", ["krótkie", "1234567890", "password123"])
    def test_a_weak_password_is_said_beside_the_field(self, client, password):
        page = sign_up(client, password1=password).content.decode()
        assert 'id="id_password1_error"' in page
        assert f'value="{ADDRESS}"' in page
        assert not User.objects.exists()

    @pytest.mark.parametrize("address", ["", "nie-adres", "a@b", "x" * 250 + "@example.org"])
    def test_a_wrong_address_is_said_beside_the_field(self, client, address):
        page = client.post(reverse("account_signup"), {"email": address}).content.decode()
        assert 'id="id_email_error"' in page
        assert not User.objects.exists()

    def test_the_mail_speaks_the_language_of_the_page(self, client, post):
        client.post("/it/konto/rejestracja/", {"email": ADDRESS})
        mail = post.last(ADDRESS)
        assert mail.language == "it"
        assert "/it/konto/rejestracja/potwierdz/" in mail.text

    def test_its_secret_is_marked_to_be_erased(self, client, post):
        sign_up(client)
        assert post.last(ADDRESS).is_secret

    def test_who_confirms_takes_the_address_from_who_never_did(self, client, person, post):
        """Somebody signed up with an address; its owner moves their account to it."""
        sign_up(Client(), password1=PASSWORD)
        sign_in(client, person)
        client.post(reverse("account_email"), {"email": ADDRESS, "action_add": ""})
        client.post(post.link(ADDRESS))
        person.refresh_from_db()
        assert person.email == ADDRESS
        assert User.objects.filter(email=ADDRESS).count() == 1

    def test_naming_an_address_keeps_nobody_out(self, client, person, post):
        """An address that an account only wants to change to is free for its owner."""
        person.emailaddress_set.create(email=ADDRESS, verified=False)
        sign_up(client)
        assert post.last(ADDRESS).kind == "account.email_confirmation_signup"
        client.post(post.link(ADDRESS))
        assert is_signed_in(client)


class TestAddress:
    NEW = "inny@example.org"

    def change(self, client: Client, person: User) -> None:
        sign_in(client, person)
        client.post(reverse("account_email"), {"email": self.NEW, "action_add": ""})

    def test_it_changes_when_the_new_one_is_confirmed(self, client, person, post):
        self.change(client, person)
        person.refresh_from_db()
        assert person.email == "maria@example.org"
        client.post(post.link(self.NEW))
        person.refresh_from_db()
        assert person.email == self.NEW
        assert list(person.emailaddress_set.values_list("email", "verified", "primary")) == [
            (self.NEW, True, True)
        ]

    def test_the_old_one_is_told(self, client, person, post):
        self.change(client, person)
        client.post(post.link(self.NEW))
        assert post.last("maria@example.org").kind == "account.email_changed"

    def test_it_can_be_called_off(self, client, person, post):
        self.change(client, person)
        link = post.link(self.NEW)
        client.post(reverse("account_email"), {"email": self.NEW, "action_remove": ""})
        client.post(link)
        person.refresh_from_db()
        assert person.email == "maria@example.org"

    def test_the_page_shows_what_is_waiting(self, client, person):
        self.change(client, person)
        assert self.NEW in client.get(reverse("account_email")).content.decode()
        assert self.NEW in client.get("/konto/").content.decode()

    def test_mail_to_a_stranger_is_counted(self, client, person, post):
        self.change(client, person)
        for _time in range(12):
            client.post(reverse("account_email"), {"email": self.NEW, "action_send": ""})
        assert len(post.to(self.NEW)) <= 8


class TestPassword:
    def test_a_link_sets_a_new_one(self, client, person, post):
        client.post(reverse("account_reset_password"), {"email": person.email})
        link = post.link(person.email)
        form = client.get(link)["Location"]
        assert link.split("-")[-1] not in form, "the key leaves the address"
        assert client.get(form).status_code == 200
        answer = client.post(form, {"password1": "zupełnie inne hasło"})
        assert answer["Location"] == reverse("account_reset_password_from_key_done")
        person.refresh_from_db()
        assert person.check_password("zupełnie inne hasło")
        assert not is_signed_in(client)
        assert post.last(person.email).kind == "account.password_reset"

    def test_the_link_works_once_and_sets_nothing_on_get(self, client, person, post):
        client.post(reverse("account_reset_password"), {"email": person.email})
        link = post.link(person.email)
        client.get(client.get(link)["Location"])
        person.refresh_from_db()
        assert person.check_password(PASSWORD)
        client.post(client.get(link)["Location"], {"password1": "zupełnie inne hasło"})
        assert b"<form method" not in Client().get(link).content.split(b"<main")[1]

    def test_it_ends_the_sessions_on_other_devices(self, client, person, post):
        sign_in(client, person)
        other = Client()
        other.post(reverse("account_reset_password"), {"email": person.email})
        form = other.get(post.link(person.email))["Location"]
        other.post(form, {"password1": "zupełnie inne hasło"})
        assert not is_signed_in(client)

    def test_opening_the_link_signs_nobody_else_out(self, client, person, make_person, post):
        neighbour = make_person("sasiad@example.org")
        sign_in(client, neighbour)
        Client().post(reverse("account_reset_password"), {"email": person.email})
        client.get(client.get(post.link(person.email))["Location"])
        assert is_signed_in(client)

    def test_changing_needs_the_present_one_and_ends_other_sessions(self, client, person):
        other = Client()
        sign_in(other, person)
        sign_in(client, person)
        path = reverse("account_change_password")
        client.post(path, {"oldpassword": "nie to", "password1": "zupełnie inne hasło"})
        assert is_signed_in(other)
        client.post(path, {"oldpassword": PASSWORD, "password1": "zupełnie inne hasło"})
        assert is_signed_in(client)
        assert not is_signed_in(other)

    def test_an_account_without_one_can_get_one(self, client, make_person, post):
        person = make_person("bez@example.org", password=None)
        client.post(reverse("account_request_login_code"), {"email": person.email})
        client.post(reverse("account_confirm_login_code"), {"code": post.code(person.email)})
        client.post(reverse("account_set_password"), {"password1": PASSWORD})
        person.refresh_from_db()
        assert person.check_password(PASSWORD)


def test_addresses_are_kept_in_small_letters(db):
    assert User.objects.create_user("Jan.KOWALSKI@Example.ORG").email == "jan.kowalski@example.org"
    assert User.objects.get_by_natural_key("JAN.kowalski@example.org")


def test_the_database_insists_on_it(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="Wielkie@example.org")


def test_an_administrator_made_on_the_server_can_sign_in(client, db):
    boss = User.objects.create_superuser("boss@example.org", PASSWORD)
    sign_in(client, boss)
    assert is_signed_in(client)
