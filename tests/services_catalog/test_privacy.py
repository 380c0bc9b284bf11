"""What is kept about people, who saw it, and that nothing is left after erasing."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.roles import Role
from core.files import store_upload
from core.files.keeping import stored_names
from core.files.models import StoredFile
from core.files.storing import private_storage
from core.transitions import Refused
from services_catalog.cases import figures, services, states
from services_catalog.cases.models import PersonalDataView, ServiceRequest
from services_catalog.cases.rules import LinkHolder
from tests.services_catalog.test_cases import (
    ask,
    case,
    coordinator,
    links,
    person,
    service,
    taken,
    text,
)

__all__ = ["case", "coordinator", "service"]
pytestmark = pytest.mark.django_db
CANARY = "kanarek7391"


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


def full_case(service, coordinator) -> ServiceRequest:
    """A finished case with the canary in every field that a person can fill."""
    found = ask(
        service,
        name=f"{CANARY} Imienna",
        email=f"{CANARY}@example.org",
        phone="600739100",
        on_behalf_of=f"babcia {CANARY}",
        pin="73917391",
        text=f"Proszę o pomoc, {CANARY}.",
        files=[store_upload(pdf(CANARY), actor=coordinator)],
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
    assert len(names) == 2
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
    page = client.post(f"/uslugi/{service.slug}/zgloszenie/", data, follow=True)
    found = ServiceRequest.objects.get()
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
