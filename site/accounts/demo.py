"""Demo accounts: one for each role that has something to do, and two residents."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts.addresses import set_address
from accounts.models import User
from accounts.roles import Role
from core.ports import DemoReport

DEMO_DOMAIN = "@demo.hajnowka.example"
PEOPLE: list[tuple[str, str, str, Role | None]] = [
    ("administrator", "Alicja", "Administratorka", Role.ADMINISTRATOR),
    ("redaktor", "Roman", "Redaktor", Role.EDITOR),
    ("redaktorka.prowadzaca", "Renata", "Prowadząca", Role.CHIEF_EDITOR),
    ("komisja", "Konrad", "Komisyjny", Role.PLEBISCITE_COMMISSION),
    ("komisja.druga", "Krystyna", "Komisyjna", Role.PLEBISCITE_COMMISSION),
    ("punkt.anna", "Anna", "Punktowa", Role.POLLING_CLERK),
    ("punkt.piotr", "Piotr", "Punktowy", Role.POLLING_CLERK),
    ("koordynatorka.uslug", "Urszula", "Koordynatorka", Role.SERVICE_COORDINATOR),
    ("czlonek.konsorcjum", "Cezary", "Spółdzielczy", Role.CONSORTIUM_MEMBER),
    ("liderka.konsorcjum", "Lidia", "Liderska", Role.CONSORTIUM_LEAD),
    ("urzednik", "Urban", "Urzędnik", Role.CITY_OFFICER),
    ("koordynator.inkubatora", "Ignacy", "Inkubator", Role.INCUBATOR_COORDINATOR),
    ("ekspertka", "Ewa", "Ekspertka", Role.REVIEWER),
    ("mentor", "Marek", "Mentor", Role.MENTOR),
    ("zatwierdzajaca", "Zofia", "Zatwierdzająca", Role.APPROVER),
    ("audytor", "August", "Audytor", Role.AUDITOR),
    ("mieszkanka", "Maria", "Mieszkanka", None),
    ("mieszkaniec", "Mikołaj", "Mieszkaniec", None),
]


def load(report: DemoReport) -> None:
    """Makes the accounts that are missing; all of them get the demo password when it changed."""
    emails = {
        f"{login}{DEMO_DOMAIN}": (first_name, last_name, role)
        for login, first_name, last_name, role in PEOPLE
    }
    existing = {user.email: user for user in User.objects.filter(email__in=emails)}
    # Checking a password is slow by design, so one answers for all of them.
    sample = next(iter(existing.values()), None)
    is_current = sample is not None and sample.check_password(settings.DEMO_PASSWORD)
    password = make_password(settings.DEMO_PASSWORD)
    for email, (first_name, last_name, role) in emails.items():
        user = existing.get(email)
        if user is not None and is_current:
            continue
        user = user or User(email=email)
        user.password = password
        user.first_name, user.last_name = first_name, last_name
        user.is_superuser = user.is_staff = role == Role.ADMINISTRATOR
        user.save()
        set_address(user, email, verified=True)
        user.groups.set(Group.objects.filter(name=role) if role else [])
    report(f"{len(PEOPLE)} accounts")


def demo_user(login: str) -> User:
    """The demo account of a name, for the demo content of features: `demo_user("mieszkanka")`."""
    return User.objects.get(email=f"{login}{DEMO_DOMAIN}")
