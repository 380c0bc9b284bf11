"""The pages of organisations and their teams, and who gets them."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.roles import Role
from core.clock import database_now
from core.outbox.models import OutboxMail
from core.tokens.models import AccessToken
from directory import permissions, services
from directory.models import Invitation, Organisation, TeamRole
from directory.services.invitations import INVITATION
from tests.factories.people import UserFactory, person_with

pytestmark = pytest.mark.django_db

TYPED = {
    "name_pl": "Stowarzyszenie „Łąka”",
    "legal_form": "association",
    "register_type": "krs",
    "krs": "KRS 999 999 9901",
    "nip": "856-734-62-15",
    "regon": "",
    "pes_category": "e",
    "ps_status": "no",
    "postcode": "17200",
    "town": "Hajnówka",
}


@pytest.fixture
def owner():
    return UserFactory()


@pytest.fixture
def organisation(owner):
    return services.create_organisation(
        actor=owner, name_pl="Łąka", legal_form="association", register_type="none"
    )


def url(name, organisation, *args):
    return reverse(f"directory:{name}", args=[organisation.uuid, *args])


def test_an_organisation_is_entered_however_numbers_are_typed(client, owner):
    client.force_login(owner)
    response = client.post("/konto/organizacje/nowa/", {**TYPED, "next": "/inkubator/"})
    assert (response.status_code, response["Location"]) == (302, "/inkubator/")
    organisation = Organisation.objects.get()
    assert (organisation.nip, organisation.krs) == ("8567346215", "9999999901")
    assert organisation.postcode == "17-200"
    page = client.get(url("organisation", organisation)).content.decode()
    assert "856-734-62-15" in page


@pytest.mark.parametrize("elsewhere", ["https://zle.example/", "//zle.example", "javascript:x"])
def test_nobody_is_led_to_another_site(client, owner, elsewhere):
    client.force_login(owner)
    response = client.post("/konto/organizacje/nowa/", {**TYPED, "next": elsewhere})
    assert response["Location"].startswith("/konto/organizacje/")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("nip", "0000000000"),
        ("nip", "8567346216"),
        ("krs", "00000444333"),
        ("regon", "111111111"),
        ("postcode", "172"),
        ("legal_form", "local_government"),
        ("name_pl", ""),
        ("website", "javascript:alert(1)"),
        ("name_pl", "x" * 200),
        ("ps_status", "granted"),
        ("group_people", "x" * 1001),
    ],
)
def test_bad_input_is_said_beside_the_field_and_kept(client, owner, field, typed):
    client.force_login(owner)
    response = client.post("/konto/organizacje/nowa/", {**TYPED, field: typed})
    assert response.status_code == 422
    page = response.content.decode()
    assert f'id="id_{field}_error"' in page or 'class="error-summary"' in page
    assert not Organisation.objects.exists()
    if typed and field not in {"legal_form", "ps_status"}:
        assert typed in page


def test_a_group_names_its_people_on_the_page(client, owner):
    client.force_login(owner)
    typed = {**TYPED, "legal_form": "informal_group", "register_type": "none", "nip": "", "krs": ""}
    few = client.post("/konto/organizacje/nowa/", {**typed, "group_people": "Anna Żółć\nJan Dąb"})
    assert few.status_code == 422
    page = few.content.decode()
    assert 'id="id_group_people_error"' in page
    assert "Jan Dąb" in page
    client.post("/konto/organizacje/nowa/", {**typed, "group_people": "Anna Ż\nJan Dąb\nOla Łąka"})
    page = client.get(url("organisation", Organisation.objects.get())).content.decode()
    assert "Anna Ż, Jan Dąb, Ola Łąka" in page
    client.force_login(UserFactory())
    assert client.get(url("organisation", Organisation.objects.get())).status_code == 404


def test_hostile_names_are_text(client, owner):
    client.force_login(owner)
    client.post("/konto/organizacje/nowa/", {**TYPED, "name_pl": "<script>alert(1)</script>"})
    page = client.get(url("organisation", Organisation.objects.get())).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_number_somebody_else_has_is_refused_at_its_field(client, owner):
    services.create_organisation(
        actor=UserFactory(),
        name_pl="Pierwsza",
        legal_form="association",
        register_type="krs",
        nip="8567346215",
    )
    client.force_login(owner)
    response = client.post("/konto/organizacje/nowa/", TYPED)
    assert response.status_code == 422
    assert 'id="id_nip_error"' in response.content.decode()
    assert "Pierwsza" not in response.content.decode()


PAGES = ["organisation", "edit"]


class TestWhoGetsWhat:
    @pytest.mark.parametrize(
        ("role", "expected"),
        [
            ("owner", {"organisation": 200, "edit": 200}),
            ("editor", {"organisation": 200, "edit": 200}),
            ("viewer", {"organisation": 200, "edit": 404}),
            ("stranger", {"organisation": 404, "edit": 404}),
            ("coordinator", {"organisation": 200, "edit": 404}),
            ("visitor", {"organisation": 302, "edit": 302}),
        ],
    )
    def test_pages(self, client, owner, organisation, role, expected):
        self.enter(client, owner, organisation, role)
        found = {name: client.get(url(name, organisation)).status_code for name in PAGES}
        assert found == expected

    @pytest.mark.parametrize(
        ("role", "status"),
        [("owner", 302), ("editor", 404), ("viewer", 404), ("stranger", 404), ("visitor", 302)],
    )
    def test_inviting(self, client, owner, organisation, role, status):
        self.enter(client, owner, organisation, role)
        response = client.post(
            url("invite", organisation), {"email": "nowa@poczta.example", "role": "editor"}
        )
        assert response.status_code == status
        assert Invitation.objects.count() == (1 if role == "owner" else 0)

    @pytest.mark.parametrize("role", ["editor", "viewer", "stranger", "visitor"])
    def test_nobody_else_changes_roles(self, client, owner, organisation, role):
        membership = organisation.memberships.get()
        services.add_member(organisation, user=UserFactory(), role="owner", actor=owner)
        self.enter(client, owner, organisation, role)
        client.post(url("member", organisation, membership.pk), {"role": "viewer"})
        client.post(url("member", organisation, membership.pk), {"act": "remove"})
        membership.refresh_from_db()
        assert membership.role == TeamRole.OWNER

    def test_a_member_of_another_organisation_cannot_be_reached_through_ones_own(
        self, client, owner, organisation
    ):
        other_owner = UserFactory()
        other = services.create_organisation(
            actor=other_owner, name_pl="Inna", legal_form="association", register_type="none"
        )
        services.add_member(other, user=UserFactory(), role="owner", actor=other_owner)
        theirs = other.memberships.get(user=other_owner)
        client.force_login(owner)
        response = client.post(url("member", organisation, theirs.pk), {"act": "remove"})
        assert response.status_code == 404
        assert other.memberships.filter(pk=theirs.pk).exists()

    def enter(self, client, owner, organisation, role):
        if role == "visitor":
            return
        person = {
            "owner": lambda: owner,
            "stranger": UserFactory,
            "coordinator": lambda: person_with(Role.INCUBATOR_COORDINATOR),
        }.get(role)
        if person is None:
            user = UserFactory()
            services.add_member(organisation, user=user, role=role, actor=owner)
        else:
            user = person()
        client.force_login(user)


class TestInvitations:
    def invited(self, client, owner, organisation, email="nowa@poczta.example"):
        client.force_login(owner)
        client.post(url("invite", organisation), {"email": email, "role": "editor"})
        mail = OutboxMail.objects.order_by("pk").last()
        return re.search(r"/konto/organizacje/zaproszenie/[^\s]+", mail.text).group()

    def test_the_person_with_the_address_joins(self, client, owner, organisation):
        link = self.invited(client, owner, organisation, "NOWA@poczta.example")
        person = UserFactory(email="nowa@poczta.example")
        client.force_login(person)
        page = client.get(link)
        assert page.status_code == 200
        assert not permissions.role_in(person, organisation), "looking joins nothing"
        client.post(link)
        assert permissions.role_in(person, organisation) == TeamRole.EDITOR
        assert client.post(link).status_code == 410

    def test_nobody_else_does(self, client, owner, organisation):
        link = self.invited(client, owner, organisation)
        stranger = UserFactory()
        client.force_login(stranger)
        assert client.post(link).status_code == 403
        assert not permissions.role_in(stranger, organisation)

    def test_an_address_that_was_never_shown_to_be_ones_own_is_not_enough(
        self, client, owner, organisation
    ):
        link = self.invited(client, owner, organisation)
        client.force_login(UserFactory(email="nowa@poczta.example", verified=False))
        assert client.post(link).status_code == 403

    def test_a_second_invitation_replaces_the_first(self, client, owner, organisation):
        first = self.invited(client, owner, organisation)
        second = self.invited(client, owner, organisation)
        client.force_login(UserFactory(email="nowa@poczta.example"))
        assert client.post(first).status_code == 410
        assert client.post(second).status_code == 302

    def test_one_that_was_taken_back_opens_nothing(self, client, owner, organisation):
        link = self.invited(client, owner, organisation)
        invitation = Invitation.objects.get()
        client.post(url("cancel", organisation, invitation.uuid))
        client.force_login(UserFactory(email="nowa@poczta.example"))
        assert client.post(link).status_code == 410

    def test_one_that_was_left_too_long_opens_nothing(self, client, owner, organisation):
        link = self.invited(client, owner, organisation)
        token = AccessToken.objects.get(purpose=INVITATION)
        left = token.expires_at - database_now()
        assert timedelta(days=13, hours=23) < left <= timedelta(days=14)
        AccessToken.objects.update(expires_at=database_now() - timedelta(seconds=1))
        person = UserFactory(email="nowa@poczta.example")
        client.force_login(person)
        assert client.get(link).status_code == 410
        assert client.post(link).status_code == 410
        assert not permissions.role_in(person, organisation)
        # Invited once more, the same person comes in.
        again = self.invited(client, owner, organisation)
        client.force_login(person)
        assert client.post(again).status_code == 302
        assert permissions.role_in(person, organisation) == TeamRole.EDITOR

    def test_who_is_in_the_team_is_not_invited(self, client, owner, organisation):
        client.force_login(owner)
        response = client.post(
            url("invite", organisation), {"email": owner.email, "role": "viewer"}
        )
        assert response.status_code == 422
        assert not OutboxMail.objects.exists()

    def test_one_person_cannot_flood_mailboxes(self, client, owner, organisation):
        client.force_login(owner)
        statuses = [
            client.post(
                url("invite", organisation), {"email": f"o{number}@x.example", "role": "viewer"}
            ).status_code
            for number in range(22)
        ]
        assert statuses[-1] == 429
        assert OutboxMail.objects.count() == 20


def test_erasing_an_account_leaves_the_team_to_the_others(owner, organisation):
    from core.ports import personal_data

    writer = UserFactory()
    services.add_member(organisation, user=writer, role="editor", actor=owner)
    part = dict(personal_data.items())["directory"]
    assert part.export(owner).data["teams"][0]["organisation"] == "Łąka"
    part.erase(owner)
    assert permissions.role_in(writer, organisation) == TeamRole.OWNER
    assert not permissions.role_in(owner, organisation)
