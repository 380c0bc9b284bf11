"""The staff's side: who sees what, lists, filters, exports, several at once, reports."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from core.audit.models import AuditEvent
from core.clock import database_now
from core.files import store_upload
from core.models import OutboxMail
from services_catalog.cases import digest, services, states
from services_catalog.cases.models import PersonalDataView, SavedFilter, ServiceRequest
from tests.factories.cases import PDF, ask, offered, person, taken, team, text
from tests.factories.catalogue import OrganisationFactory, ServiceFactory, TargetGroupFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/sprawy/"


def bulk(action: str, *cases: ServiceRequest) -> str:
    ids = "&".join(f"id={case.pk}" for case in cases)
    return f"/admin/bulk/services_catalog/servicerequest/{action}/?{ids}&next={LIST}"


def words_of(response) -> str:
    if response.streaming:
        return b"".join(response.streaming_content).decode(errors="replace")
    return response.content.decode(errors="replace")


@pytest.fixture
def two(service, coordinator):
    """Two organisations, each with a case of its own and somebody who works on it."""
    found = []
    for number in range(2):
        workshop = OrganisationFactory(kind="member", name_pl=f"Warsztat {number}")
        worker = team(workshop)
        one = ask(service, email="", phone="856822180", name=f"Osoba {number}")
        offered(one, coordinator, workshop)
        one = services.move(one, "accept_offer", actor=worker)
        found.append((worker, one))
    return found


def sheet_of(response) -> str:
    """Every cell of an exported workbook."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    rows = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return "\n".join(str(cell) for row in rows for cell in row)


class TestIsolation:
    def sweep(self, client, number: str) -> dict[str, str]:
        """Everything where one could come across a case, without the words one has typed."""
        found = {}
        for url in (
            LIST, f"{LIST}results/", f"{LIST}?export=csv", f"{LIST}?q={number}",
            f"{LIST}?q=spichlerz", f"{LIST}?overdue=true", f"{LIST}raporty/", "/admin/",
        ):  # fmt: skip
            page = words_of(client.get(url))
            found[url] = page.replace(f"q={number}", "").replace(f'value="{number}"', "")
        found["xlsx"] = sheet_of(client.get(f"{LIST}?export=xlsx"))
        return found

    def test_a_provider_finds_its_own_case_and_no_other_anywhere(
        self, client, two, case, service, coordinator
    ):
        (worker, mine), (other, theirs) = two
        ServiceRequest.objects.filter(pk=theirs.pk).update(
            text="Spichlerz nie domyka się.",
            warn_at=database_now() - timedelta(days=3),
            due_at=database_now() - timedelta(days=2),
        )
        team(third := OrganisationFactory(kind="member", name_pl="Warsztat trzeci"))
        asked = offered(case, coordinator, third)
        upload = SimpleUploadedFile("umowa.pdf", PDF, content_type="application/pdf")
        file = store_upload(upload, actor=worker, owner=theirs)
        client.force_login(other)
        pages = self.sweep(client, theirs.number)
        assert [url for url, page in pages.items() if theirs.number not in page] == []
        assert digest.digest_of(other) == {"waiting": 0, "own": 1, "late": 1, "soon": 0}
        client.force_login(worker)
        for foreign in (theirs, asked):
            for url, page in self.sweep(client, foreign.number).items():
                for words in (foreign.number, "Osoba 1", "Maria", "Spichlerz"):
                    assert words not in page, (url, words)
        assert digest.digest_of(worker) == {"waiting": 0, "own": 1, "late": 0, "soon": 0}
        for own in (LIST, f"{LIST}?export=csv", "/admin/"):
            assert mine.number in words_of(client.get(own))
        for url in (
            f"{LIST}inspect/{theirs.pk}/",
            f"{LIST}inspect/{asked.pk}/",
            f"{LIST}{theirs.pk}/plik/{file.pk}/",
            f"{LIST}{mine.pk}/plik/{file.pk}/",
        ):
            assert client.get(url).status_code in {302, 404}, url
        for pk in (theirs.pk, asked.pk, mine.pk):
            answer = client.post(f"{LIST}{pk}/dane.zip")
            assert answer.status_code in {302, 403, 404}
            assert "zip" not in answer["Content-Type"]
        assert not PersonalDataView.objects.filter(user=worker).exists()
        for verb in ("start", "note", "answer", "assign", "hand_over"):
            answer = client.post(f"{LIST}{theirs.pk}/{verb}/", {**text(), "outcome": "done"})
            assert answer.status_code == 404, verb
        for verb in ("accept_offer", "decline"):
            assert client.post(f"{LIST}{asked.pk}/{verb}/", text()).status_code == 404, verb
        for action in ("assign", "priority", "merge"):
            assert client.get(bulk(action, theirs)).status_code == 404
            assert client.post(bulk(action, theirs), {"priority": 2}).status_code == 404
        for foreign, state in ((theirs, states.ASSIGNED), (asked, states.OFFERED)):
            foreign.refresh_from_db()
            assert (foreign.state, foreign.priority) == (state, 1)

    def test_the_lead_sees_the_members_cases_and_not_the_offices(
        self, client, two, case, coordinator
    ):
        taken(case, coordinator)
        client.force_login(person(Role.CONSORTIUM_LEAD))
        page = words_of(client.get(LIST))
        assert all(one.number in page for _worker, one in two)
        assert case.number not in page

    def test_an_offer_shows_the_matter_and_not_yet_the_person(self, client, case, coordinator):
        worker = team(workshop := OrganisationFactory())
        offered(case, coordinator, workshop)
        client.force_login(worker)
        url = f"{LIST}inspect/{case.pk}/"
        page = words_of(client.get(url))
        assert "Cieknie kran" in page
        assert "Maria" not in page
        services.move(case, "accept_offer", actor=worker)
        assert "Maria" in words_of(client.get(url))

    @pytest.mark.parametrize(
        "role", [Role.EDITOR, Role.CITY_OFFICER, Role.INCUBATOR_COORDINATOR, Role.CONSORTIUM_MEMBER]
    )
    def test_people_without_cases_see_none(self, client, case, role):
        client.force_login(person(role))
        for url in (LIST, f"{LIST}?export=xlsx", f"{LIST}inspect/{case.pk}/", f"{LIST}raporty/"):
            assert case.number not in words_of(client.get(url, follow=True))


class TestTheList:
    def test_it_is_found_by_number_and_by_words(self, client, case, service, coordinator):
        other = ask(service, email="", phone="856822180", text="Okno nie domyka się.")
        client.force_login(coordinator)
        for query, found, missing in (
            (case.number, case, other), ("domyka", other, case), ("kran", case, other),
        ):  # fmt: skip
            page = words_of(client.get(LIST, {"q": query}))
            assert found.number in page
            assert missing.number not in page.replace(f'value="{query}"', "")

    def test_it_is_filtered(self, client, case, service, coordinator):
        other = ask(service, email="", phone="856822180")
        taken(other, coordinator)
        client.force_login(coordinator)
        for query, found in (
            ({"state": "new"}, {case}),
            ({"assigned_to": coordinator.pk}, {other}),
            ({"channel": "web"}, {case, other}),
            ({"overdue": "true"}, set()),
            ({"priority": "2"}, set()),
        ):
            page = words_of(client.get(LIST, query))
            assert {one for one in (case, other) if one.number in page} == found, query

    def test_filters_are_kept_for_the_one_who_kept_them(self, client, coordinator):
        client.force_login(coordinator)
        client.post(f"{LIST}filtry/", {"name": "Nowe", "query": "state=new&p=3&export=csv"})
        kept = SavedFilter.objects.get()
        assert (kept.user, kept.query) == (coordinator, "state=new")
        assert "?state=new" in words_of(client.get(LIST))
        assert client.post(f"{LIST}filtry/", {"name": " ", "query": "x=1"}).status_code == 302
        other = person(Role.SERVICE_COORDINATOR)
        client.force_login(other)
        assert "Nowe" not in words_of(client.get(LIST))
        client.post(f"{LIST}filtry/{kept.pk}/usun/")
        assert SavedFilter.objects.count() == 1

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_exports_run_no_formula_and_are_logged(self, client, case, coordinator, kind):
        organisation = OrganisationFactory(name_pl='=HYPERLINK("http://zly.example")')
        team(organisation)
        offered(case, coordinator, organisation)
        client.force_login(coordinator)
        answer = client.get(LIST, {"export": kind})
        if kind == "csv":
            cells = words_of(answer)
            assert "'=HYPERLINK" in cells
        else:
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            sheet = load_workbook(io.BytesIO(content)).active
            found = [cell for row in sheet.iter_rows() for cell in row]
            assert any(str(cell.value).startswith("'=HYPERLINK") for cell in found)
            assert not [cell for cell in found if cell.data_type == "f"]
        assert AuditEvent.objects.filter(verb="export", actor_id=coordinator.pk).count() == 1


class TestSeveralAtOnce:
    def test_they_are_given_to_a_person(self, client, case, service, coordinator):
        other = ask(service, email="", phone="856822180")
        taken(other, coordinator)
        clerk = person(Role.SERVICE_COORDINATOR)
        client.force_login(coordinator)
        url = bulk("assign", case, other)
        page = client.get(url)
        assert case.number in words_of(page)
        assert ServiceRequest.objects.filter(assigned_to=clerk).count() == 0, "GET never acts"
        client.post(url, {"assignee": clerk.pk})
        assert ServiceRequest.objects.filter(assigned_to=clerk).count() == 2

    def test_what_cannot_be_changed_says_why_and_stops_no_other(
        self, client, case, service, coordinator
    ):
        over = ask(service, email="", phone="856822180")
        services.move(over, "reject", actor=coordinator, **text())
        client.force_login(coordinator)
        answer = client.post(bulk("priority", case, over), {"priority": 2}, follow=True)
        case.refresh_from_db()
        over.refresh_from_db()
        assert (case.priority, over.priority) == (2, 1)
        assert over.number in " ".join(str(one) for one in answer.context["messages"])

    def test_duplicates_are_joined_with_the_oldest(self, client, case, service, coordinator):
        second = ask(service, email="", phone="856822180")
        client.force_login(coordinator)
        client.post(bulk("merge", second, case), {})
        second.refresh_from_db()
        assert second.duplicate_of == case

    def test_ids_that_are_none_change_nothing(self, client, coordinator):
        client.force_login(coordinator)
        url = "/admin/bulk/services_catalog/servicerequest/priority/"
        for odd in ("1", "x", str(uuid.uuid4())):
            assert client.get(url, {"id": odd}).status_code == 200

    def test_an_auditor_changes_nothing(self, client, case):
        client.force_login(person(Role.AUDITOR))
        assert client.post(bulk("priority", case), {"priority": 2}).status_code == 404


class TestFigures:
    def test_the_first_page_says_what_is_due(self, client, case, service, coordinator):
        taken(ask(service, email="", phone="856822180"), coordinator)
        client.force_login(coordinator)
        page = words_of(client.get("/admin/"))
        assert case.number in page
        assert "?overdue=true" in page
        client.force_login(person(Role.EDITOR))
        assert case.number not in words_of(client.get("/admin/"))

    def test_reports_add_up_and_take_a_constant_number_of_queries(
        self, client, service, coordinator
    ):
        service.target_groups.set([TargetGroupFactory(name_pl="Seniorzy")])
        service.save()
        client.force_login(coordinator)

        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                page = client.get(reverse("services_catalog_cases:reports"))
            assert page.status_code == 200
            return len(captured)

        for _one in range(2):
            ask(service, email="", phone="856822180")
        queries()
        few = queries()
        for number in range(8):
            ask(ServiceFactory() if number % 2 else service, email="", phone="856822180")
        assert queries() == few
        page = client.get(reverse("services_catalog_cases:reports"))
        assert sum(bar.value for bar in page.context["months"]) == 10
        assert {bar.label: bar.value for bar in page.context["groups"]} == {"Seniorzy": 6}

    def test_the_states_are_drawn(self, client, coordinator):
        client.force_login(coordinator)
        page = words_of(client.get(reverse("services_catalog_cases:states")))
        assert "<svg" in page
        for state in states.MACHINE.states:
            assert str(states.MACHINE.label(state, staff=True)) in page


class TestTwoAtOneCase:
    """Two people have one case on their screens; the second is told, and loses nothing."""

    @staticmethod
    def version(page) -> str:
        soup = BeautifulSoup(words_of(page), "html.parser")
        found = {one["value"] for one in soup.select("input[name=version]")}
        assert len(found) == 1, "every form of the screen says which version it shows"
        return found.pop()

    def test_the_second_one_gets_a_clear_conflict_and_keeps_the_text(self, client, case):
        first, second = person(Role.SERVICE_COORDINATOR), person(Role.SERVICE_COORDINATOR)
        taken(case, first)
        screen = reverse("services_catalog_cases:inspect", args=[case.pk])

        def move(verb, **more):
            return client.post(reverse("services_catalog_cases:move", args=[case.pk, verb]), more)

        client.force_login(second)
        seen = self.version(client.get(screen))
        client.force_login(first)
        now = self.version(client.get(screen))
        assert move("set_priority", **{"version": now, "set_priority-priority": 2}).url == screen
        # The second one answers what they saw: nothing is sent, and what they typed is still there.
        client.force_login(second)
        before, mails = case.messages.count(), OutboxMail.objects.count()
        answer = {"text": "Przyjdziemy jutro.", "outcome": "done", "submission_key": uuid.uuid4()}
        page = move("answer", version=seen, **answer)
        assert page.status_code == 409
        assert "Przyjdziemy jutro." in words_of(page)
        assert "Ktoś zmienił tę sprawę" in words_of(page)
        assert (case.messages.count(), OutboxMail.objects.count()) == (before, mails)
        # A small form keeps what was chosen; the first one's choice stands until they press again.
        page = move("set_priority", **{"version": seen, "set_priority-priority": 0})
        assert page.status_code == 409
        case.refresh_from_db()
        assert case.priority == 2
        # With the version of that page the same text goes out.
        answer["submission_key"] = uuid.uuid4()
        assert move("answer", version=self.version(page), **answer).url == screen
        assert case.messages.count() == before + 1

    def test_what_time_does_is_no_conflict(self, case, coordinator):
        taken(case, coordinator)
        case.refresh_from_db()
        seen = case.version
        ServiceRequest.objects.filter(pk=case.pk).update(
            warn_at=database_now() - timedelta(hours=2), due_at=database_now() + timedelta(hours=2)
        )
        services.expire_and_close()
        case.refresh_from_db()
        assert (case.alarm, case.version) == (1, seen)
        services.move(case, "set_priority", actor=coordinator, priority=2, seen=seen)
        with pytest.raises(services.Outdated):
            services.move(case, "set_priority", actor=coordinator, priority=1, seen=seen)


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("{number}", True), ("{digits}", True), ("{spaced}", True), ("kran kuch", True),
        ("kranu łazienka", False), ("Złota", True), ("kran & ! ' | :*", True), ("zlew)", False),
        ("HAJ-1999", False), ("%", False), ("&", False),
    ],
)  # fmt: skip
def test_a_case_is_found_by_number_words_and_service(client, coordinator, typed, is_found):
    one = ask(ServiceFactory(name="Złota rączka"), text="Cieknie kran w kuchni.")
    ServiceRequest.objects.filter(pk=one.pk).update(state=states.NEW)
    digits = str(int(one.number.split("-")[2]))
    typed = typed.format(number=one.number, digits=digits, spaced=one.number.lower() + " ")
    client.force_login(coordinator)
    page = client.get(LIST, {"q": typed})
    assert page.status_code == 200
    assert [case.pk for case in page.context["object_list"]] == ([one.pk] if is_found else [])
