"""What the tests of cases share."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from services_catalog.cases import services
from services_catalog.cases.rules import LinkHolder
from tests.factories.cases import ask, person
from tests.factories.catalogue import OrganisationFactory, ServiceFactory


@pytest.fixture
def service():
    OrganisationFactory(kind="leader", name_pl="Biuro")
    return ServiceFactory(name="Złota rączka")


@pytest.fixture
def coordinator():
    return person(Role.SERVICE_COORDINATOR)


@pytest.fixture
def case(service):
    found = ask(service)
    return services.move(found, "confirm", actor=LinkHolder(case=found.pk))
