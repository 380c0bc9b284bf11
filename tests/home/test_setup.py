"""`setup_site` lays what a site needs, and only what is missing."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from wagtail.models import GroupPagePermission, Locale, Page, Site, Workflow

from accounts.models import User
from accounts.roles import Role
from home.models import HomePage
from home.setup import setup_site
from tests.factories.site import make_site

pytestmark = pytest.mark.django_db


def test_every_role_is_a_group():
    assert {role.value for role in Role} <= set(Group.objects.values_list("name", flat=True))


def test_running_it_again_changes_nothing():
    call_command("setup_site")
    counts = [
        model.objects.count() for model in (Page, Site, Locale, GroupPagePermission, Workflow)
    ]
    call_command("setup_site")
    assert counts == [
        model.objects.count() for model in (Page, Site, Locale, GroupPagePermission, Workflow)
    ]


def test_the_home_page_has_an_address_in_every_language():
    home = setup_site()
    assert Site.objects.get(is_default_site=True).root_page_id == home.pk
    urls = {page.locale.language_code: page.get_url() for page in HomePage.objects.all()}
    assert urls == {"pl": "/", "be": "/be/", "en": "/en/", "it": "/it/"}


def test_a_changed_address_is_followed(settings):
    setup_site()
    settings.WAGTAILADMIN_BASE_URL = "https://odnowa.example"
    setup_site()
    site = Site.objects.get(is_default_site=True)
    assert (site.hostname, site.port) == ("odnowa.example", 443)
    assert site.root_page.specific.full_url == "https://odnowa.example/"


def user_in(role: Role) -> User:
    user = User.objects.create_user(f"{role.name.lower()}@example.org", "x")
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.mark.parametrize(
    ("role", "edits", "publishes"),
    [
        (Role.EDITOR, True, False),
        (Role.CHIEF_EDITOR, True, True),
        (Role.SERVICE_COORDINATOR, False, False),
        (Role.AUDITOR, False, False),
    ],
)
def test_who_may_edit_and_who_may_publish(role, edits, publishes):
    tree = make_site()
    tester = tree.home.permissions_for_user(user_in(role))
    assert tester.can_edit() is edits
    assert tester.can_publish() is publishes


def test_reviewers_and_mentors_never_enter_the_admin():
    setup_site()
    for role in Role:
        enters = user_in(role).has_perm("wagtailadmin.access_admin")
        assert enters is (role not in {Role.REVIEWER, Role.MENTOR}), role


def test_the_audit_trail_is_read_by_auditors_and_mail_by_nobody_but_administrators():
    setup_site()
    people = {role: user_in(role) for role in Role}
    reading = {role for role, user in people.items() if user.has_perm("core.view_auditevent")}
    assert reading - {Role.ADMINISTRATOR} == {Role.AUDITOR}
    assert not [role for role, user in people.items() if user.has_perm("core.view_outboxmail")]
