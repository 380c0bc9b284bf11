"""The incubator in the admin."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localtime
from openpyxl import load_workbook

from accounts.roles import Role
from core.audit.models import AuditEvent
from core.clock import database_now
from core.ports import activity
from core.transitions import WrongState, transition
from directory.models import Organisation
from home.setup import setup_site
from incubator import services
from incubator.models import Application, Call
from incubator.states import State
from tests.factories.incubator import (
    ANSWERS,
    EMPTY_PARTS,
    close,
    make_call,
    make_draft,
    make_organisation,
    make_sent,
    owner_of,
    pdf,
    place_form,
    send,
)
from tests.factories.people import UserFactory, person_with

pytestmark = pytest.mark.django_db

LIST = "incubator_applications:index"


@pytest.fixture(autouse=True)
def site():
    return setup_site()


@pytest.fixture
def staff(client):
    person = person_with(Role.INCUBATOR_COORDINATOR)
    client.force_login(person)
    return person


def page(client, application):
    return client.get(reverse("incubator_applications:inspect", args=[application.pk]))


def exported(client, format, **query):
    response = client.get(reverse(LIST), {"export": format, **query})
    if format == "csv":
        text = b"".join(response.streaming_content).decode()
        return list(csv.DictReader(io.StringIO(text)))
    rows = list(load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


class TestList:
    def test_what_was_sent_is_listed_and_drafts_are_not(self, client, staff):
        sent = make_sent()
        make_draft(make_call(), organisation=None)
        content = client.get(reverse(LIST)).content.decode()
        assert sent.number in content
        assert len(re.findall(r"INK/\d{4}/\d\d/\d{3}-\d", content)) >= 1

    def test_it_can_be_filtered_and_searched(self, client, staff):
        one, other = make_sent(), make_sent()
        Organisation.objects.filter(pk=other.organisation_id).update(
            name_pl="Zupełnie inna", legal_form="foundation"
        )
        for query in ({"call": one.call_id}, {"legal_form": "association"}, {"q": one.number}):
            content = client.get(reverse(LIST), query).content.decode()
            assert one.number in content
            assert other.number not in content
        content = client.get(reverse(LIST), {"q": "Zupełnie"}).content.decode()
        assert other.number in content
        assert one.number not in content
        assert (
            one.number not in client.get(reverse(LIST), {"state": State.FORMAL_OK}).content.decode()
        )

    def test_fifty_rows_take_as_many_queries_as_five(
        self, client, staff, django_assert_max_num_queries
    ):
        call = make_call()
        for _number in range(5):
            make_sent(call)
        client.get(reverse(LIST))
        with django_assert_max_num_queries(40):
            client.get(reverse(LIST))

    def test_one_sent_twice_stands_there_once(self, client, staff):
        call = make_call()
        plain, late = make_sent(call), make_draft(call)
        services.begin_correction(plain, actor=owner_of(plain))
        send(plain)
        Call.objects.filter(pk=call.pk).update(closes_at=database_now() - timedelta(seconds=60))
        send(late)
        url = reverse("incubator_applications:index")
        for value, number in (("false", plain), ("true", late)):
            rows = client.get(url, {"in_grace": value}).context["object_list"]
            assert [row.pk for row in rows] == [number.pk]
            assert [row["Numer"] for row in exported(client, "csv", in_grace=value)] == [
                Application.objects.get(pk=number.pk).number
            ]


class TestExport:
    @pytest.mark.parametrize("format", ["csv", "xlsx"])
    def test_answers_become_columns_and_the_export_is_logged(self, client, staff, format):
        application = make_draft(make_call(place_form()), answers=ANSWERS)
        from incubator import services

        services.add_file(
            application, field_key="statute", upload=pdf(), actor=owner_of(application)
        )
        send(application)
        (row,) = exported(client, format)
        assert "Stolarnia sąsiedzka" in row.values()
        assert "statut.pdf" in row.values()
        event = AuditEvent.objects.filter(verb="export").get()
        assert (event.actor_id, event.fields) == (staff.pk, [format])

    @pytest.mark.parametrize("format", ["csv", "xlsx"])
    @pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
    def test_no_text_becomes_a_formula(self, client, staff, format, evil):
        send(make_draft(answers={"name": f"{evil} x"}))
        Organisation.objects.update(name_pl=f"{evil} y")
        (row,) = exported(client, format)
        texts = [value for value in row.values() if isinstance(value, str)]
        assert any(" x" in text for text in texts)
        assert not any(text.startswith(("=", "+", "-", "@", "\t")) for text in texts)

    def test_drafts_and_what_was_filtered_out_are_not_in_it(self, client, staff):
        one, _other = make_sent(), make_sent()
        make_draft()
        rows = exported(client, "csv", call=one.call_id)
        assert [row["Number"] if "Number" in row else row["Numer"] for row in rows] == [one.number]


class TestOne:
    def test_the_page_shows_what_was_sent_and_its_files(self, client, staff):
        application = make_draft(make_call(place_form()), answers=ANSWERS)
        from incubator import services

        attachment = services.add_file(
            application, field_key="statute", upload=pdf(), actor=owner_of(application)
        )
        application = send(application).application
        content = page(client, application).content.decode()
        assert "Stolarnia sąsiedzka" in content
        assert "<svg" in content
        address = reverse("incubator:file", args=[application.uuid, attachment.file_id])
        assert address in content
        assert client.get(address).status_code == 200

    def test_a_draft_has_no_page(self, client, staff):
        assert page(client, make_draft()).status_code == 404

    def test_the_next_move_is_a_button(self, client, staff):
        application = make_sent()
        close(application.call)
        move = reverse("incubator_applications:move", args=[application.pk, "start_check"])
        assert move in page(client, application).content.decode()
        client.get(move)
        application.refresh_from_db()
        assert application.state == State.SUBMITTED
        client.post(move)
        application.refresh_from_db()
        assert application.state == State.FORMAL_CHECK

    def test_a_refusal_says_why_in_both_places(self, client, staff):
        application = make_sent()
        close(application.call)
        for verb, data in (
            ("start_check", {}),
            ("propose_refusal", {"public_reason": "Brak <b>statutu</b>"}),
        ):
            client.post(reverse("incubator_applications:move", args=[application.pk, verb]), data)
        assert "&lt;b&gt;statutu" in page(client, application).content.decode()
        client.force_login(person_with(Role.APPROVER))
        client.post(
            reverse("incubator_applications:move", args=[application.pk, "confirm_refusal"])
        )
        application.refresh_from_db()
        assert application.state == State.FORMAL_REJECTED

    def test_a_guard_that_says_no_says_why(self, client, staff):
        application = make_sent()
        move = reverse("incubator_applications:move", args=[application.pk, "start_check"])
        response = client.post(move, follow=True)
        application.refresh_from_db()
        assert application.state == State.SUBMITTED
        assert [message.level_tag for message in response.context["messages"]] == ["error"]

    def test_an_unknown_move_is_not_found(self, client, staff):
        application = make_sent()
        move = reverse("incubator_applications:move", args=[application.pk, "nonsense"])
        assert client.post(move).status_code == 404


class TestWhoGetsIn:
    READERS = [Role.INCUBATOR_COORDINATOR, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR]
    OTHERS = [Role.EDITOR, Role.SERVICE_COORDINATOR, Role.PLEBISCITE_COMMISSION, Role.CITY_OFFICER]

    @pytest.mark.parametrize("role", READERS)
    def test_readers(self, client, role):
        application = make_sent()
        client.force_login(person_with(role))
        assert application.number in client.get(reverse(LIST)).content.decode()
        assert page(client, application).status_code == 200
        assert client.get(reverse("incubator_states")).status_code == 200
        assert client.get(reverse("incubator_calls:index")).status_code == 200
        assert client.get(reverse("forms_builder:index")).status_code == 200

    @pytest.mark.parametrize("role", [*OTHERS, Role.REVIEWER, None])
    def test_others(self, client, role):
        application = make_sent()
        client.force_login(person_with(role) if role else UserFactory())
        for address in (
            reverse(LIST),
            reverse(LIST) + "?export=csv",
            reverse("incubator_applications:inspect", args=[application.pk]),
            reverse("incubator_states"),
            reverse("incubator_calls:index"),
        ):
            response = client.get(address)
            assert response.status_code in {302, 403, 404}
            assert application.number not in response.content.decode()
        response = client.post(
            reverse("incubator_applications:move", args=[application.pk, "start_check"])
        )
        assert response.status_code in {302, 403, 404}
        assert Application.objects.get().state == State.SUBMITTED

    def test_an_auditor_changes_nothing(self, client):
        application = make_sent()
        close(application.call)
        client.force_login(person_with(Role.AUDITOR))
        client.post(reverse("incubator_applications:move", args=[application.pk, "start_check"]))
        application.refresh_from_db()
        assert application.state == State.SUBMITTED
        assert client.get(reverse("incubator_calls:add")).status_code == 302


class TestCalls:
    def test_a_call_is_made_and_changed_and_both_are_logged(self, client, staff):
        form = place_form()
        values = {
            "name_pl": "Nowy nabór",
            "slug": "nowy",
            "year": "2027",
            "ordinal": "1",
            "opens_at": "2027-01-01 10:00",
            "closes_at": "2027-02-01 15:00",
            "grace_s": "300",
            "decision_due": "",
            "seats": "3",
            "form_version": form.pk,
            "contact_name": "Ignacy",
            "contact_email": "i@x.example",
            "summary_pl": "Krótko",
            **EMPTY_PARTS,
        }
        response = client.post(reverse("incubator_calls:add"), values)
        assert response.status_code == 302, re.findall(
            r"error-message[^<]*<[^<]*", response.content.decode()
        )
        call = Call.objects.get(slug="nowy")
        assert call.opens_at.isoformat() == "2027-01-01T09:00:00+00:00"
        client.post(
            reverse("incubator_calls:edit", args=[call.pk]), {**values, "name_pl": "Inna nazwa"}
        )
        call.refresh_from_db()
        assert call.name_pl == "Inna nazwa"
        verbs = AuditEvent.objects.filter(object_id=str(call.pk)).values_list("verb", flat=True)
        assert {"create", "update"} <= set(verbs)

    def test_dates_the_wrong_way_round_are_refused(self, client, staff):
        call = make_call()
        response = client.post(
            reverse("incubator_calls:edit", args=[call.pk]),
            {"name_pl": "x", "opens_at": "2027-02-01 10:00", "closes_at": "2027-01-01 10:00"},
        )
        assert response.status_code == 200
        call.refresh_from_db()
        assert call.opens_at < call.closes_at

    def test_the_list_says_the_phase(self, client, staff):
        make_call(name_pl="Trwa")
        close(make_call(name_pl="Minął"))
        content = client.get(reverse("incubator_calls:index")).content.decode()
        assert "Trwa" in content
        assert "Minął" in content


def said(response):
    return [(row.level_tag, str(row)) for row in response.context["messages"]]


class TestMoreTimeAndTheEnd:
    """The forms beside a call: by whom, and what is said when it does not work."""

    STRANGERS = [Role.AUDITOR, Role.APPROVER, Role.EDITOR, Role.REVIEWER, None]

    def extension(self, call, team, /, **changes):
        until = localtime(call.closes_at + timedelta(days=2))
        return {
            "organisation": team.pk,
            "closes_at": f"{until:%Y-%m-%dT%H:%M}",
            "reason": "Powódź",
            **changes,
        }

    def test_a_coordinator_gives_an_organisation_more_time(self, client, staff):
        call, organisation = make_call(), make_organisation()
        url = reverse("incubator_calls:extend", args=[call.pk])
        client.get(url)
        for wrong in (
            {"organisation": "0"},
            {"closes_at": "jutro"},
            {"reason": " "},
            {"closes_at": "2020-01-01T10:00"},
        ):
            response = client.post(url, self.extension(call, organisation, **wrong), follow=True)
            assert [level for level, _text in said(response)] == ["error"], wrong
        assert not call.extensions.exists()
        response = client.post(url, self.extension(call, organisation), follow=True)
        ((level, text),) = said(response)
        assert level == "success"
        assert "więcej czasu" in text
        found = call.extensions.get()
        assert (found.organisation, found.by, found.reason) == (organisation, staff.pk, "Powódź")
        assert found.closes_at > call.closes_at + timedelta(days=1)
        assert organisation.name_pl in response.content.decode()
        assert "Powódź" in response.content.decode()

    @pytest.mark.parametrize("role", STRANGERS)
    def test_nobody_else_gives_it(self, client, role):
        call, organisation = make_call(), make_organisation()
        client.force_login(person_with(role) if role else UserFactory())
        response = client.post(
            reverse("incubator_calls:extend", args=[call.pk]), self.extension(call, organisation)
        )
        assert response.status_code in {302, 403}
        assert not call.extensions.exists()

    @pytest.mark.parametrize("role", [Role.APPROVER, Role.ADMINISTRATOR])
    def test_a_call_is_annulled_with_a_reason_by_post_alone(self, client, role):
        sent = make_sent()
        draft = make_draft(sent.call)
        client.force_login(person_with(role))
        url = reverse("incubator_calls:annul", args=[sent.call_id])
        figures = reverse("incubator_calls:figures", args=[sent.call_id])
        assert figures in client.get(reverse("incubator_calls:index")).content.decode()
        assert url in client.get(figures).content.decode()
        assert figures in client.get(url).content.decode()
        assert "Napisz dlaczego" in client.post(url, {"reason": " "}).content.decode()
        sent.call.refresh_from_db()
        assert sent.call.annulled_at is None
        assert client.post(url, {"reason": "Nie ma pieniędzy"}).status_code == 302
        states = {row.pk: row.state for row in Application.objects.all()}
        assert states == {sent.pk: State.ANNULLED, draft.pk: State.ABANDONED}
        assert url not in client.get(figures).content.decode()
        again = client.post(url, {"reason": "Jeszcze raz"})
        assert again.status_code == 200
        assert "już" in again.context["error"]
        assert "Jeszcze raz</textarea>" in again.content.decode()

    def test_one_that_cannot_be_annulled_stops_it_with_a_sentence(self, client, monkeypatch):
        sent = make_sent()
        draft = make_draft(sent.call)

        def moved_meanwhile(application, verb, **values):
            if verb == "abandon":
                raise WrongState(State.SUBMITTED, "złożony")
            return transition(application, verb, **values)

        monkeypatch.setattr("incubator.services.calls.transition", moved_meanwhile)
        client.force_login(person_with(Role.APPROVER))
        url = reverse("incubator_calls:annul", args=[sent.call_id])
        response = client.post(url, {"reason": "Nie ma pieniędzy"})
        assert response.status_code == 200
        assert "złożony" in response.context["error"]
        page = response.content.decode()
        assert "złożony" in page
        assert "Nie ma pieniędzy</textarea>" in page
        call = Call.objects.get()
        assert call.annulled_at is None
        states = {row.pk: row.state for row in Application.objects.all()}
        assert states == {sent.pk: State.SUBMITTED, draft.pk: State.DRAFT}

    @pytest.mark.parametrize(
        "role", [Role.INCUBATOR_COORDINATOR, Role.AUDITOR, Role.EDITOR, Role.REVIEWER, None]
    )
    def test_nobody_else_annuls_it(self, client, role):
        sent = make_sent()
        client.force_login(person_with(role) if role else UserFactory())
        url = reverse("incubator_calls:annul", args=[sent.call_id])
        for response in (client.get(url), client.post(url, {"reason": "Nie"})):
            assert response.status_code in {302, 403}
            assert "<textarea" not in response.content.decode()
        sent.refresh_from_db()
        assert sent.state == State.SUBMITTED
        assert Call.objects.get().annulled_at is None


class TestPorts:
    def source(self):
        return dict(activity.items())["incubator.calls"]

    def test_the_board_shows_open_calls(self):
        from core.clock import database_now

        call = make_call(name_pl="Otwarty")
        close(make_call(name_pl="Zamknięty"))
        make_call(name_pl="Ukryty", is_published=False)
        (line,) = self.source().open_now(language="pl", now=database_now())
        assert (line.title, line.closes_at) == ("Otwarty", call.closes_at)

    def test_my_matters_are_my_teams_and_drafts_wait_for_me(self):
        draft = make_draft()
        owner = owner_of(draft)
        make_sent()
        (matter,) = self.source().mine(user=owner, language="pl")
        assert matter.waits_for_me
        assert matter.due == draft.call.closes_at
        send(draft)
        (matter,) = self.source().mine(user=owner, language="pl")
        assert not matter.waits_for_me
        assert matter.number

    def test_what_can_be_checked_waits_for_coordinators(self):
        application = make_sent()
        coordinator = person_with(Role.INCUBATOR_COORDINATOR)
        assert not list(self.source().waiting_for(user=coordinator, language="pl"))
        close(application.call)
        (matter,) = self.source().waiting_for(user=coordinator, language="pl")
        assert matter.number == application.number
        for role in (Role.AUDITOR, Role.EDITOR, Role.APPROVER):
            assert not list(self.source().waiting_for(user=person_with(role), language="pl"))

    def test_calls_are_found(self, client):
        from core.search.index import rebuild
        from core.search.query import find

        make_call(name_pl="Nabór na pszczelarnię")
        make_call(name_pl="Pszczelarnia ukryta", is_published=False)
        rebuild()
        found = find("pszczelarnia", language="pl", kind="")
        assert [entry.title for entry in found.entries] == ["Nabór na pszczelarnię"]
