"""Cases at their corners: buttons pressed twice, reopening, packages by telephone, duplicates."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from core.audit.models import AuditEvent
from core.clock import database_now
from core.models import OutboxMail
from core.transitions import Refused
from services_catalog.cases import services, states
from services_catalog.cases.erasing import archive
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.rules import LinkHolder
from services_catalog.models import Package, PackageItem
from services_catalog.personal_data import CasePersonalData
from services_catalog.place import services as ideas
from tests.factories.cases import ask, person, taken, text
from tests.factories.catalogue import ServiceFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
BULK = "/admin/bulk/services_catalog/servicerequest"


def by_telephone(service, **fields) -> ServiceRequest:
    """A case that is new at once: without an e-mail address nothing has to be confirmed."""
    return ask(service, email="", phone="856822180", **fields)


class TestAllOfAList:
    @pytest.mark.parametrize(
        ("query", "touched"),
        [
            ({"state": "new"}, {"new"}),
            ({"state": "in_progress"}, {"taken"}),
            ({"q": "okno"}, {"taken"}),
            ({"q": "okno", "state": "new"}, set()),
            ({"state": "no such state"}, set()),
            ({"state": "rejected"}, set()),
            ({}, {"new", "taken"}),
        ],
    )
    def test_only_what_the_list_shows_is_changed(
        self, client, service, coordinator, query, touched
    ):
        cases = {
            "new": by_telephone(service),
            "taken": taken(by_telephone(service, text="Okno nie domyka się."), coordinator),
            "over": services.move(by_telephone(service), "reject", actor=coordinator, **text()),
        }
        client.force_login(coordinator)
        client.post(f"{BULK}/priority/?{urlencode({'id': 'all', **query})}", {"priority": 2})
        raised = ServiceRequest.objects.filter(priority=2).values_list("pk", flat=True)
        assert set(raised) == {cases[name].pk for name in touched}


class TestPressedTwice:
    @pytest.mark.parametrize(
        ("verb", "kind"),
        [
            ("write", "services/message"),
            ("answer", "services/answer"),
            ("ask", "services/question"),
        ],
    )
    def test_one_message_one_mail_one_event(self, client, case, coordinator, verb, kind):
        taken(case, coordinator)
        case.refresh_from_db()
        client.force_login(coordinator)
        data = {**text("Przyjdziemy jutro."), "outcome": "done", "version": case.version}
        url = reverse("services_catalog_cases:move", args=[case.pk, verb])
        for _press in range(2):
            assert client.post(url, data).status_code == 302
        assert case.messages.count() == 1
        assert OutboxMail.objects.filter(kind=kind).count() == 1
        assert AuditEvent.objects.filter(object_id=str(case.pk), verb=verb).count() == 1

    def test_other_words_from_the_same_page_are_a_conflict_and_go_out_later(
        self, client, case, coordinator
    ):
        taken(case, coordinator)
        case.refresh_from_db()
        client.force_login(coordinator)
        url = reverse("services_catalog_cases:move", args=[case.pk, "write"])
        data = {**text("Przyjdziemy jutro."), "version": case.version}
        client.post(url, data)
        page = client.post(url, {**data, "text": "Jednak pojutrze."})
        assert page.status_code == 409
        assert case.messages.count() == 1
        # The page that says so sends under a key of its own, so the new words do go out.
        case.refresh_from_db()
        key = page.context["form"]["submission_key"].value()
        again = {"text": "Jednak pojutrze.", "submission_key": key, "version": case.version}
        assert client.post(url, again).status_code == 302
        assert [one.text for one in case.messages.all()] == [
            "Przyjdziemy jutro.", "Jednak pojutrze.",
        ]  # fmt: skip

    def test_a_resident_pressing_twice_writes_once(self, case, coordinator):
        taken(case, coordinator)
        services.move(case, "ask", actor=coordinator, **text("Który kran?"))
        holder, words = LinkHolder(case=case.pk), text("Ten w kuchni.")
        for _press in range(2):
            moved = services.move(case, "reply", actor=holder, **words)
        assert moved.state == states.IN_PROGRESS
        assert AuditEvent.objects.filter(object_id=str(case.pk), verb="reply").count() == 1
        assert OutboxMail.objects.filter(kind="services_admin/reopened").count() == 1

    def test_the_key_of_somebody_elses_message_does_nothing_for_others(self, case, coordinator):
        taken(case, coordinator)
        words = text("Przyjdziemy jutro.")
        services.move(case, "answer", actor=coordinator, **words)
        other = person(Role.SERVICE_COORDINATOR)
        case.refresh_from_db()
        with pytest.raises(services.Outdated):
            services.move(case, "answer", actor=other, seen=case.version - 1, **words)


class TestReopened:
    def test_the_answer_after_reopening_moves_the_deadline(self, case, coordinator):
        taken(case, coordinator)
        case = services.move(case, "answer", actor=coordinator, **text("Zrobione."))
        first = case.first_reply_at
        case = services.move(
            case, "reopen", actor=LinkHolder(case=case.pk), **text("Znów cieknie.")
        )
        assert case.due_at < case.due_resolution_at, "an answer is due soon again"
        whole = case.due_resolution_at
        case = services.move(case, "ask", actor=coordinator, **text("Który?"))
        assert case.due_at == case.due_resolution_at == whole
        assert case.first_reply_at == first, "the first answer stays the first"
        case = services.move(case, "reply", actor=LinkHolder(case=case.pk), **text("Ten."))
        assert case.due_at == case.due_resolution_at >= whole

    def test_nobody_is_told_of_a_deadline_that_was_kept(self, case, coordinator):
        taken(case, coordinator)
        services.move(case, "answer", actor=coordinator, **text("Zrobione."))
        case = services.move(case, "reopen", actor=LinkHolder(case=case.pk), **text("Znów."))
        late = timedelta(days=1) + (case.due_at - case.created_at)
        services.move(case, "ask", actor=coordinator, **text("Który?"))
        case = services.move(case, "go_on", actor=coordinator)
        # The day on which the answer was due is over, that of the whole case is not.
        ServiceRequest.objects.filter(pk=case.pk).update(
            due_at=case.due_at - late, warn_at=case.warn_at - late
        )
        services.expire_and_close()
        case.refresh_from_db()
        assert case.alarm < 2
        assert not OutboxMail.objects.filter(kind="services_admin/overdue").exists()


@pytest.fixture
def package(service):
    always, hidden = ServiceFactory(name="Podwózka"), ServiceFactory(name="Szkic", live=False)
    found = Package(slug="dom", name_pl="W domu", summary_pl="Razem.", coordination=service)
    found.items = [PackageItem(service=always), PackageItem(service=hidden)]
    found.save()
    return found


def for_package(package, **fields) -> ServiceRequest:
    values = {
        "actor": LinkHolder(), "services": [], "submission_key": uuid.uuid4(), "name": "Maria",
        "text": "Proszę o pomoc.", "email": "maria@example.org", "language": "pl", **fields,
    }  # fmt: skip
    return services.open_package(package, **values)


class TestManyAreLate:
    def test_those_already_told_of_keep_nobody_waiting(self, service, coordinator, monkeypatch):
        monkeypatch.setattr("services_catalog.cases.services.upkeep.BATCH", 2)
        told, fresh = [], []
        for number in range(4):
            one = ask(service, email="", phone="856822180")
            late = database_now() - timedelta(hours=5 - number)
            ServiceRequest.objects.filter(pk=one.pk).update(
                warn_at=late, due_at=late, alarm=2 if number < 2 else 0
            )
            (told if number < 2 else fresh).append(one.pk)
        services.expire_and_close()
        rows = ServiceRequest.objects
        assert set(rows.filter(pk__in=fresh).values_list("alarm", flat=True)) == {2}


class TestPackages:
    def test_confirmed_by_telephone_its_parts_begin_too(self, client, package, coordinator):
        parent = for_package(package)
        assert {one.state for one in [parent, *parent.children.all()]} == {states.UNCONFIRMED}
        client.force_login(coordinator)
        url = reverse("services_catalog_cases:move", args=[parent.pk, "confirm_for"])
        client.post(url, {"version": parent.version})
        assert {one.state for one in ServiceRequest.objects.all()} == {states.NEW}
        assert parent.children.count() == 1

    def test_what_is_not_published_is_no_part_of_a_new_request(self, package):
        parent = for_package(package)
        assert [one.service.name for one in parent.children.all()] == ["Podwózka"]


class TestDuplicates:
    def test_nothing_is_joined_with_what_nobody_goes_on_with(self, case, service, coordinator):
        over = services.move(by_telephone(service), "reject", actor=coordinator, **text())
        for original in (over, ask(service)):
            with pytest.raises(Refused) as refused:
                services.move(case, "mark_duplicate", actor=coordinator, original=original)
            assert refused.value.field == "original"
        case.refresh_from_db()
        assert case.state == states.NEW

    def test_several_are_joined_with_the_oldest_that_is_alive(self, service, coordinator):
        over, unconfirmed, older, newer = (
            by_telephone(service), ask(service), by_telephone(service), by_telephone(service),
        )  # fmt: skip
        services.move(over, "withdraw_for", actor=coordinator)
        done, refused = services.merge([newer, over, older, unconfirmed], actor=coordinator)
        assert done == 1
        assert {one.pk for one, _why in refused} == {over.pk, unconfirmed.pk}
        newer.refresh_from_db()
        older.refresh_from_db()
        assert (newer.duplicate_of, older.state) == (older, states.NEW)


class TestAfterHandingOver:
    def test_the_resident_learns_who_takes_it_as_was_promised(self, case, coordinator):
        sent = OutboxMail.objects.filter(kind="services/assigned")
        taken(case, coordinator)
        assert not sent.exists(), "the first time nothing was promised"
        services.move(case, "hand_over", actor=coordinator, **text("Pani Anna jest na urlopie."))
        taken(case, coordinator)
        mail = sent.get()
        assert mail.to == "maria@example.org"
        assert "Biuro" in mail.text


class TestOwnData:
    def test_it_has_the_opinion_and_for_whom_it_was(self, service, coordinator):
        user = UserFactory()
        case = ask(service, actor=user, email=user.email, on_behalf_of="Babcia Zofia")
        taken(case, coordinator)
        services.move(case, "answer", actor=coordinator, **text())
        services.move(case, "accept", actor=user)
        services.move(case, "rate", actor=user, rating=4, comment="Szybko i miło.")
        (found,) = CasePersonalData().export(user).data["cases"]
        assert found["contact"]["on_behalf_of"] == "Babcia Zofia"
        assert (found["feedback"]["rating"], found["feedback"]["comment"]) == (4, "Szybko i miło.")
        packed = zipfile.ZipFile(io.BytesIO(archive(ServiceRequest.objects.get())))
        assert json.loads(packed.read("sprawa.json"))["feedback"]["comment"] == "Szybko i miło."


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_of_ideas_runs_no_formula_and_is_written_down(client, coordinator, kind):
    ideas.pin(
        actor=coordinator, x=10, y=20, title="=1+1", language="pl", submission_key=uuid.uuid4()
    )
    client.force_login(coordinator)
    answer = client.get("/admin/pomysly/", {"export": kind})
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if kind == "csv":
        assert "'=1+1" in content.decode()
    else:
        cells = [cell for row in load_workbook(io.BytesIO(content)).active for cell in row]
        assert "'=1+1" in {cell.value for cell in cells}
        assert not [cell for cell in cells if cell.data_type == "f"]
    event = AuditEvent.objects.get(verb="export")
    assert (event.object_type, event.actor_id) == ("services_catalog.idea", coordinator.pk)
