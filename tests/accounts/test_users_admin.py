"""Accounts and roles in the admin."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from accounts.permissions import has_role
from accounts.roles import Role
from core.audit.models import AuditEvent
from home.setup import setup_site
from tests.accounts.conftest import is_signed_in, sign_in

pytestmark = pytest.mark.django_db

LIST = "/admin/users/"


@pytest.fixture
def boss(client, administrator):
    """The administrator's browser."""
    setup_site()
    sign_in(client, administrator)
    return client


def role_ids(*roles: Role) -> list[int]:
    return list(Group.objects.filter(name__in=roles).values_list("pk", flat=True))


def edit(client: Client, user: User, **data):
    fields = {"email": user.email, "first_name": "", "last_name": "", "is_active": "on"}
    return client.post(reverse("wagtailusers_users:edit", args=[user.pk]), fields | data)


def test_the_list_finds_by_address(boss, person):
    assert person.email in boss.get(LIST, {"q": "maria"}).content.decode()


def test_the_forms_speak_polish_and_know_no_passwords(boss, person):
    for path in (
        reverse("wagtailusers_users:add"),
        reverse("wagtailusers_users:edit", args=[person.pk]),
    ):
        page = boss.get(path).content.decode()
        assert 'type="password"' not in page
        assert Role.EDITOR.value in page
        with translation.override("pl"):
            assert translation.gettext("Last name") in page
        assert '<html lang="pl"' in page


def test_an_account_for_somebody(boss, administrator, post):
    answer = boss.post(
        reverse("wagtailusers_users:add"),
        {"email": "Nowa@Example.org", "groups": role_ids(Role.EDITOR)},
    )
    assert answer.status_code == 302
    user = User.objects.get(email="nowa@example.org")
    assert not user.has_usable_password()
    assert has_role(user, Role.EDITOR)
    assert not user.emailaddress_set.get().verified
    assert post.last(user.email).kind == "account.invitation"
    event = AuditEvent.objects.get(object_type="accounts.user", object_id=user.pk)
    assert (event.verb, event.actor_id) == ("add", administrator.pk)


def test_a_taken_address_is_said_beside_the_field(boss, person):
    answer = boss.post(reverse("wagtailusers_users:add"), {"email": "MARIA@example.org"})
    assert answer.status_code == 200
    assert User.objects.filter(email=person.email).count() == 1


def test_another_address_has_to_be_shown_anew(boss, person):
    theirs = Client()
    sign_in(theirs, person)
    edit(boss, person, email="Inna@Example.org")
    person.refresh_from_db()
    assert person.email == "inna@example.org"
    assert list(person.emailaddress_set.values_list("email", "verified")) == [
        ("inna@example.org", False)
    ]
    assert not is_signed_in(theirs)


def test_closing_an_account_signs_it_out(boss, person):
    theirs = Client()
    sign_in(theirs, person)
    edit(boss, person, is_active="")
    assert not is_signed_in(theirs)


def test_roles_change_and_are_written_down(boss, person):
    edit(boss, person, groups=role_ids(Role.AUDITOR, Role.MENTOR))
    assert has_role(User.objects.get(pk=person.pk), Role.AUDITOR)
    event = AuditEvent.objects.filter(object_id=person.pk, verb="change").latest("id")
    assert event.fields == ["groups"]


def test_the_tick_makes_an_administrator_and_nothing_else_does(boss, person):
    page = boss.get(reverse("wagtailusers_users:edit", args=[person.pk])).content.decode()
    administrators = Group.objects.get(name=Role.ADMINISTRATOR)
    assert f'value="{administrators.pk}"' not in page.split('name="groups"')[1]
    edit(boss, person, is_superuser="on")
    person = User.objects.get(pk=person.pk)
    assert has_role(person, Role.ADMINISTRATOR)
    edit(boss, person)
    assert not has_role(User.objects.get(pk=person.pk), Role.ADMINISTRATOR)


def test_an_administrator_does_not_lose_the_group_by_editing_themselves(boss, administrator):
    edit(boss, administrator)
    administrator = User.objects.get(pk=administrator.pk)
    assert administrator.is_superuser
    assert administrator.groups.filter(name=Role.ADMINISTRATOR).exists()


def test_deleting_is_erasing(boss, person):
    path = reverse("wagtailusers_users:delete", args=[person.pk])
    assert boss.get(path).status_code == 200
    assert boss.post(path).status_code == 302
    assert User.objects.get(pk=person.pk).is_erased
    assert "erased.invalid" not in boss.get(LIST).content.decode()


def test_deleting_several_is_erasing_too(boss, make_person):
    people = [make_person(f"p{number}@example.org") for number in range(2)]
    path = reverse("wagtail_bulk_action", args=["accounts", "user", "delete"])
    query = "&".join(f"id={user.pk}" for user in people)
    assert boss.post(f"{path}?next={LIST}&{query}").status_code == 302
    assert all(User.objects.get(pk=user.pk).is_erased for user in people)


def test_roles_keep_their_names(boss):
    group = Group.objects.get(name=Role.MENTOR)
    path = reverse("wagtailusers_groups:edit", args=[group.pk])
    data = {
        "name": "Opiekun",
        "page_permissions-TOTAL_FORMS": 0,
        "page_permissions-INITIAL_FORMS": 0,
        "collection_permissions-TOTAL_FORMS": 0,
        "collection_permissions-INITIAL_FORMS": 0,
    }
    boss.post(path, data)
    boss.post(reverse("wagtailusers_groups:delete", args=[group.pk]))
    assert Group.objects.filter(pk=group.pk, name=Role.MENTOR).exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_nobody_else_manages_accounts(make_person, role):
    setup_site()
    client = Client()
    sign_in(client, make_person("inna@example.org", role))
    for path in (LIST, reverse("wagtailusers_users:add"), "/admin/groups/"):
        with translation.override("pl"):
            assert client.get(path).status_code in {302, 403}
