"""Offers, hand-over, deadlines, files, PIN, duplicates, feedback, the daily mail."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from django.core import mail, signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from core.clock import database_now
from core.files.models import StoredFile
from core.i18n.dates import TOWN_TIME
from core.outbox.models import OutboxMail
from core.outbox.sending import Sender
from core.transitions import NotAllowed, Refused
from directory.models import TeamRole
from services_catalog.cases import clock, digest, services, states, uploads
from services_catalog.cases.models import ReplyTemplate, ServiceRequest
from services_catalog.cases.rules import LinkHolder
from tests.factories.cases import PDF, ask, links, offered, person, taken, team, text
from tests.factories.catalogue import OrganisationFactory, ServiceFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def pdf(name="pismo.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def mails(kind: str):
    return OutboxMail.objects.filter(kind=kind)


def shift(case, **by: timedelta) -> ServiceRequest:
    """Move a case's times into the past."""
    values = {name: getattr(case, name) - delta for name, delta in by.items()}
    ServiceRequest.objects.filter(pk=case.pk).update(**values)
    return ServiceRequest.objects.get(pk=case.pk)


class TestOffers:
    def test_an_organisation_accepts_and_the_resident_is_told_who(self, case, coordinator):
        workshop = OrganisationFactory(name_pl="Spółdzielnia Zwrotnica")
        carpenter = team(workshop)
        case = offered(case, coordinator, workshop)
        assert mails("services_admin/offered").get().to == carpenter.email
        case = services.move(case, "accept_offer", actor=carpenter)
        assert (case.state, case.assigned_to) == (states.ASSIGNED, carpenter)
        assert "Spółdzielnia Zwrotnica" in mails("services/assigned").get().text
        case = services.move(case, "start", actor=carpenter)
        case = services.move(case, "answer", actor=carpenter, **text("Zrobione."))
        assert case.outcome == "done"

    def test_another_organisation_and_readers_of_the_team_may_not(self, case, coordinator):
        workshop = OrganisationFactory()
        reader = team(workshop, in_team=TeamRole.VIEWER)
        team(workshop)
        offered(case, coordinator, workshop)
        for actor in (team(), reader, coordinator):
            with pytest.raises(NotAllowed):
                services.move(case, "accept_offer", actor=actor)

    def test_nobody_is_asked_who_could_not_answer(self, case, coordinator):
        services.move(case, "triage", actor=coordinator)
        for organisation in (OrganisationFactory(), OrganisationFactory(kind="applicant")):
            with pytest.raises(Refused):
                services.move(case, "offer", actor=coordinator, organisation=organisation)

    def test_declining_tells_the_coordinator_and_not_the_resident(self, client, case, coordinator):
        carpenter = team(workshop := OrganisationFactory())
        offered(case, coordinator, workshop)
        case = services.move(case, "decline", actor=carpenter, **text("Nie mamy teraz ludzi."))
        assert (case.state, case.assigned_org) == (states.TRIAGED, None)
        client.post(links("services/received")[0])
        page = client.get(reverse("services:case", args=[case.pk])).content.decode()
        assert "Nie mamy teraz ludzi" not in page

    def test_an_offer_lapses_after_three_working_days(self, case, coordinator):
        team(workshop := OrganisationFactory())
        case = offered(case, coordinator, workshop)
        assert services.expire_and_close() == 0
        case = shift(case, offered_at=timedelta(days=8))
        assert services.expire_and_close() == 1
        case.refresh_from_db()
        assert (case.state, case.assigned_org) == (states.TRIAGED, None)

    def test_handing_over_tells_the_resident_why(self, client, case, coordinator):
        taken(case, coordinator)
        case = services.move(case, "hand_over", actor=coordinator, **text("Trasą jeździ inny."))
        assert (case.state, case.assigned_to) == (states.TRIAGED, None)
        client.post(links("services/handed_over")[0])
        page = client.get(reverse("services:case", args=[case.pk])).content.decode()
        assert "Trasą jeździ inny." in page


class TestDeadlines:
    def test_after_the_first_answer_the_deadline_of_the_whole_case_runs(self, case, coordinator):
        taken(case, coordinator)
        first, whole = case.due_at, case.due_resolution_at
        case = services.move(case, "ask", actor=coordinator, **text("Który?"))
        assert case.due_at == whole > first
        case = services.move(case, "reply", actor=LinkHolder(case=case.pk), **text("Ten."))
        assert case.due_at == case.due_resolution_at >= whole

    def test_a_service_has_its_own_terms(self):
        quick = ServiceFactory.build(reply_days=1, resolution_days=3)
        moment = datetime(2026, 12, 23, 10, tzinfo=TOWN_TIME)
        found = ServiceRequest(service=quick)
        clock.start(found, moment)
        # The 24th, 25th and 26th are holidays, the 27th a Sunday.
        assert found.due_at == datetime(2026, 12, 28, 16, tzinfo=TOWN_TIME)
        assert found.due_resolution_at == datetime(2026, 12, 30, 16, tzinfo=TOWN_TIME)

    @pytest.mark.parametrize("days", [1, 3, 12, 40])
    def test_a_pause_keeps_the_working_time_that_was_left(self, days):
        from core.worktime import working_time_between

        asked = datetime(2026, 3, 27, 11, 30, tzinfo=TOWN_TIME)  # before summer time begins
        found = ServiceRequest(service=ServiceFactory.build(reply_days=2, resolution_days=10))
        clock.start(found, asked)
        left = working_time_between(asked, found.due_at)
        clock.pause(found, asked)
        answered = asked + timedelta(days=days)
        clock.resume(found, answered)
        assert working_time_between(answered, found.due_at) == left
        assert found.warn_at <= found.due_at

    def test_a_deadline_missed_before_the_pause_stays_missed(self):
        moment = datetime(2026, 3, 2, 9, tzinfo=TOWN_TIME)
        found = ServiceRequest(service=ServiceFactory.build(reply_days=1, resolution_days=2))
        clock.start(found, moment)
        late, due = moment + timedelta(days=9), found.due_at
        clock.pause(found, late)
        clock.resume(found, late + timedelta(days=1))
        assert found.due_at == due

    def test_warning_then_those_above_then_the_city(self, case, coordinator):
        lead, officer = person(Role.CONSORTIUM_LEAD), person(Role.CITY_OFFICER)
        carpenter = team(workshop := OrganisationFactory(kind="member"))
        offered(case, coordinator, workshop)
        case = services.move(case, "accept_offer", actor=carpenter)
        assert services.expire_and_close() == 0
        case = shift(case, warn_at=timedelta(days=9))
        assert services.expire_and_close() == 1
        assert not mails("services_admin/overdue").exists(), "a warning waits for the daily mail"
        case = shift(case, due_at=case.due_at - database_now() + timedelta(minutes=5))
        assert services.expire_and_close() == 1
        assert [one.to for one in mails("services_admin/overdue")] == [lead.email]
        assert services.expire_and_close() == 0, "the City hears two working days later"
        shift(case, due_at=timedelta(days=7))
        assert services.expire_and_close() == 1
        assert mails("services_admin/overdue").filter(to=officer.email).count() == 1
        assert services.expire_and_close() == 0
        for one in mails("services_admin/overdue"):
            assert "Maria" not in one.text
            assert "kran" not in one.text

    def test_the_daily_mail_is_one_and_only_on_working_days(self, case, coordinator):
        tuesday = datetime(2026, 11, 24, 7, 5, tzinfo=TOWN_TIME)
        assert digest.send_digests(tuesday.replace(day=22)) == 0, "a Sunday"
        assert digest.send_digests(tuesday.replace(hour=6)) == 0
        idle = team()
        assert digest.send_digests(tuesday) == 1
        assert digest.send_digests(tuesday + timedelta(hours=2)) == 0
        written = mails("services_admin/digest").get()
        assert written.to == coordinator.email != idle.email
        assert "Maria" not in written.text
        assert digest.digest_of(coordinator)["waiting"] == 1


class TestFiles:
    def request(self, client, service, **more):
        data = {
            "text": "Kran", "name": "Jan", "phone": "856822180", "submission_key": uuid.uuid4(),
            **more,
        }  # fmt: skip
        return client.post(f"/uslugi/{service.slug}/zgloszenie/", data)

    def test_a_resident_sends_files_and_gets_them_back(self, client, service):
        self.request(client, service, files=[pdf("Plan łazienki.pdf"), pdf("drugi.pdf")])
        case = ServiceRequest.objects.get()
        page = client.get(f"/sprawy/{case.pk}/").content.decode()
        assert "Plan łazienki.pdf" in page
        file = StoredFile.objects.get(name="Plan łazienki.pdf")
        answer = client.get(reverse("services:file", args=[case.pk, file.pk]))
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert b"".join(answer.streaming_content) == PDF

    def test_nobody_else_gets_them(self, client, service):
        self.request(client, service, files=[pdf()])
        case, file = ServiceRequest.objects.get(), StoredFile.objects.get()
        client.cookies.clear()
        other = ask(service, email="", phone="856822180")
        for owner in (case, other):
            url = reverse("services:file", args=[owner.pk, file.pk])
            assert client.get(url).status_code == 404
        stranger = team()
        client.force_login(stranger)
        assert client.get(f"/admin/sprawy/{case.pk}/plik/{file.pk}/").status_code in {302, 404}

    def test_files_are_kept_while_the_form_is_corrected(self, client, service):
        url = f"/uslugi/{service.slug}/zgloszenie/"
        first = client.post(
            url, {"text": "Kran", "name": "", "submission_key": uuid.uuid4(), "files": [pdf()]}
        )
        assert first.status_code == 422
        assert "pismo.pdf" in first.content.decode()
        kept = first.context["form"].data["kept_files"]
        self.request(client, service, kept_files=kept)
        file = StoredFile.objects.get()
        assert file.owner_id == str(ServiceRequest.objects.get().pk)
        self.request(client, service, kept_files=kept)
        assert StoredFile.objects.get().owner_id == file.owner_id, "a file is taken once"
        forged = signing.dumps([str(file.pk)], salt="another")
        assert uploads._kept(forged) == []

    @pytest.mark.parametrize(
        ("name", "content", "kind"),
        [
            ("x.svg", b"<svg/>", "image/svg+xml"),
            ("x.pdf", b"MZ\x90", "application/pdf"),
            ("x.pdf", b"", "application/pdf"),
            ("x.exe", b"MZ", "application/octet-stream"),
        ],
    )
    def test_refused_files_say_why_and_nothing_typed_is_lost(
        self, client, service, name, content, kind
    ):
        file = SimpleUploadedFile(name, content, content_type=kind)
        response = self.request(client, service, files=[file])
        assert response.status_code == 422
        assert response.context["form"].errors["files"]
        assert "Kran" in response.content.decode()
        assert not ServiceRequest.objects.exists()

    def test_files_of_notes_stay_inside(self, client, case, coordinator):
        taken(case, coordinator)
        client.force_login(coordinator)
        client.post(
            f"/admin/sprawy/{case.pk}/note/", {**text(), "outcome": "done", "files": [pdf()]}
        )
        file = StoredFile.objects.get()
        assert client.get(f"/admin/sprawy/{case.pk}/plik/{file.pk}/").status_code == 200
        client.logout()
        client.post(links("services/received")[0])
        assert client.get(reverse("services:file", args=[case.pk, file.pk])).status_code == 404


class TestPin:
    def take_down(self, client, service, coordinator, **more):
        client.force_login(coordinator)
        data = {
            "service": service.pk, "text": "Kran", "name": "Jan", "channel": "desk",
            "priority": "1", "submission_key": uuid.uuid4(), **more,
        }  # fmt: skip
        return client.post("/admin/sprawy/przyjmij/", data)

    def test_without_any_address_number_and_pin_open_the_case(self, client, service, coordinator):
        slip = self.take_down(client, service, coordinator)
        case, pin = ServiceRequest.objects.get(), slip.context["pin"]
        assert case.number in slip.content.decode()
        assert "no-store" in slip["Cache-Control"]
        assert pin not in str(case.contact.__dict__)
        client.logout()
        url = reverse("services:pin")
        typed = {"number": case.number.replace("-", " "), "pin": f"{pin[:4]} {pin[4:]}"}
        response = client.post(url, typed)
        assert response.url == reverse("services:case", args=[case.pk])
        assert client.get(response.url).status_code == 200

    def test_five_wrong_tries_lock_it_and_the_desk_prints_a_new_one(
        self, client, service, coordinator
    ):
        pin = self.take_down(client, service, coordinator).context["pin"]
        case = ServiceRequest.objects.get()
        wrong = "00000000" if pin != "00000000" else "00000001"
        said = set()
        client.logout()
        for _try in range(5):
            answer = client.post(reverse("services:pin"), {"number": case.number, "pin": wrong})
            said.add(str(answer.context["form"].non_field_errors()))
        assert services.find_by_pin(number=case.number, pin=pin) is None
        unknown = client.post(
            reverse("services:pin"), {"number": "HAJ-2020-000001-9", "pin": wrong}
        )
        said.add(str(unknown.context["form"].non_field_errors()))
        assert len(said) == 1, "the same answer for all of them"
        new = services.renew_pin(case, actor=coordinator)
        assert services.find_by_pin(number=case.number, pin=new) == case

    def test_the_same_form_twice_prints_no_second_pin(self, client, service, coordinator):
        key = uuid.uuid4()
        self.take_down(client, service, coordinator, submission_key=key)
        again = self.take_down(client, service, coordinator, submission_key=key)
        assert again.status_code == 302
        assert ServiceRequest.objects.count() == 1


class TestPeople:
    def test_guest_cases_join_the_account_with_the_verified_address(self, client, case):
        owner = UserFactory(email="maria@example.org")
        thief = UserFactory(email="inna@example.org")
        unverified = UserFactory(email="maria2@example.org", verified=False)
        assert list(ServiceRequest.objects.of_person(owner)) == [case]
        for other in (thief, unverified):
            assert not ServiceRequest.objects.of_person(other).exists()
        client.force_login(owner)
        assert case.number in client.get("/sprawy/").content.decode()
        assert client.get(reverse("services:case", args=[case.pk])).status_code == 200
        services.move(case, "reply", actor=owner, **text("To ja."))
        client.force_login(thief)
        assert client.get(reverse("services:case", args=[case.pk])).status_code == 404

    def test_an_unconfirmed_case_joins_nobody(self, service):
        ask(service)
        owner = UserFactory(email="maria@example.org")
        assert not ServiceRequest.objects.of_person(owner).exists()

    def test_duplicates_are_joined_and_told(self, service, case, coordinator):
        second = services.move(found := ask(service), "confirm", actor=LinkHolder(case=found.pk))
        with pytest.raises(Refused):
            services.move(second, "mark_duplicate", actor=coordinator, original=second)
        done, refused = services.merge([second, case], actor=coordinator)
        assert (done, refused) == (1, [])
        second.refresh_from_db()
        assert (second.state, second.duplicate_of) == (states.DUPLICATE, case)
        assert case.number in mails("services/duplicate").get().text
        third = services.move(found := ask(service), "confirm", actor=LinkHolder(case=found.pk))
        with pytest.raises(Refused):
            services.move(third, "mark_duplicate", actor=coordinator, original=second)

    def test_an_opinion_is_given_once_after_closing(self, client, case, coordinator):
        holder = LinkHolder(case=case.pk)
        taken(case, coordinator)
        services.move(case, "answer", actor=coordinator, **text())
        client.post(links("services/answer")[0])
        url = reverse("services:move", args=[case.pk, "rate"])
        client.post(url, {"rating": 5})
        services.move(case, "accept", actor=holder)
        assert client.post(url, {"rating": 9}).status_code == 422
        client.post(url, {"rating": 4, "comment": "Dobrze."})
        client.post(url, {"rating": 1})
        case = ServiceRequest.objects.get(pk=case.pk)
        assert (case.feedback.rating, case.feedback.comment) == (4, "Dobrze.")

    def test_a_template_fills_the_field_and_nothing_else(self, client, case, coordinator):
        taken(case, coordinator)
        words = ReplyTemplate.objects.create(title="Termin", text="Przyjdziemy o godzinie …")
        foreign = ReplyTemplate.objects.create(
            title="Obcy", text="Obce słowa", service=ServiceFactory()
        )
        client.force_login(coordinator)
        url = f"/admin/sprawy/inspect/{case.pk}/"
        assert "Przyjdziemy o godzinie …" in client.get(url, {"szablon": words.pk}).content.decode()
        for odd in (foreign.pk, "x", "9" * 30):
            assert "Obce słowa" not in client.get(url, {"szablon": odd}).content.decode()
        assert not case.messages.exists()

    def test_what_staff_typed_is_kept_when_the_case_has_moved_on(self, client, case, coordinator):
        taken(case, coordinator)
        services.move(case, "withdraw", actor=LinkHolder(case=case.pk))
        client.force_login(coordinator)
        answer = client.post(
            f"/admin/sprawy/{case.pk}/answer/", {**text("Długa odpowiedź"), "outcome": "done"}
        )
        assert answer.status_code == 422
        assert "Długa odpowiedź" in answer.content.decode()


class TestWithoutAMailServer:
    def test_nothing_is_lost_nothing_comes_twice_and_the_order_stays(
        self, settings, service, coordinator
    ):
        working = settings.EMAIL_BACKEND
        settings.EMAIL_BACKEND = "tests.core.mail_backends.BrokenBackend"
        case = ask(service)
        Sender().run()
        services.move(case, "confirm", actor=LinkHolder(case=case.pk))
        taken(case, coordinator)
        services.move(case, "ask", actor=coordinator, **text("Który kran?"))
        Sender().run()
        services.move(case, "answer", actor=coordinator, **text("Przyjdziemy."))
        assert not mail.outbox
        settings.EMAIL_BACKEND = working
        for _round in range(8):
            OutboxMail.objects.filter(finished_at=None).update(
                next_try_at=database_now() - timedelta(minutes=1)
            )
            Sender().run()
        said = [message.subject.split(": ")[-1] for message in mail.outbox]
        assert len(said) == len(set(said)) == 4
        assert [one.state for one in OutboxMail.objects.order_by("id")] == ["sent"] * 4
        ids = [message.extra_headers["Message-ID"] for message in mail.outbox]
        written = OutboxMail.objects.order_by("id").values_list("uuid", flat=True)
        assert [str(one) in sent for one, sent in zip(written, ids, strict=True)] == [True] * 4


class TestTheScreen:
    def test_it_takes_as_many_queries_for_a_long_talk(self, client, case, coordinator):
        taken(case, coordinator)
        client.force_login(coordinator)
        url = f"/admin/sprawy/inspect/{case.pk}/"

        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            return len(captured)

        services.move(case, "note", actor=coordinator, **text())
        queries()
        few = queries()
        for _round in range(5):
            services.move(case, "write", actor=coordinator, **text("Dzień dobry"))
            services.move(case, "reply", actor=LinkHolder(case=case.pk), **text("Dzień dobry"))
        assert queries() == few
