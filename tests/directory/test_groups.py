"""Informal groups with a patron, and the units of an organisation."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.audit import history
from core.outbox.models import OutboxMail
from directory import services
from directory.models import Organisation, Patronage, TeamRole, Unit
from tests.factories.incubator import make_organisation, team_of
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
NIP = "8567346215"


@pytest.fixture
def owner():
    return UserFactory()


@pytest.fixture
def group(owner):
    return services.create_organisation(
        actor=owner,
        name_pl="Sąsiedzi z Lipowej",
        legal_form="informal_group",
        register_type="none",
        group_people="Anna Żółć\nJan Dąb\nOla Łąka",
        town="Hajnówka",
    )


@pytest.fixture
def patron():
    found = make_organisation(name="Fundacja Dąb")
    Organisation.objects.filter(pk=found.pk).update(nip=NIP, krs="9999999902")
    return found


def leader(organisation):
    return organisation.memberships.get(role=TeamRole.OWNER).user


def page(organisation, name="organisation", *args):
    return reverse(f"directory:{name}", args=[organisation.uuid, *args])


def test_a_group_asks_and_its_patron_agrees_on_the_pages(client, owner, group, patron):
    client.force_login(owner)
    assert "number" in client.get(page(group)).content.decode()
    refused = client.post(page(group, "patron"), {"number": "8567346216"})
    assert refused.status_code == 422
    assert "8567346216" in refused.content.decode()
    # However the number is typed, in full-width digits too.
    assert client.post(page(group, "patron"), {"number": "８５６-734-62-15"}).status_code == 302
    found = Patronage.objects.get()
    assert OutboxMail.objects.get(kind="directory/patron_asked").to == leader(patron).email
    assert group.patron is None
    # The group cannot agree in its patron's name, nor can a writer of the patron or a stranger.
    answer = page(patron, "patronage", found.uuid)
    for person in (owner, team_of(patron, TeamRole.EDITOR), UserFactory()):
        client.force_login(person)
        assert client.post(answer, {"act": "accept"}).status_code == 404
    client.force_login(leader(patron))
    shown = client.get(page(patron)).content.decode()
    assert "Sąsiedzi z Lipowej" in shown
    assert client.get(answer).status_code == 405
    assert group.patron is None
    assert client.post(answer, {"act": "accept"}).status_code == 302
    assert group.patron == patron
    assert OutboxMail.objects.get(kind="directory/patron_answered").to == owner.email
    client.post(answer, {"act": "end"})
    assert group.patron is None
    assert [event.verb for event in history(group)][1:] == [
        "ask_patron",
        "accept_patronage",
        "end_patronage",
    ]


def test_who_is_no_patron(owner, group, patron):
    with pytest.raises(services.NoSuchPatron):
        services.ask_patron(group, number="5260250274", actor=owner)
    with pytest.raises(services.NoSuchPatron):
        services.ask_patron(group, number="0000000000", actor=owner)
    with pytest.raises(ValidationError):
        services.ask_patron(patron, number=NIP, actor=leader(patron))
    with pytest.raises(PermissionDenied):
        services.ask_patron(group, number=NIP, actor=UserFactory())
    made = services.ask_patron(group, number="9999999902", actor=owner)
    with pytest.raises(ValidationError):
        services.ask_patron(group, number=NIP, actor=owner)
    assert services.answer_patronage(made, accept=False, actor=leader(patron)).state == "declined"
    assert services.answer_patronage(made, accept=True, actor=leader(patron)).state == "declined"
    services.ask_patron(group, number=NIP, actor=owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Patronage.objects.create(group=group, patron=patron)


def test_units_are_entered_and_taken_out(client, patron):
    client.force_login(leader(patron))
    bad = client.post(page(patron, "units"), {"kind": "szkoła", "name": "WTZ Dąb"})
    assert bad.status_code == 422
    assert "WTZ Dąb" in bad.content.decode()
    typed = {"kind": "wtz", "name": "Warsztat „Dąb”", "address": "ul. Dębowa 1"}
    assert client.post(page(patron, "units"), typed).status_code == 302
    unit = Unit.objects.get()
    assert "Warsztat „Dąb”" in client.get(page(patron)).content.decode()
    client.force_login(UserFactory())
    assert client.post(page(patron, "units"), {"remove": unit.uuid}).status_code == 404
    client.force_login(team_of(patron, TeamRole.VIEWER))
    assert client.post(page(patron, "units"), {"remove": unit.uuid}).status_code == 404
    client.force_login(leader(patron))
    assert client.post(page(patron, "units"), {"remove": "x"}).status_code == 404
    assert client.post(page(patron, "units"), {"remove": unit.uuid}).status_code == 302
    assert not Unit.objects.exists()
