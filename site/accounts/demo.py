"""Demo accounts, one for each role that has something to do."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group

from accounts.models import User
from accounts.roles import Role
from core.ports import DemoReport

DEMO_DOMAIN = "@demo.hajnowka.example"
PEOPLE: list[tuple[str, str, str, Role]] = [
    ("administrator", "Alicja", "Administratorka", Role.ADMINISTRATOR),
    ("redaktor", "Roman", "Redaktor", Role.EDITOR),
    ("redaktorka.prowadzaca", "Renata", "Prowadząca", Role.CHIEF_EDITOR),
]


def load(report: DemoReport) -> None:
    """Makes the accounts that are missing and sets the demo password on all of them."""
    for login, first_name, last_name, role in PEOPLE:
        email = f"{login}{DEMO_DOMAIN}"
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email, settings.DEMO_PASSWORD)
        elif not user.check_password(settings.DEMO_PASSWORD):
            user.set_password(settings.DEMO_PASSWORD)
        user.first_name, user.last_name = first_name, last_name
        user.is_superuser = user.is_staff = role == Role.ADMINISTRATOR
        user.save()
        user.groups.set([Group.objects.get(name=role)])
    report(f"{len(PEOPLE)} accounts")
