"""Roles and what rests on them."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group

from accounts.demo import PEOPLE, demo_user, load
from accounts.models import User
from accounts.permissions import (
    can_enter_admin,
    has_role,
    is_administrator,
    people_with,
    roles_of,
)
from accounts.roles import Role
from accounts.sessions import forget_ended
from home.setup import setup_site
from tests.accounts.conftest import is_signed_in, sign_in

pytestmark = pytest.mark.django_db


def test_nobody_holds_nothing(person):
    assert roles_of(AnonymousUser()) == roles_of(person) == frozenset()
    assert not has_role(person, *Role)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_a_role_is_its_group_and_no_other(make_person, role):
    user = make_person("a@example.org", role)
    assert roles_of(user) == {role}
    assert has_role(user, role)
    assert not has_role(user, *(set(Role) - {role}))
    assert not is_administrator(user)


def test_a_superuser_is_an_administrator_and_nothing_more(administrator):
    assert roles_of(administrator) == {Role.ADMINISTRATOR}


def test_the_group_alone_makes_no_administrator(make_person):
    assert not is_administrator(make_person("a@example.org", Role.ADMINISTRATOR))


def test_other_groups_are_no_roles(person):
    person.groups.add(Group.objects.create(name="Przyjaciele"))
    assert roles_of(person) == frozenset()


def test_a_closed_account_holds_nothing(make_person):
    user = make_person("a@example.org", Role.EDITOR, is_active=False)
    assert roles_of(user) == frozenset()
    assert not can_enter_admin(user)
    assert not people_with(Role.EDITOR).exists()


def test_asking_again_costs_nothing(make_person, django_assert_num_queries):
    user = make_person("a@example.org", Role.EDITOR)
    with django_assert_num_queries(1):
        for role in Role:
            has_role(user, role)


def test_people_with_a_role(make_person, administrator):
    both = make_person("a@example.org", Role.EDITOR, Role.AUDITOR)
    assert list(people_with(Role.EDITOR, Role.AUDITOR)) == [both]
    assert set(people_with(Role.AUDITOR, Role.ADMINISTRATOR)) == {both, administrator}


class TestDemo:
    def test_there_is_somebody_for_each_role_and_two_residents(self, db):
        load(lambda message: None)
        for login, _first, _last, role in PEOPLE:
            assert roles_of(demo_user(login)) == ({role} if role else set()), login
        assert {role for *_names, role in PEOPLE} == {*Role, None}
        assert sum(1 for *_names, role in PEOPLE if role is None) == 2

    def test_they_can_sign_in(self, client, settings):
        load(lambda message: None)
        sign_in(client, demo_user("mieszkanka"), settings.DEMO_PASSWORD)
        assert is_signed_in(client)

    def test_staff_enter_the_admin(self, client, settings):
        setup_site()
        load(lambda message: None)
        sign_in(client, demo_user("audytor"), settings.DEMO_PASSWORD)
        assert client.get("/admin/").status_code == 200

    def test_loading_again_changes_nothing(self, db):
        load(lambda message: None)
        before = list(User.objects.order_by("pk").values_list("pk", "password"))
        load(lambda message: None)
        assert list(User.objects.order_by("pk").values_list("pk", "password")) == before


def test_devices_of_ended_sessions_are_forgotten(client, person):
    sign_in(client, person)
    assert forget_ended() == 0
    client.session.flush()
    assert forget_ended() == 1
