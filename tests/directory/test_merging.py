"""Archive, and one organisation out of two rows: everything goes along, or nothing happens."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from core.audit import history
from directory import services
from directory.models import Membership, Organisation, OrganisationMerge, RoomUse, TeamRole
from directory.services.merging import CannotMerge, pointing_here
from incubator import services as incubator
from incubator.models import Application
from incubator.states import State
from services_catalog.cases import services as cases
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.rules import LinkHolder
from services_catalog.models import ServiceProvider
from tests.factories.cases import ask, offered, team
from tests.factories.catalogue import OrganisationFactory, RoomFactory, ServiceFactory
from tests.factories.incubator import (
    make_call,
    make_draft,
    make_organisation,
    make_sent,
    owner_of,
    send,
    team_of,
)
from tests.factories.people import UserFactory, person_with
from tests.factories.timetable import make_slot

REASON = "Ten sam wpis dwa razy."


def keeper():
    return person_with(Role.INCUBATOR_COORDINATOR)


def merge(kept, duplicate, actor=None):
    return services.merge_organisations(kept, duplicate, reason=REASON, actor=actor or keeper())


@pytest.mark.django_db
class TestMerging:
    def test_everything_goes_along_and_is_written_down(self):
        both = UserFactory()
        kept, call = make_organisation(both), make_call()
        application = make_sent(call)
        duplicate = application.organisation
        Organisation.objects.filter(pk=duplicate.pk).update(nip="8567346215", krs="9999999901")
        services.add_member(duplicate, user=both, role=TeamRole.VIEWER, actor=keeper())
        other = team_of(duplicate, TeamRole.EDITOR)
        invitation = services.invite(
            duplicate, email="nowa@poczta.example", role="editor", actor=owner_of(application)
        )
        services.add_unit(duplicate, kind="wtz", name="WTZ Łąka", actor=other)
        incubator.extend_call(
            call, duplicate, closes_at=call.closes_at + timedelta(days=1), reason="Awaria",
            actor=keeper(),
        )  # fmt: skip
        actor = keeper()
        made = merge(kept, duplicate, actor)
        kept.refresh_from_db()
        duplicate.refresh_from_db()
        application.refresh_from_db()
        assert application.organisation == kept
        assert (kept.nip, kept.krs, duplicate.nip) == ("8567346215", "9999999901", "")
        assert duplicate.merged_into == kept
        assert duplicate.archived_at
        assert kept.memberships.get(user=both).role == TeamRole.OWNER
        assert kept.memberships.get(user=other).role == TeamRole.EDITOR
        assert kept.units.get().name == "WTZ Łąka"
        assert kept.invitations.get() == invitation
        assert call.closes_for(kept.pk) > call.closes_at
        # Nothing of any app points to the duplicate any more.
        for model, field in pointing_here():
            assert not model._base_manager.filter(**{field: duplicate.pk}).exists(), model
        assert made.moved["incubator.application.organisation"] == [str(application.pk)]
        assert made.changed["memberships"] == [[both.pk, "viewer", "owner"]]
        assert made.changed["numbers"][0] == ["krs", "9999999901", ""]
        assert [event.verb for event in history(duplicate)][-1] == "merged"
        assert history(kept).last().verb == "merge"
        # What was sent keeps the name it was sent under.
        assert application.latest_snapshot.is_intact()
        with pytest.raises(IntegrityError), transaction.atomic():
            OrganisationMerge.objects.update(reason="Inny")

    def test_two_running_applications_in_one_call_are_for_people_to_settle(self):
        call = make_call()
        one, two = make_draft(call), make_draft(call)
        with pytest.raises(CannotMerge, match="Nabór zimowy"):
            merge(one.organisation, two.organisation)
        assert not OrganisationMerge.objects.exists()
        assert Membership.objects.filter(organisation=two.organisation).exists()
        incubator.abandon(two, actor=owner_of(two))
        merge(one.organisation, two.organisation)
        assert set(Application.objects.values_list("organisation", flat=True)) == {
            one.organisation_id
        }

    def test_of_two_extensions_the_later_stays(self):
        call, actor = make_call(), keeper()
        kept, duplicate = make_organisation(), make_organisation()
        for days, organisation in ((1, kept), (3, duplicate)):
            closes = call.closes_at + timedelta(days=days)
            incubator.extend_call(call, organisation, closes_at=closes, reason="x", actor=actor)
        merge(kept, duplicate, actor)
        assert call.closes_for(kept.pk) == call.closes_at + timedelta(days=3)

    def test_what_is_refused(self):
        one, two = make_organisation(), make_organisation()
        for person in (UserFactory(), person_with(Role.AUDITOR), person_with(Role.APPROVER)):
            with pytest.raises(PermissionDenied):
                merge(one, two, person)
            with pytest.raises(PermissionDenied):
                services.archive_organisation(one, reason=REASON, actor=person)
        with pytest.raises(CannotMerge):
            merge(one, one)
        with pytest.raises(ValidationError):
            services.merge_organisations(one, two, reason=" ", actor=keeper())
        merge(one, two)
        with pytest.raises(CannotMerge):
            merge(one, two)
        with pytest.raises(ValidationError):
            services.restore_organisation(two, actor=keeper())

    def test_the_archive_and_back(self):
        application, actor = make_draft(), keeper()
        organisation, owner = application.organisation, owner_of(application)
        with pytest.raises(ValidationError):
            services.archive_organisation(organisation, reason="", actor=actor)
        services.archive_organisation(organisation, reason=REASON, actor=actor)
        with pytest.raises(ValidationError):
            incubator.begin_application(make_call(), organisation, actor=owner)
        # What was begun goes on.
        assert send(application).application.number
        services.restore_organisation(organisation, actor=actor)
        assert incubator.begin_application(make_call(), organisation, actor=owner)
        assert [event.verb for event in history(organisation)][-2:] == ["archive", "restore"]

    def test_on_the_pages_of_the_admin(self, client):
        kept, duplicate = make_organisation(), make_organisation(name="Stow. Łąka")
        url = reverse("directory_merge", args=[kept.pk])
        client.force_login(person_with(Role.AUDITOR))
        assert client.post(url).status_code in (302, 403)
        client.force_login(keeper())
        listing = client.get(reverse("wagtailsnippets_directory_organisation:list"))
        assert url in listing.content.decode()
        posted = {"duplicate": duplicate.pk, "reason": REASON}
        page = client.post(url, posted).content.decode()
        assert "Stow. Łąka" in page
        assert "confirmed" in page
        assert not OrganisationMerge.objects.exists()
        client.get(url, {**posted, "confirmed": "1"})
        assert not OrganisationMerge.objects.exists()
        assert client.post(url, {**posted, "confirmed": "1"}).status_code == 302
        assert OrganisationMerge.objects.get().duplicate == duplicate
        archive = reverse("directory_archive", args=[kept.pk])
        client.get(archive)
        kept.refresh_from_db()
        assert kept.archived_at is None
        assert client.post(archive, {"reason": ""}).status_code == 200
        assert client.post(archive, {"reason": REASON}).status_code == 302
        kept.refresh_from_db()
        assert kept.archived_at


@pytest.mark.django_db
class TestWithServices:
    """A case that is being handled, and a date whose room is taken."""

    def test_a_case_and_a_taken_room_go_along(self):
        kept = make_organisation()
        duplicate = OrganisationFactory(kind="member")
        colleague = team(duplicate)
        coordinator = person_with(Role.SERVICE_COORDINATOR)
        service = ServiceFactory(mode="slots")
        for organisation in (kept, duplicate):
            ServiceProvider.objects.create(
                service=service, organisation=organisation, locale=service.locale
            )
        OrganisationFactory(kind="leader")
        asked = ask(ServiceFactory())
        case = cases.move(asked, "confirm", actor=LinkHolder(case=asked.pk))
        case = offered(case, coordinator, duplicate)
        case = cases.move(case, "accept_offer", actor=colleague)
        room = RoomFactory()
        slot = make_slot(service=service, provider=duplicate, room=room)
        use = RoomUse.objects.standing().get(room=room)
        made = merge(kept, duplicate)
        for row in (kept, duplicate, case, slot):
            row.refresh_from_db()
        assert (case.assigned_org, slot.provider) == (kept, kept)
        assert made.moved["services_catalog.servicerequest.assigned_org"] == [str(case.pk)]
        # The room is taken as before, once, by the same date.
        found = RoomUse.objects.standing().get(room=room)
        assert (found.pk, found.period) == (use.pk, use.period)
        # Whoever had a part in the project still has it, and those who handled the case go on.
        assert (kept.kind, made.changed["kind"]) == ("member", [["applicant", "member"]])
        assert case in ServiceRequest.objects.visible_to(User.objects.get(pk=colleague.pk))
        assert ServiceProvider.objects.get(service=service).organisation == kept
        for model, field in pointing_here():
            assert not model._base_manager.filter(**{field: duplicate.pk}).exists(), model

    def test_two_different_parts_are_for_people_to_settle(self):
        one, two = OrganisationFactory(kind="member"), OrganisationFactory(kind="leader")
        with pytest.raises(CannotMerge, match="lider"):
            merge(one, two)
        assert not OrganisationMerge.objects.exists()


@pytest.mark.concurrency
class TestAtTheSameMoment:
    def test_two_merges_the_other_way_round_are_one(self, together):
        one, two, actor = make_organisation(), make_organisation(), keeper()
        results = together(lambda: merge(one, two, actor), lambda: merge(two, one, actor))
        assert sorted(type(result).__name__ for result in results) == [
            "CannotMerge",
            "OrganisationMerge",
        ]
        assert Organisation.objects.filter(merged_into=None).count() == 1

    def test_an_application_begun_meanwhile_goes_along_or_is_refused(self, together):
        for _round in range(4):
            owner, actor, call = UserFactory(), keeper(), make_call()
            kept, duplicate = make_organisation(), make_organisation(owner)
            begun, merged = together(
                lambda o=duplicate, c=call, p=owner: incubator.begin_application(c, o, actor=p),
                lambda k=kept, d=duplicate, a=actor: merge(k, d, a),
            )
            assert isinstance(merged, OrganisationMerge)
            assert isinstance(begun, Application | ValidationError | PermissionDenied)
            assert not Application.objects.filter(organisation=duplicate).exists()

    def test_sending_meanwhile_loses_nothing(self, together):
        for _round in range(4):
            application, actor = make_draft(), keeper()
            kept = make_organisation()
            owner = owner_of(application)
            sent, merged = together(
                lambda a=application, o=owner: send(a, actor=o),
                lambda a=application, k=kept, by=actor: merge(k, a.organisation, by),
            )
            assert isinstance(merged, OrganisationMerge)
            application.refresh_from_db()
            assert application.organisation == kept
            assert application.state == State.SUBMITTED, sent
            assert application.snapshots.count() == 1
