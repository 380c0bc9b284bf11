"""Cases: the table of moves, the deadline's clock, sending twice, links."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from core.audit.models import AuditEvent
from core.i18n.dates import TOWN_TIME
from core.outbox.models import OutboxMail
from core.transitions import NotAllowed, Refused, WrongState, available, matrix
from services_catalog.cases import clock, services, states
from services_catalog.cases.forms import normal_phone
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.rules import LinkHolder
from tests.factories.cases import VISITOR, ask, links, person, taken, team, text
from tests.factories.catalogue import OrganisationFactory, ServiceFactory

pytestmark = pytest.mark.django_db


class TestTheTable:
    ROLES = [*Role, "requester", "other requester", "nobody", "provider", "other provider"]

    def actor(self, role, case):
        if role == "requester":
            return LinkHolder(case=case.pk)
        if role == "other requester":
            return LinkHolder(case=uuid.uuid4())
        if role == "provider":
            return team(case.assigned_org)
        if role == "other provider":
            return team()
        return VISITOR if role == "nobody" else person(role)

    def allowed(self, row) -> set:
        who = {
            states.DESK: states.STAFF,
            states.PROVIDER: {"provider"},
            states.DESK_OR_PROVIDER: {*states.STAFF, "provider"},
            states.REQUESTER: {"requester"},
            states.SYSTEM_ONLY: set(),
            states.ERASER: {*states.STAFF, "requester"},
        }
        return set(who[row.who])

    @pytest.mark.parametrize("state", list(states.MACHINE.states))
    def test_every_pair_of_move_and_role_is_as_the_table_says(self, state, case):
        closed = {"closed_at": case.created_at} if state in states.FINAL else {}
        other = ask(case.service) if state == states.DUPLICATE else None
        ServiceRequest.objects.filter(pk=case.pk).update(
            state=state, public_reason="x", assigned_org=OrganisationFactory(), outcome="done",
            duplicate_of=other, **closed,
        )  # fmt: skip
        case.refresh_from_db()
        actors = {role: self.actor(role, case) for role in self.ROLES}
        offers = {
            role: {row.verb for row in available(case, actor)} for role, actor in actors.items()
        }
        for cell in matrix(states.MACHINE, self.ROLES):
            if cell.state != state:
                continue
            expected = cell.row is not None and cell.role in self.allowed(cell.row)
            assert (cell.verb in offers[cell.role]) is expected, str(cell)
            if not expected and cell.role in {"requester", "provider", *states.STAFF}:
                with pytest.raises((NotAllowed, WrongState)):
                    services.move(case, cell.verb, actor=actors[cell.role])

    def test_nobody_else_may_move_and_learns_nothing(self, case):
        for actor in (VISITOR, person(), person(Role.AUDITOR), LinkHolder(case=uuid.uuid4())):
            for verb in ("take", "answer", "withdraw", "accept"):
                with pytest.raises(NotAllowed):
                    services.move(case, verb, actor=actor)

    def test_a_late_second_move_is_told_the_state(self, case, coordinator):
        taken(case, coordinator)
        services.move(case, "answer", actor=coordinator, **text())
        with pytest.raises(WrongState, match="odpowied"):
            services.move(case, "ask", actor=coordinator, **text())


class TestOpening:
    def test_a_visitors_request_waits_for_a_pressed_button(self, service):
        case = ask(service)
        assert case.state == states.UNCONFIRMED
        assert re.fullmatch(r"HAJ-\d{4}-\d{6}-\d", case.number)
        assert OutboxMail.objects.get().kind == "services/confirm"

    def test_a_telephone_is_enough(self, service):
        case = ask(service, email="", phone="856822180")
        assert case.state == states.NEW
        assert not OutboxMail.objects.exists()

    def test_the_own_address_of_an_account_needs_no_confirmation(self, service):
        user = person()
        case = ask(service, actor=user, email=user.email.upper())
        assert (case.state, case.requester) == (states.NEW, user)

    def test_a_foreign_address_does_even_for_an_account(self, service):
        assert ask(service, actor=person()).state == states.UNCONFIRMED

    def test_the_same_form_sent_twice_is_one_case(self, service):
        key = uuid.uuid4()
        assert ask(service, submission_key=key) == ask(service, submission_key=key)
        assert OutboxMail.objects.count() == 1

    def test_a_rollback_leaves_no_case_no_mail_and_no_gap(self, service):
        first = ask(service)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            ask(service)
            1 / 0  # noqa: B018
        second = ask(service)
        numbers = [services.NUMBERS.read(case.number)[-1] for case in (first, second)]
        assert numbers[1] == numbers[0] + 1
        assert OutboxMail.objects.count() == 2

    def test_audit_and_outbox_keys_hold_nothing_personal(self, service):
        case = ask(service)
        services.move(case, "confirm", actor=LinkHolder(case=case.pk))
        for row in AuditEvent.objects.values():
            assert "maria" not in str(row).lower()
            assert "kran" not in str(row).lower()
        for key in OutboxMail.objects.values_list("dedupe_key", flat=True):
            assert "maria" not in key


class TestTheClock:
    def test_an_answer_is_due_in_two_working_days(self):
        friday = datetime(2026, 11, 20, 12, tzinfo=TOWN_TIME)
        case = ServiceRequest(service=ServiceFactory.build(reply_days=2, resolution_days=10))
        clock.start(case, friday)
        assert case.due_at == datetime(2026, 11, 24, 16, tzinfo=TOWN_TIME)
        assert case.due_resolution_at == datetime(2026, 12, 4, 16, tzinfo=TOWN_TIME)
        # Twenty hours of work until then: the warning after fifteen.
        assert case.warn_at == datetime(2026, 11, 24, 11, tzinfo=TOWN_TIME)

    def test_it_stands_while_the_resident_is_asked(self, case, coordinator):
        taken(case, coordinator)
        case = services.move(case, "ask", actor=coordinator, **text("Który kran?"))
        assert case.paused_at is not None
        ServiceRequest.objects.filter(pk=case.pk).update(
            paused_at=case.paused_at - timedelta(days=14),
            due_at=case.due_at - timedelta(days=14),
            due_resolution_at=case.due_resolution_at - timedelta(days=14),
        )
        late = ServiceRequest.objects.get(pk=case.pk)
        case = services.move(case, "reply", actor=LinkHolder(case=case.pk), **text("Zimny."))
        assert case.state == states.IN_PROGRESS
        assert case.paused_at is None
        assert case.due_at > late.due_at + timedelta(days=10)

    def test_time_expires_and_closes_and_nothing_else(self, case, service, coordinator):
        fresh = ask(service)
        old = ask(service)
        taken(case, coordinator)
        services.move(case, "answer", actor=coordinator, **text())
        ServiceRequest.objects.filter(pk=old.pk).update(
            created_at=old.created_at - timedelta(hours=73)
        )
        ServiceRequest.objects.filter(pk=case.pk).update(
            updated_at=old.created_at - timedelta(days=15)
        )
        assert services.expire_and_close() == 2
        found = dict(ServiceRequest.objects.values_list("pk", "state"))
        assert found == {
            fresh.pk: states.UNCONFIRMED,
            old.pk: states.EXPIRED,
            case.pk: states.CLOSED,
        }
        assert services.expire_and_close() == 0


class TestConversation:
    def test_a_question_an_answer_and_thanks(self, case, coordinator):
        holder = LinkHolder(case=case.pk)
        case = services.move(case, "take", actor=coordinator)
        assert case.assigned_to == coordinator
        case = services.move(case, "ask", actor=coordinator, **text("Który kran?"))
        case = services.move(case, "reply", actor=holder, **text("Zimny."))
        case = services.move(case, "answer", actor=coordinator, **text("Będziemy w środę."))
        case = services.move(case, "accept", actor=holder)
        assert (case.state, case.closed_at is not None) == (states.CLOSED, True)
        kinds = list(OutboxMail.objects.order_by("id").values_list("kind", flat=True))
        assert kinds == [
            "services/confirm",
            "services/received",
            "services/question",
            "services_admin/reopened",
            "services/answer",
        ]

    def test_a_message_sent_twice_is_written_once(self, case):
        message = text("Pilne!")
        for _ in range(2):
            services.move(case, "reply", actor=LinkHolder(case=case.pk), **message)
        assert case.messages.count() == 1

    def test_an_empty_message_is_refused(self, case, coordinator):
        taken(case, coordinator)
        with pytest.raises(Refused):
            services.move(case, "answer", actor=coordinator, **text("   "))

    def test_a_refusal_needs_a_reason_in_the_database_too(self, case, coordinator):
        case = services.move(case, "reject", actor=coordinator, **text("Nie naprawiamy gazu."))
        assert case.public_reason == "Nie naprawiamy gazu."
        with pytest.raises(IntegrityError), transaction.atomic():
            ServiceRequest.objects.filter(pk=case.pk).update(public_reason="")

    def test_reopening_is_possible_for_thirty_days(self, case, coordinator):
        holder = LinkHolder(case=case.pk)
        taken(case, coordinator)
        services.move(case, "answer", actor=coordinator, **text())
        services.move(case, "accept", actor=holder)
        case = services.move(case, "reopen", actor=holder, **text("Znów cieknie."))
        assert (case.state, case.closed_at) == (states.IN_PROGRESS, None)
        services.move(case, "answer", actor=coordinator, **text())
        case = services.move(case, "accept", actor=holder)
        ServiceRequest.objects.filter(pk=case.pk).update(
            closed_at=case.closed_at - timedelta(days=31)
        )
        with pytest.raises(Refused, match="30"):
            services.move(case, "reopen", actor=holder, **text("Znów."))


class TestLinks:
    def test_looking_changes_nothing_and_the_button_opens(self, client, service):
        case = ask(service)
        (link,) = links("services/confirm")
        for method in (client.get, client.head, client.get):
            assert method(link).status_code == 200
        case.refresh_from_db()
        assert case.state == states.UNCONFIRMED
        assert client.get(reverse("services:case", args=[case.pk])).status_code == 404
        response = client.post(link)
        case.refresh_from_db()
        assert case.state == states.NEW
        assert response.url == reverse("services:case", args=[case.pk])
        page = client.get(response.url)
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        assert page["Referrer-Policy"] == "same-origin"

    def test_a_link_opens_its_own_case_only(self, client, service, case):
        other = ask(service, email="", phone="856822180")
        client.post(links("services/received")[0])
        assert client.get(reverse("services:case", args=[case.pk])).status_code == 200
        assert client.get(reverse("services:case", args=[other.pk])).status_code == 404
        for verb in ("withdraw", "reply"):
            url = reverse("services:move", args=[other.pk, verb])
            assert client.post(url, text()).status_code == 404

    def test_the_number_alone_opens_nothing(self, client, case):
        assert client.get(f"/sprawy/{case.number}/").status_code == 404

    def test_internal_notes_and_staff_names_stay_inside(self, client, case):
        clerk = person(Role.SERVICE_COORDINATOR, first_name="Tajna", last_name="Urzędniczka")
        taken(case, clerk)
        services.move(case, "note", actor=clerk, **text("Uwaga wewnętrzna"))
        services.move(case, "answer", actor=clerk, **text("Odpowiedź jawna"))
        client.post(links("services/received")[0])
        page = client.get(reverse("services:case", args=[case.pk])).content.decode()
        assert "Odpowiedź jawna" in page
        assert "Uwaga wewnętrzna" not in page
        assert "Urzędniczka" not in page

    @pytest.mark.parametrize("email", ["maria@example.org", "obca@example.org"])
    def test_a_lost_link_has_the_same_answer_for_everybody(self, client, case, email):
        before = OutboxMail.objects.count()
        response = client.post(
            reverse("services:lost_link"), {"number": case.number.lower(), "email": email}
        )
        assert response.url == reverse("services:lost_link_sent")
        assert OutboxMail.objects.count() - before == (1 if "maria" in email else 0)

    def test_hostile_text_is_shown_as_text(self, client, case):
        services.move(
            case, "reply", actor=LinkHolder(case=case.pk), **text("<script>alert(1)</script>")
        )
        client.post(links("services/received")[0])
        page = client.get(reverse("services:case", args=[case.pk])).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


class TestTheForm:
    def test_errors_keep_what_was_typed(self, client, service):
        url = f"/uslugi/{service.slug}/zgloszenie/"
        response = client.post(
            url, {"text": "Kran", "name": "", "phone": "12", "submission_key": uuid.uuid4()}
        )
        page = response.content.decode()
        assert response.status_code == 422
        assert "Kran" in page
        assert 'value="12"' in page
        assert not ServiceRequest.objects.exists()

    def test_the_sender_sees_the_number_and_the_deadline(self, client, service):
        url = f"/uslugi/{service.slug}/zgloszenie/"
        response = client.post(
            url,
            {
                "text": "Kran",
                "name": "Jan",
                "phone": "85 682 21 80",
                "submission_key": uuid.uuid4(),
            },
            follow=True,
        )
        case = ServiceRequest.objects.get()
        assert case.number in response.content.decode()
        assert case.contact.phone == "856822180"

    def test_a_service_that_people_just_walk_into_has_no_form(self, client):
        service = ServiceFactory(mode="walk_in")
        assert client.get(f"/uslugi/{service.slug}/zgloszenie/").status_code == 404

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("85 682 21 80", "856822180"),
            ("(085) 682-21-80", "856822180"),
            ("+48 513 172 746", "513172746"),
            ("0048513172746", "513172746"),
            ("+39 0522 123456", "+390522123456"),
        ],
    )
    def test_telephones(self, typed, kept):
        assert normal_phone(typed) == kept


class TestTheAdmin:
    def test_a_coordinator_works_through_the_page(self, client, case, coordinator):
        client.force_login(coordinator)
        assert case.number in client.get("/admin/sprawy/").content.decode()
        page = client.get(f"/admin/sprawy/inspect/{case.pk}/")
        assert page.status_code == 200
        taken(case, coordinator)
        url = f"/admin/sprawy/{case.pk}/answer/"
        assert client.get(url).status_code == 302
        case.refresh_from_db()
        assert case.state == states.IN_PROGRESS, "GET never acts"
        client.post(url, {**text("Przyjdziemy jutro."), "outcome": "done"})
        case.refresh_from_db()
        assert case.state == states.RESOLVED

    @pytest.mark.parametrize("role", [Role.EDITOR, Role.CHIEF_EDITOR, Role.INCUBATOR_COORDINATOR])
    def test_others_see_no_case(self, client, case, role):
        client.force_login(person(role))
        for url in ("/admin/sprawy/", f"/admin/sprawy/inspect/{case.pk}/"):
            assert case.number not in client.get(url, follow=True).content.decode()
        assert client.post(f"/admin/sprawy/{case.pk}/take/").status_code in (302, 403, 404)
        case.refresh_from_db()
        assert case.assigned_to is None

    def test_an_auditor_reads_and_changes_nothing(self, client, case):
        client.force_login(person(Role.AUDITOR))
        assert client.get(f"/admin/sprawy/inspect/{case.pk}/").status_code == 200
        client.post(f"/admin/sprawy/{case.pk}/take/")
        case.refresh_from_db()
        assert case.assigned_to is None

    def test_exports_hold_no_formula_and_are_logged(self, client, service, coordinator):
        service.name = "=1+1"
        service.save()
        ask(service)
        client.force_login(coordinator)
        response = client.get("/admin/sprawy/?export=csv")
        content = b"".join(response.streaming_content).decode()
        assert "HAJ-" in content
        assert ",=1+1" not in content
        assert AuditEvent.objects.filter(verb="export").count() == 1

    def test_a_request_by_telephone(self, client, service, coordinator):
        client.force_login(coordinator)
        client.post(
            "/admin/sprawy/przyjmij/",
            {
                "service": service.pk,
                "text": "Kran",
                "name": "Jan",
                "phone": "856822180",
                "channel": "phone",
                "priority": "1",
                "submission_key": uuid.uuid4(),
            },
        )
        case = ServiceRequest.objects.get()
        assert (case.channel, case.state, case.requester) == ("phone", states.NEW, None)

    def test_the_list_takes_as_many_queries_for_one_case_as_for_a_full_page(
        self, client, service, coordinator
    ):
        client.force_login(coordinator)
        ask(service, email="", phone="856822180")
        client.get("/admin/sprawy/")

        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                assert client.get("/admin/sprawy/").status_code == 200
            return len(captured)

        few = queries()
        for number in range(25):
            case = ask(
                ServiceFactory() if number % 5 == 0 else service, email="", phone="856822180"
            )
            if number % 2:
                services.move(case, "take", actor=person(Role.SERVICE_COORDINATOR))
        assert queries() == few


def test_my_matters(client, service):
    assert client.get("/sprawy/").status_code == 200
    user = person()
    case = ask(service, actor=user, email=user.email)
    client.force_login(user)
    assert case.number in client.get("/sprawy/").content.decode()
    assert client.get(reverse("services:case", args=[case.pk])).status_code == 200
    assert not mail.outbox


class TestPersonalData:
    def test_erasing_waits_for_open_cases_and_then_leaves_nothing_personal(
        self, service, coordinator
    ):
        from core.ports import CannotErase, personal_data

        part = dict(personal_data.items())["services_catalog.cases"]
        user = person(first_name="Kanarek", last_name="Kanarkowy")
        case = ask(
            service, actor=user, email=user.email, name="Kanarek", text="Kanarek prosi o pomoc."
        )
        assert "Kanarek prosi" in str(part.export(user).data)
        with pytest.raises(CannotErase):
            part.erase(user)
        services.move(case, "reject", actor=coordinator, **text("Kanarek: nie możemy."))
        part.erase(user)
        case.refresh_from_db()
        assert (case.number != "", case.requester, case.text) == (True, None, "")
        assert not case.messages.exists()
        assert not hasattr(ServiceRequest.objects.get(pk=case.pk), "contact")
