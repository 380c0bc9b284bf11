"""Cases under simultaneous requests, on PostgreSQL itself."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.roles import Role
from core.outbox.models import OutboxMail
from core.transitions import WrongState
from services_catalog.cases import services
from services_catalog.cases.models import ServiceRequest
from services_catalog.models import Package, PackageItem
from tests.factories.cases import ask, person, text
from tests.factories.catalogue import OrganisationFactory, ServiceFactory

pytestmark = pytest.mark.concurrency


def test_two_hundred_requests_have_two_hundred_consecutive_numbers(together):
    service = ServiceFactory()
    results = together(*[lambda: [ask(service) for _ in range(10)] for _ in range(20)])
    assert all(isinstance(one, list) for one in results), results
    cases = [case for ten in results for case in ten]
    numbers = sorted(services.NUMBERS.read(case.number)[-1] for case in cases)
    assert numbers == list(range(numbers[0], numbers[0] + 200))
    assert ServiceRequest.objects.count() == OutboxMail.objects.count() == 200


def test_one_form_pressed_ten_times_is_one_case(together):
    service, key = ServiceFactory(), uuid.uuid4()
    cases = together(*[lambda: ask(service, submission_key=key) for _ in range(10)])
    assert len({case.pk for case in cases}) == 1
    assert OutboxMail.objects.count() == 1


def test_of_two_clerks_one_answers_and_the_other_is_told(together):
    service = ServiceFactory()
    OrganisationFactory(kind="leader")
    case = ask(service, email="", phone="856822180")
    services.move(case, "take", actor=person(Role.SERVICE_COORDINATOR))
    clerks = [person(Role.SERVICE_COORDINATOR) for _ in range(2)]
    results = together(
        lambda: services.move(case, "answer", actor=clerks[0], **text("Tak.")),
        lambda: services.move(case, "reject", actor=clerks[1], **text("Nie.")),
    )
    assert sum(isinstance(result, WrongState) for result in results) == 1
    assert case.messages.count() == 1


def test_two_packages_with_the_same_services_in_another_order(together):
    one, two, lead = (ServiceFactory() for _ in range(3))
    made = []
    for slug, pair in (("a", (one, two)), ("b", (two, one))):
        found = Package(slug=slug, name_pl=slug, summary_pl="x", coordination=lead)
        found.items = [PackageItem(service=service) for service in pair]
        found.save()
        made.append(found)

    def send(package):
        return lambda: services.open_package(
            package, actor=AnonymousUser(), services=[], submission_key=uuid.uuid4(), name="Jan",
            text="x", phone="856822180", language="pl",
        )  # fmt: skip

    results = together(*[send(made[number % 2]) for number in range(8)])
    assert all(isinstance(one, ServiceRequest) for one in results), results
    assert ServiceRequest.objects.count() == 8 * 3
