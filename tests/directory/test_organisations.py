"""Entering organisations and working in teams."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from core.audit import history
from directory import permissions, services
from directory.models import Membership, Organisation, OrganisationKind, TeamRole
from directory.services import LastOwner
from tests.factories.people import UserFactory, person_with

pytestmark = pytest.mark.django_db


def entered(actor, **data):
    return services.create_organisation(
        actor=actor,
        **{
            "name_pl": "Stowarzyszenie „Łąka”",
            "legal_form": "association",
            "register_type": "krs",
            "krs": "9999999901",
            "nip": "856-734-62-15",
            "regon": "192598184",
            "town": "Hajnówka",
            **data,
        },
    )


def test_who_enters_an_organisation_leads_it():
    person = UserFactory()
    organisation = entered(person)
    assert organisation.kind == OrganisationKind.APPLICANT
    assert organisation.slug == "stowarzyszenie-laka"
    assert (organisation.nip, organisation.nip_text) == ("8567346215", "856-734-62-15")
    assert permissions.role_in(person, organisation) == TeamRole.OWNER
    assert not organisation.is_verified
    assert [event.verb for event in history(organisation)] == ["create"]
    assert organisation not in Organisation.objects.of_project()


def test_the_same_number_twice_is_refused_at_the_field():
    entered(UserFactory())
    with pytest.raises(ValidationError) as caught:
        entered(UserFactory(), name_pl="Inna", krs="9999999902", regon="")
    assert list(caught.value.message_dict) == ["nip"]
    with pytest.raises(ValidationError) as caught:
        entered(UserFactory(), name_pl="Inna", nip="")
    assert list(caught.value.message_dict) == ["krs"]


def test_many_may_have_no_number_and_the_same_name():
    one = entered(UserFactory(), krs="", nip="", regon="")
    other = entered(UserFactory(), krs="", nip="", regon="")
    assert one.slug != other.slug


@pytest.mark.parametrize("field", ["nip", "krs", "regon"])
@pytest.mark.parametrize("value", ["0000000000", "12 34", "12345", "１２３４５６７８９０"])
@pytest.mark.database
def test_the_database_refuses_what_is_not_a_number(field, value):
    organisation = entered(UserFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=organisation.pk).update(**{field: value})


def test_another_register_takes_the_krs_number_away():
    organisation = entered(
        UserFactory(),
        register_type="other",
        register_name="Ewidencja starosty",
        register_number="7",
    )
    assert organisation.krs == ""
    assert organisation.register_text == "Ewidencja starosty 7"


def test_a_number_needs_the_name_of_its_register():
    with pytest.raises(ValidationError) as caught:
        entered(UserFactory(), register_type="other", register_number="7")
    assert list(caught.value.message_dict) == ["register_name"]


def test_a_changed_name_has_to_be_checked_again():
    person = UserFactory()
    organisation = entered(person)
    Organisation.objects.filter(pk=organisation.pk).update(is_verified=True)
    services.update_organisation(organisation, actor=person, website="https://laka.example")
    organisation.refresh_from_db()
    assert organisation.is_verified
    services.update_organisation(organisation, actor=person, name_pl="Łąka")
    organisation.refresh_from_db()
    assert not organisation.is_verified
    assert history(organisation).last().fields == ["name_pl"]


@pytest.mark.parametrize(
    ("role", "allowed"),
    [(TeamRole.OWNER, True), (TeamRole.EDITOR, True), (TeamRole.VIEWER, False), (None, False)],
)
def test_who_may_change_the_data(role, allowed):
    organisation = entered(UserFactory())
    person = UserFactory()
    if role:
        Membership.objects.create(organisation=organisation, user=person, role=role)
    if allowed:
        services.update_organisation(organisation, actor=person, town="Bielsk")
    else:
        with pytest.raises(PermissionDenied):
            services.update_organisation(organisation, actor=person, town="Bielsk")


def test_staff_fields_are_not_for_the_team():
    person = UserFactory()
    organisation = entered(person)
    with pytest.raises(TypeError):
        services.update_organisation(organisation, actor=person, is_verified=True)


def test_visitors_and_strangers_see_nothing():
    organisation = entered(UserFactory())
    assert not permissions.may_see(AnonymousUser(), organisation)
    assert not permissions.may_see(UserFactory(), organisation)
    assert permissions.may_see(person_with(Role.AUDITOR), organisation)
    assert not permissions.may_lead(person_with(Role.AUDITOR), organisation)
    assert permissions.may_lead(person_with(Role.INCUBATOR_COORDINATOR), organisation)
    assert not Organisation.objects.with_member(AnonymousUser()).exists()


class TestTeam:
    def test_somebody_always_leads(self):
        owner = UserFactory()
        organisation = entered(owner)
        only = organisation.memberships.get()
        with pytest.raises(LastOwner):
            services.change_role(only, role=TeamRole.EDITOR, actor=owner)
        with pytest.raises(LastOwner):
            services.remove_member(only, actor=owner)
        services.add_member(organisation, user=UserFactory(), role=TeamRole.OWNER, actor=owner)
        services.remove_member(only, actor=owner)
        assert organisation.memberships.count() == 1

    def test_only_who_leads_changes_the_team(self):
        owner, editor = UserFactory(), UserFactory()
        organisation = entered(owner)
        membership = services.add_member(
            organisation, user=editor, role=TeamRole.EDITOR, actor=owner
        )
        with pytest.raises(PermissionDenied):
            services.add_member(organisation, user=UserFactory(), role="viewer", actor=editor)
        with pytest.raises(PermissionDenied):
            services.change_role(membership, role=TeamRole.OWNER, actor=editor)
        services.remove_member(membership, actor=editor)
        assert not permissions.role_in(editor, organisation)

    def test_adding_twice_keeps_the_role(self):
        owner = UserFactory()
        organisation = entered(owner)
        again = services.add_member(organisation, user=owner, role=TeamRole.VIEWER, actor=owner)
        assert again.role == TeamRole.OWNER

    def test_before_an_account_goes_the_longest_writer_leads(self):
        owner, reader, writer = UserFactory(), UserFactory(), UserFactory()
        organisation = entered(owner)
        services.add_member(organisation, user=reader, role=TeamRole.VIEWER, actor=owner)
        services.add_member(organisation, user=writer, role=TeamRole.EDITOR, actor=owner)
        services.hand_over(owner)
        owner.delete()
        organisation.refresh_from_db()
        assert permissions.role_in(writer, organisation) == TeamRole.OWNER
        assert organisation.created_by is None

    def test_nobody_becomes_leader_who_only_reads(self):
        owner, reader = UserFactory(), UserFactory()
        organisation = entered(owner)
        services.add_member(organisation, user=reader, role=TeamRole.VIEWER, actor=owner)
        services.hand_over(owner)
        owner.delete()
        assert permissions.role_in(reader, organisation) == TeamRole.VIEWER


def test_a_social_enterprise_names_the_decision():
    person = UserFactory()
    with pytest.raises(ValidationError) as caught:
        entered(person, ps_status="granted")
    assert list(caught.value.message_dict) == ["ps_decision"]
    organisation = entered(person, ps_status="granted", ps_decision="PS.4/2026")
    assert organisation.social_enterprise_text.endswith("PS.4/2026")
    # With another status there is no decision; staff are told, the people's own form drops it.
    services.update_organisation(organisation, actor=person, ps_status="applied")
    organisation.refresh_from_db()
    assert (organisation.ps_decision, organisation.social_enterprise_text) == (
        "",
        organisation.get_ps_status_display(),
    )
    organisation.ps_decision = "PS.4/2026"
    with pytest.raises(ValidationError):
        organisation.full_clean()


GROUP = {"legal_form": "informal_group", "register_type": "none", "krs": "", "nip": "", "regon": ""}


@pytest.mark.parametrize(
    "people",
    ["", "Anna Żółć\nJan Dąb", "Anna Żółć\nanna  żółć\nJan Dąb", "Anna Żółć\nJan Dąb\n–\n1"],
    ids=["nobody", "two", "one of them twice", "no names"],
)
def test_an_informal_group_has_three_people(people):
    with pytest.raises(ValidationError) as caught:
        entered(UserFactory(), **GROUP, group_people=people)
    assert list(caught.value.message_dict) == ["group_people"]


def test_an_informal_group_is_in_no_register_and_others_have_no_such_people():
    person, people = UserFactory(), "Anna Żółć\n\n Jan  Dąb \r\nOla Łąka"
    with pytest.raises(ValidationError) as caught:
        entered(person, **{**GROUP, "register_type": "krs"}, group_people=people)
    assert list(caught.value.message_dict) == ["register_type"]
    group = entered(person, **GROUP, group_people=people)
    assert group.people == ["Anna Żółć", "Jan Dąb", "Ola Łąka"]
    services.update_organisation(group, actor=person, legal_form="ordinary_association")
    group.refresh_from_db()
    assert group.group_people == ""
