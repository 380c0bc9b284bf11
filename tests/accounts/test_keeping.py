"""Accounts that nobody confirmed, sessions of the past."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.keeping import UNCONFIRMED, remove_unconfirmed, sweep
from accounts.models import User
from accounts.roles import Role
from tests.accounts.conftest import sign_in

pytestmark = pytest.mark.django_db

OLD = timezone.now() - UNCONFIRMED - timedelta(hours=1)


def test_they_go_after_a_week(make_person):
    make_person("old@example.org", verified=False, date_joined=OLD)
    make_person("new@example.org", verified=False)
    assert remove_unconfirmed() == 1
    assert list(User.objects.values_list("email", flat=True)) == ["new@example.org"]


def test_everybody_else_stays(make_person):
    make_person("confirmed@example.org", date_joined=OLD)
    make_person("invited@example.org", Role.EDITOR, verified=False, date_joined=OLD)
    make_person("closed@example.org", verified=False, date_joined=OLD, is_active=False)
    make_person("entered@example.org", verified=False, date_joined=OLD, last_login=OLD)
    make_person("boss@example.org", verified=False, date_joined=OLD, is_superuser=True)
    assert remove_unconfirmed() == 0


def test_the_sweep_forgets_sessions_that_are_over(client, person):
    sign_in(client, person)
    sweep()
    assert UserSession.objects.count() == Session.objects.count() == 1
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    sweep()
    assert UserSession.objects.count() == Session.objects.count() == 0
