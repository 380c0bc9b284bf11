"""Sending: in time, whole, once, with a number."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from core.audit import history
from core.outbox.models import OutboxMail
from core.transitions import NotAllowed, Refused, WrongState
from directory.models import TeamRole
from forms.autosave import DraftClosed
from forms.canonical import digest
from forms.services import erase_snapshot
from incubator import services
from incubator.models import Application, ApplicationSnapshot, Call
from incubator.states import NUMBERS, Incomplete, Late, State
from tests.factories.incubator import (
    ANSWERS,
    make_call,
    make_draft,
    make_organisation,
    make_sent,
    owner_of,
    pdf,
    place_form,
    send,
    team_of,
    write,
)
from tests.factories.people import UserFactory

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.django_db
class TestSending:
    def test_a_sent_application_has_a_number_a_snapshot_and_mail_for_all(self):
        application = make_draft()
        colleague = team_of(application.organisation, TeamRole.VIEWER)
        sent = send(application)
        found = Application.objects.get()
        assert found.state == State.SUBMITTED
        assert NUMBERS.normalise(found.number) == found.number
        assert found.number.startswith(f"INK/{found.call.year}/{found.call.ordinal:02}/001-")
        snapshot = found.snapshots.get()
        assert snapshot == sent.snapshot
        assert snapshot.data == {"name": "Stolarnia"}
        assert snapshot.context["organisation"]["name"] == "Stowarzyszenie Łąka"
        assert snapshot.is_intact()
        mails = OutboxMail.objects.all()
        assert {mail.to for mail in mails} == {owner_of(found).email, colleague.email}
        assert all(found.number in mail.subject for mail in mails)
        assert [event.verb for event in history(found)] == ["begin", "submit"]

    def test_the_digest_does_not_depend_on_the_zone_of_the_moment(self):
        call = make_call()
        application = make_draft(call)
        send(application, arrived_at=call.opens_at.astimezone(WARSAW))
        assert ApplicationSnapshot.objects.get().is_intact()

    def test_the_shipped_form_can_be_filled_in_and_sent(self):
        application = make_draft(make_call(place_form()), answers=ANSWERS)
        owner = owner_of(application)
        with pytest.raises(Incomplete) as caught:
            send(application)
        assert set(caught.value.errors) == {"statute"}
        services.add_file(application, field_key="statute", upload=pdf("Statut.pdf"), actor=owner)
        snapshot = send(application).snapshot
        assert snapshot.data["income"] == "12345.60"
        assert snapshot.data["start"] == "2027-02-01"
        assert snapshot.data["contact_phone"] == "+48513172746"
        assert "own_money" not in snapshot.data
        (file,) = snapshot.files["statute"]
        assert file["name"] == "Statut.pdf"
        assert len(file["sha256"]) == 64

    def test_the_same_button_twice_is_one_number(self):
        application = make_draft()
        key = uuid.uuid4()
        first = send(application, key=key)
        second = send(application, key=key)
        assert second.is_repeat
        assert second.application.number == first.application.number
        assert ApplicationSnapshot.objects.count() == 1
        with pytest.raises(WrongState):
            send(application)

    def test_the_key_of_another_page_is_nobodys_mistake(self):
        call, key = make_call(), uuid.uuid4()
        first, second = (send(make_draft(call), key=key).application for _number in range(2))
        assert [row.number[-5:-2] for row in (first, second)] == ["001", "002"]

    def test_what_a_colleague_changed_meanwhile_has_to_be_read_first(self):
        application = make_draft()
        read_in = application.draft.rev
        write(application, {"name": "Inna nazwa"}, owner_of(application))
        with pytest.raises(Refused):
            send(application, rev=read_in)
        assert Application.objects.get().state == State.DRAFT

    def test_the_form_and_the_organisation_may_change_afterwards_and_the_snapshot_does_not(self):
        application = make_sent()
        organisation = application.organisation
        organisation.name_pl = "Inna nazwa"
        organisation.save()
        snapshot = application.latest_snapshot
        assert snapshot.context["organisation"]["name"] == "Stowarzyszenie Łąka"
        assert snapshot.sha256 == digest(snapshot.content())

    def test_an_account_that_is_deleted_leaves_the_application(self):
        application = make_draft()
        owner = owner_of(application)
        writer = team_of(application.organisation, TeamRole.EDITOR)
        owner.delete()
        application = Application.objects.get()
        assert application.lead is None
        assert application.draft.saved_by is None
        assert send(application, actor=writer).application.number


@pytest.mark.django_db
class TestTheClose:
    @pytest.mark.parametrize(
        ("seconds", "in_time", "in_grace"),
        [
            (-1, True, False),
            (0, True, False),
            (1, True, True),
            (300, True, True),
            (301, False, None),
        ],
    )
    def test_to_the_second(self, seconds, in_time, in_grace):
        call = make_call()
        arrived_at = call.closes_at + timedelta(seconds=seconds)
        application = make_draft(call)
        if in_time:
            assert send(application, arrived_at=arrived_at).snapshot.in_grace is in_grace
        else:
            with pytest.raises(Late):
                send(application, arrived_at=arrived_at)
            application.refresh_from_db()
            assert application.state == State.DRAFT
            assert application.draft.data == {"name": "Stolarnia"}

    @pytest.mark.parametrize("grace", [0, 900])
    def test_grace_is_the_calls_own(self, grace):
        call = make_call(grace_s=grace)
        application = make_draft(call)
        with pytest.raises(Late):
            send(application, arrived_at=call.closes_at + timedelta(seconds=grace + 1))
        send(application, arrived_at=call.closes_at + timedelta(seconds=grace))

    @pytest.mark.parametrize(
        ("close", "utc"),
        [
            # The clock goes forward at 2:00: 3:30 is an hour and a half after 1:00.
            (datetime(2026, 3, 29, 3, 30, tzinfo=WARSAW), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
            # The clock goes back at 3:00: 2:30 is there twice.
            (
                datetime(2026, 10, 25, 2, 30, tzinfo=WARSAW, fold=0),
                datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            ),
            (
                datetime(2026, 10, 25, 2, 30, tzinfo=WARSAW, fold=1),
                datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
            ),
        ],
    )
    def test_on_the_nights_when_the_clock_changes(self, close, utc):
        call = make_call(opens_at=utc - timedelta(days=10), closes_at=close, grace_s=0)
        call.refresh_from_db()
        assert call.closes_at == utc
        assert call.takes(utc)
        assert not call.takes(utc + timedelta(seconds=1))
        assert call.phase_at(utc - timedelta(seconds=1)) == "open"
        assert call.phase_at(utc) == "closed"

    def test_nothing_is_sent_before_the_call_opens_or_when_it_is_hidden(self):
        call = make_call()
        application = make_draft(call)
        with pytest.raises(Late):
            send(application, arrived_at=call.opens_at - timedelta(seconds=1))
        Call.objects.update(is_published=False)
        with pytest.raises(Late):
            send(application)

    def test_the_draft_is_saved_also_after_the_close(self):
        application = make_draft()
        Call.objects.update(closes_at=application.call.opens_at + timedelta(days=1))
        write(application, {"name": "Po czasie"}, owner_of(application))
        application.draft.refresh_from_db()
        assert application.draft.data["name"] == "Po czasie"

    def test_a_call_somebody_relies_on_does_not_close_earlier(self):
        from django.core.exceptions import ValidationError

        call = make_draft().call
        call.closes_at -= timedelta(days=1)
        with pytest.raises(ValidationError) as caught:
            call.full_clean()
        assert list(caught.value.message_dict) == ["closes_at"]


@pytest.mark.django_db
class TestBeginning:
    def test_once_per_call(self):
        call, owner = make_call(), UserFactory()
        organisation = make_organisation(owner)
        first = services.begin_application(call, organisation, actor=owner)
        with pytest.raises(services.AlreadyApplying) as caught:
            services.begin_application(call, organisation, actor=owner)
        assert caught.value.application == first
        services.abandon(first, actor=owner)
        assert services.begin_application(call, organisation, actor=owner) != first

    @pytest.mark.database
    def test_the_database_itself_allows_one(self):
        application = make_draft()
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.create(
                call=application.call,
                organisation=application.organisation,
                form_version=application.form_version,
            )

    def test_only_while_the_call_is_open(self):
        owner = UserFactory()
        organisation = make_organisation(owner)
        call = make_call()
        for moment in (call.opens_at - timedelta(seconds=1), call.closes_at):
            with pytest.raises(services.CallNotOpen):
                services.begin_application(call, organisation, actor=owner, arrived_at=moment)

    def test_the_form_cannot_change_any_more(self):
        from forms.models import FormVersion

        version = make_draft().form_version
        with pytest.raises(IntegrityError), transaction.atomic():
            FormVersion.objects.filter(pk=version.pk).update(schema={})
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM forms_formversion WHERE id = %s", [version.pk])


@pytest.mark.django_db
@pytest.mark.database
class TestSnapshotsNeverChange:
    @pytest.mark.parametrize(
        "change",
        [
            {"data": {"name": "Inna"}},
            {"files": {"x": []}},
            {"context": {}},
            {"sha256": "0" * 64},
            {"seq": 2},
            {"kind": "correction"},
            {"sent_by": None},
            {"data": {}, "files": {}, "context": {}},
        ],
    )
    def test_in_any_part(self, change):
        snapshot = make_sent().latest_snapshot
        with pytest.raises(IntegrityError), transaction.atomic():
            ApplicationSnapshot.objects.filter(pk=snapshot.pk).update(**change)

    def test_nor_are_they_deleted(self):
        snapshot = make_sent().latest_snapshot
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM incubator_applicationsnapshot WHERE id = %s", [snapshot.pk])

    def test_they_can_be_erased_once_and_keep_their_digest(self):
        snapshot = make_sent().latest_snapshot
        before = snapshot.sha256
        erase_snapshot(snapshot)
        assert (snapshot.data, snapshot.context, snapshot.sha256) == ({}, {}, before)
        assert not snapshot.is_intact()
        with pytest.raises(IntegrityError), transaction.atomic():
            ApplicationSnapshot.objects.filter(pk=snapshot.pk).update(erased_at=None)


@pytest.mark.django_db
def test_a_number_belongs_to_what_was_sent_alone():
    application = make_draft()
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(number="INK/2026/01/001-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(state=State.SUBMITTED)


@pytest.mark.concurrency
class TestAtTheSameMoment:
    def test_twenty_organisations_get_twenty_consecutive_numbers(self, together):
        call = make_call()
        drafts = [make_draft(call) for _number in range(20)]
        results = together(*(lambda draft=draft: send(draft) for draft in drafts))
        numbers = sorted(NUMBERS.read(result.application.number)[2] for result in results)
        assert numbers == list(range(1, 21))

    def test_two_presses_of_one_button_are_one_number(self, together):
        application, key = make_draft(), uuid.uuid4()
        results = together(*(lambda: send(application, key=key) for _number in range(6)))
        assert {result.application.number for result in results} == {
            Application.objects.get().number
        }
        assert ApplicationSnapshot.objects.count() == 1
        assert OutboxMail.objects.count() == 1

    def test_two_of_a_team_send_at_once(self, together):
        application = make_draft()
        results = together(*(lambda: send(application) for _number in range(6)))
        assert [type(result).__name__ for result in results].count("Submitted") == 1
        assert [type(result).__name__ for result in results].count("WrongState") == 5

    def test_saving_against_sending(self, together):
        """Either the change is in what was sent, or it was refused, or the sender was told."""
        for _round in range(6):
            application = make_draft()
            owner = owner_of(application)
            rev = application.draft.rev
            saved, sent = together(
                lambda app=application, who=owner, base=rev: services.save_draft(
                    app, {"name": "Nowa"}, base_rev=base, client="w", actor=who
                ),
                lambda app=application, base=rev: send(app, rev=base),
            )
            if isinstance(sent, Refused):
                assert saved.changed == ["name"]
            else:
                assert isinstance(saved, DraftClosed)
                assert sent.snapshot.data == {"name": "Stolarnia"}

    def test_two_of_a_team_begin_at_once(self, together):
        call, owner = make_call(), UserFactory()
        organisation = make_organisation(owner)
        results = together(
            *(
                lambda: services.begin_application(call, organisation, actor=owner)
                for _number in range(5)
            )
        )
        assert [type(result).__name__ for result in results].count("Application") == 1
        assert Application.objects.count() == 1

    def test_what_is_rolled_back_sends_no_mail_and_gives_the_number_back(self):
        application = make_draft()
        with pytest.raises(RuntimeError), transaction.atomic():
            send(application)
            raise RuntimeError
        assert not OutboxMail.objects.exists()
        assert NUMBERS.read(send(application).application.number)[2] == 1
        assert OutboxMail.objects.count() == 1

    def test_who_may_not_changes_nothing(self):
        application = make_draft()
        with pytest.raises(NotAllowed):
            send(application, actor=UserFactory())
        assert not OutboxMail.objects.exists()
        assert not ApplicationSnapshot.objects.exists()
