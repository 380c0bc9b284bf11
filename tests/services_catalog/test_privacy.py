"""What is kept about people, who saw it, and that nothing is left after erasing."""

from __future__ import annotations

import io
import json
import logging
import uuid
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from accounts.roles import Role
from core.actors import SYSTEM
from core.audit.models import AuditEvent
from core.files import store_upload
from core.files.keeping import stored_names
from core.files.models import StoredFile
from core.files.storing import private_storage
from core.outbox.sending import Sender
from core.transitions import Refused
from forms.models import FormVersion
from forms.services import adopt_version, save_version
from services_catalog.cases import figures, services, states
from services_catalog.cases.models import PersonalDataView, ServiceRequest
from services_catalog.cases.rules import LinkHolder
from services_catalog.models import Package, PackageItem
from tests.factories.cases import ask, links, person, taken, text
from tests.factories.catalogue import ServiceFactory
from tests.factories.forms import field, form_json

pytestmark = pytest.mark.django_db
CANARY = "kanarek7391"
ANSWERS = {"where": f"U {CANARY}", "what": "tap", "number": 3}


def events_of(case) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(object_id=str(case.pk)).order_by("id"))


def tables_with(needle: str) -> list[str]:
    """The tables that hold the text anywhere, in any column."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        found = []
        for name in names:
            cursor.execute(
                f'SELECT count(*) FROM "{name}" t WHERE t::text ILIKE %s',  # noqa: S608
                [f"%{needle}%"],
            )
            if cursor.fetchone()[0]:
                found.append(name)
    return found


def pdf(words: str) -> SimpleUploadedFile:
    content = b"%PDF-1.4\n" + words.encode() + b"\n%%EOF\n"
    return SimpleUploadedFile(f"{words}.pdf", content, content_type="application/pdf")


def files_in_store() -> set[str]:
    return set(stored_names(private_storage()))


def asking(service) -> FormVersion:
    """Questions of the service: words, a file and something to count."""
    if service.form_version is None:
        choices = [{"value": "tap", "label": "Kran"}, {"value": "door", "label": "Drzwi"}]
        fields = (
            field("where"), field("paper", "file", options={"max_files": 1, "kinds": ["pdf"]}),
            field("what", "choice", choices=choices), field("number", "number"),
        )  # fmt: skip
        version = save_version(f"pytania-{service.pk}", form_json(*fields), actor=SYSTEM)
        adopt_version(version, area="services", actor=SYSTEM)
        service.form_version = version
        service.save()
    return service.form_version


def full_case(service, coordinator) -> ServiceRequest:
    """A finished case with the canary in every field that a person can fill."""
    version = asking(service)
    found = ask(
        service,
        name=f"{CANARY} Imienna",
        email=f"{CANARY}@example.org",
        phone="600739100",
        on_behalf_of=f"babcia {CANARY}",
        pin="73917391",
        text=f"Proszę o pomoc, {CANARY}.",
        form_version=version,
        answers=ANSWERS,
        files=[store_upload(pdf(name), actor=coordinator) for name in (CANARY, f"plan {CANARY}")],
    )
    holder = LinkHolder(case=found.pk)
    services.move(found, "confirm", actor=holder)
    sent = [store_upload(pdf(CANARY), actor=coordinator)]
    services.move(found, "reply", actor=holder, files=sent, **text(f"Jeszcze {CANARY}."))
    taken(found, coordinator)
    services.move(found, "note", actor=coordinator, **text(f"Uwaga o {CANARY}."))
    services.move(found, "answer", actor=coordinator, **text(f"Dzień dobry, {CANARY}."))
    services.send_new_link(number=found.number, email=f"{CANARY}@example.org")
    services.move(found, "accept", actor=holder)
    return services.move(found, "rate", actor=holder, rating=4, comment=f"Dziękuje {CANARY}.")


def test_nothing_is_left_after_erasing_but_the_statistics(
    service, coordinator, django_capture_on_commit_callbacks
):
    found = full_case(service, coordinator)
    assert {"services_catalog_requestcontact", "core_outboxmail", "core_storedfile"} <= set(
        tables_with(CANARY)
    )
    names = set(StoredFile.objects.values_list("storage_name", flat=True))
    assert len(names) == 3
    assert names <= files_in_store()
    before = figures.report(coordinator)
    with django_capture_on_commit_callbacks(execute=True):
        services.move(found, "erase", actor=coordinator)
    assert tables_with(CANARY) == []
    assert tables_with("600739100") == []
    assert not names & files_in_store()
    assert figures.report(coordinator) == before
    kept = ServiceRequest.objects.get(pk=found.pk)
    assert (kept.number, kept.state, kept.outcome) == (found.number, states.CLOSED, "done")
    assert kept.answers == {"what": "tap", "number": 3}


def test_nothing_is_left_of_a_refusal(service, coordinator):
    found = ask(service, text=CANARY, name=CANARY, email=f"{CANARY}@example.org")
    services.move(found, "confirm", actor=LinkHolder(case=found.pk))
    services.move(found, "reject", actor=coordinator, **text(f"Nie dla {CANARY}."))
    assert {"services_catalog_servicerequest", "services_catalog_casemessage"} <= set(
        tables_with(CANARY)
    )
    services.move(found, "erase", actor=coordinator)
    assert tables_with(CANARY) == []
    kept = ServiceRequest.objects.get(pk=found.pk)
    assert (kept.state, kept.public_reason) == (states.REJECTED, "–")


class TestPackages:
    """The parts hold copies of the contact and of what was asked."""

    @pytest.fixture
    def parent(self, service):
        version = asking(part := ServiceFactory())
        found = Package(slug="p", name_pl="Razem", summary_pl="x", coordination=service)
        found.items = [PackageItem(service=part), PackageItem(service=ServiceFactory())]
        found.save()
        return services.open_package(
            found, actor=person(), services=[], submission_key=uuid.uuid4(), language="pl",
            name=CANARY, text=f"Proszę, {CANARY}.", phone="600739100",
            questions={part.pk: {"form_version": version, "answers": ANSWERS}},
        )  # fmt: skip

    def test_erasing_the_whole_erases_the_finished_parts(self, parent, coordinator):
        over, still_open = parent.children.order_by("number")
        for one in (parent, over):
            services.move(one, "reject", actor=coordinator, **text(f"Nie, {CANARY}."))
        services.move(parent, "erase", actor=coordinator)
        over.refresh_from_db()
        assert (over.erased_at is not None, over.text) == (True, "")
        assert [str(event.verb) for event in events_of(over)][-1] == "erase"
        still_open.refresh_from_db()
        assert CANARY in still_open.text, "somebody still works on it"
        assert still_open.contact.name == CANARY
        services.move(still_open, "reject", actor=coordinator, **text(f"Nie, {CANARY}."))
        services.move(still_open, "erase", actor=coordinator)
        assert tables_with(CANARY) == []
        assert tables_with("600739100") == []

    def test_a_part_that_is_kept_for_a_legal_reason_stays(self, parent, coordinator):
        held, other = parent.children.order_by("number")
        for one in (parent, held, other):
            services.move(one, "reject", actor=coordinator, **text())
        services.move(held, "hold", actor=coordinator)
        services.move(parent, "erase", actor=coordinator)
        erased = ServiceRequest.objects.exclude(erased_at=None)
        assert set(erased) == {parent, other}

    def test_time_erases_each_part_by_its_own_service(self, parent, coordinator):
        for one in (parent, *parent.children.all()):
            services.move(one, "reject", actor=coordinator, **text())
        parent.service.retention_months = 3
        parent.service.save()
        moment = ServiceRequest.objects.get(pk=parent.pk).closed_at - timedelta(days=100)
        ServiceRequest.objects.update(closed_at=moment)
        assert services.erase_due() == 1
        assert list(ServiceRequest.objects.exclude(erased_at=None)) == [parent]


def test_logs_hold_nothing_about_people(client, service, coordinator, settings, caplog):
    caplog.set_level(logging.DEBUG)
    url = f"/uslugi/{service.slug}/zgloszenie/"
    typed = {
        "text": f"Proszę, {CANARY}.", "name": CANARY, "email": f"{CANARY}@example.org",
        "phone": "600739100", "submission_key": uuid.uuid4(),
    }  # fmt: skip
    assert client.post(url, {**typed, "phone": "6007391"}).status_code == 422
    wrong = SimpleUploadedFile(f"{CANARY}.exe", b"MZ", content_type="application/pdf")
    assert client.post(url, {**typed, "files": [wrong]}).status_code == 422
    assert client.post(url, {**typed, "files": [pdf(CANARY)]}).status_code == 302
    found = ServiceRequest.objects.get()
    client.post(reverse("services:lost_link"), {"number": "x", "email": f"{CANARY}@example.org"})
    client.post(reverse("services:pin"), {"number": found.number, "pin": CANARY})
    client.post(links("services/confirm")[0])
    client.post(reverse("services:move", args=[found.pk, "reply"]), text(f"Jeszcze {CANARY}."))
    settings.EMAIL_BACKEND = "tests.core.mail_backends.BrokenBackend"
    Sender().run()
    client.force_login(coordinator)
    client.get("/admin/sprawy/", {"q": CANARY})
    client.post(f"/admin/sprawy/{found.pk}/take/")
    client.post(f"/admin/sprawy/{found.pk}/answer/", {**text(f"Dla {CANARY}."), "outcome": "done"})
    client.logout()
    client.cookies.clear()
    assert client.get(reverse("services:case", args=[found.pk])).status_code == 404
    assert client.get(f"/sprawy/{found.pk}/dane.zip").status_code == 404
    assert CANARY in str(found.contact.email)
    assert caplog.records, "something was logged at all"
    for needle in (CANARY, "600739100"):
        assert needle not in caplog.text


def test_what_is_erased_opens_no_more(client, service, coordinator):
    found = full_case(service, coordinator)
    link = links("services/answer")[0]
    services.move(found, "erase", actor=coordinator)
    assert client.post(link).status_code == 410
    client.force_login(coordinator)
    page = client.get(f"/admin/sprawy/inspect/{found.pk}/")
    assert page.status_code == 200
    assert CANARY not in page.content.decode()


def test_each_service_keeps_data_as_long_as_it_says(service, coordinator):
    service.retention_months = 3
    service.save()
    found = full_case(service, coordinator)
    still_open = ask(service)
    for days, erased in ((80, 0), (100, 1)):
        ServiceRequest.objects.filter(pk=found.pk).update(
            closed_at=found.closed_at - timedelta(days=days)
        )
        assert services.erase_due() == erased
    assert services.erase_due() == 0
    still_open.refresh_from_db()
    assert still_open.text


def test_a_legal_reason_stops_erasing(service, coordinator):
    found = full_case(service, coordinator)
    services.move(found, "hold", actor=coordinator)
    ServiceRequest.objects.filter(pk=found.pk).update(
        closed_at=found.closed_at - timedelta(days=999)
    )
    assert services.erase_due() == 0
    with pytest.raises(Refused):
        services.move(found, "erase", actor=coordinator)
    services.move(found, "release", actor=coordinator)
    assert services.erase_due() == 1


def test_who_opened_personal_data_is_written_down(client, case, coordinator):
    client.force_login(coordinator)
    client.get(f"/admin/sprawy/inspect/{case.pk}/")
    client.post(f"/admin/sprawy/{case.pk}/dane.zip")
    assert set(PersonalDataView.objects.values_list("user", "case", "what")) == {
        (coordinator.pk, case.pk, "screen"),
        (coordinator.pk, case.pk, "archive"),
    }
    assert client.get("/admin/wglady/").status_code == 302, "not for those who are watched"
    client.force_login(person(Role.AUDITOR))
    assert case.number in client.get("/admin/wglady/").content.decode()


def test_a_person_takes_everything_away(client, service):
    data = {
        "text": "Kran", "name": "Jan", "phone": "856822180", "submission_key": uuid.uuid4(),
        "files": [pdf("plan")],
    }  # fmt: skip
    client.post(f"/uslugi/{service.slug}/zgloszenie/", data)
    found = ServiceRequest.objects.get()
    page = client.get(f"/sprawy/{found.pk}/")
    assert "dane.zip" in page.content.decode()
    answer = client.get(f"/sprawy/{found.pk}/dane.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.namelist() == ["sprawa.json", "pliki/01-plan.pdf"]
        assert json.loads(packed.read("sprawa.json"))["text"] == "Kran"
    client.cookies.clear()
    assert client.get(f"/sprawy/{found.pk}/dane.zip").status_code == 404


def test_erasing_is_asked_for_twice(client, service, coordinator):
    found = full_case(service, coordinator)
    client.force_login(coordinator)
    url = f"/admin/sprawy/{found.pk}/erase/"
    assert client.post(url).status_code == 200
    assert ServiceRequest.objects.get(pk=found.pk).erased_at is None
    client.post(url, {"sure": "yes"})
    assert ServiceRequest.objects.get(pk=found.pk).erased_at is not None
