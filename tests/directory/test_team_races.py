"""Two leaders at the same moment."""

import pytest

from directory import services
from directory.models import TeamRole
from tests.factories.people import UserFactory


@pytest.mark.concurrency
def test_two_leaders_cannot_leave_at_once(together):
    one, two = UserFactory(), UserFactory()
    organisation = services.create_organisation(
        actor=one, name_pl="Łąka", legal_form="association", register_type="none"
    )
    services.add_member(organisation, user=two, role=TeamRole.OWNER, actor=one)
    first, second = organisation.memberships.order_by("pk")
    results = together(
        lambda: services.remove_member(first, actor=one),
        lambda: services.remove_member(second, actor=two),
    )
    assert sorted(type(result).__name__ for result in results) == ["LastOwner", "NoneType"]
    assert organisation.memberships.filter(role=TeamRole.OWNER).count() == 1
