"""A service's own questions: asked, checked, frozen, changed while somebody fills them in."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from accounts.roles import Role
from core.actors import SYSTEM
from core.files.models import StoredFile
from forms.services import adopt_version, save_version
from forms.types import registry
from services_catalog.cases import permissions, services
from services_catalog.cases.answers import shown
from services_catalog.cases.models import ServiceRequest
from services_catalog.models.service import forms_of_services
from tests.factories.cases import PDF, offered, person, team, text
from tests.factories.catalogue import OrganisationFactory
from tests.factories.forms import field, form_json

pytestmark = pytest.mark.django_db
ROOM = field(
    "room", "choice", required=True,
    choices=[{"value": "kitchen", "label": "Kuchnia"}, {"value": "else", "label": "Gdzie indziej"}],
)  # fmt: skip
WHERE = field("where", "text", required=True, visible_when={"field": "room", "is": "else"})
HEALTH = field("alone", "yes_no", audience="identity")
PAPER = field("paper", "file", options={"max_files": 1, "kinds": ["pdf"]})


@pytest.fixture
def form(service):
    version = save_version("naprawa", form_json(ROOM, WHERE, HEALTH, PAPER), actor=SYSTEM)
    adopt_version(version, area="services", actor=SYSTEM)
    service.form_version = version
    service.save()
    return version


def send(client, service, **answers):
    data = {
        "text": "Kran", "name": "Jan", "phone": "856822180", "submission_key": uuid.uuid4(),
        **answers,
    }  # fmt: skip
    return client.post(f"/uslugi/{service.slug}/zgloszenie/", data)


def pdf(name="plan.pdf"):
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def test_questions_are_asked_and_answers_kept_and_shown(client, service, form):
    page = client.get(f"/uslugi/{service.slug}/zgloszenie/").content.decode()
    assert "Pytanie room" in page
    answer = send(client, service, room="else", where="Piwnica", alone="yes")
    found = ServiceRequest.objects.get()
    assert found.answers == {"room": "else", "where": "Piwnica", "alone": True}
    assert answer.status_code == 200, "a telephone alone: number and PIN are shown"
    page = client.get(f"/sprawy/{found.pk}/").content.decode()
    assert "Gdzie indziej" in page
    assert "Piwnica" in page


def test_wrong_answers_are_said_at_their_place_and_all_is_kept(client, service, form):
    answer = send(client, service, room="else", alone="no")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["asked"].errors.keys() == {"where"}
    assert "Kran" in page
    assert page.count('id="error-summary"') == 1
    assert 'href="#a-where"' in page
    assert not ServiceRequest.objects.exists()
    assert send(client, service, room="mars").status_code == 422


def test_a_hidden_question_is_not_answered_whatever_was_sent(client, service, form):
    send(client, service, room="kitchen", where="ukryte")
    assert ServiceRequest.objects.get().answers == {"room": "kitchen"}


def test_a_used_version_is_frozen_and_a_newer_one_does_not_disturb(client, service, form):
    newer = save_version("naprawa", form_json(field("other", required=True)), actor=SYSTEM)
    service.form_version = newer
    service.save()
    # Somebody has begun with the version before and sends it now.
    send(client, service, room="kitchen", form_version=form.pk)
    found = ServiceRequest.objects.get()
    assert (found.form_version, found.answers) == (form, {"room": "kitchen"})
    form.refresh_from_db()
    assert form.frozen_at is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        type(form).objects.filter(pk=form.pk).update(schema={})
    foreign = save_version("obcy", form_json(field("x")), actor=SYSTEM)
    assert send(client, service, room="kitchen", form_version=foreign.pk).status_code == 422


def test_files_of_questions_belong_to_the_case(client, service, form):
    first = send(client, service, room="else", **{"file-paper": [pdf()]})
    assert "plan.pdf" in first.content.decode()
    kept = first.context["asked"].kept_token
    send(client, service, room="kitchen", kept_answers=kept)
    found = ServiceRequest.objects.get()
    assert found.answers["paper"][0]["name"] == "plan.pdf"
    assert StoredFile.objects.get().owner_id == str(found.pk)
    more = send(client, service, room="kitchen", **{"file-paper": [pdf(), pdf()]})
    assert more.context["asked"].errors.keys() == {"paper"}


def test_personal_answers_go_and_figures_stay(client, service, form, coordinator):
    send(client, service, room="else", where="Piwnica babci", alone="yes")
    found = ServiceRequest.objects.get()
    services.move(found, "reject", actor=coordinator, **text())
    services.move(found, "erase", actor=coordinator)
    assert ServiceRequest.objects.get().answers == {"room": "else"}


def test_who_reads_which_answers(client, service, form, coordinator):
    """Asked, an organisation reads the matter; having it, also what is personal; never the rest."""
    inner = field("inner", "text", audience="staff")
    version = save_version("naprawa", form_json(ROOM, HEALTH, inner), actor=SYSTEM)
    service.form_version = version
    service.save()
    send(client, service, room="kitchen", alone="yes", inner="tylko dla biura")
    found = ServiceRequest.objects.select_related("form_version").get()
    workshop = OrganisationFactory(kind="member")
    worker = team(workshop)

    def read(user) -> list[str]:
        case = ServiceRequest.objects.select_related("form_version").get()
        return [row.text for row in shown(case, audiences=permissions.audiences_of(user, case))]

    offered(found, coordinator, workshop)
    assert read(worker) == ["Kuchnia"]
    client.force_login(worker)
    page = client.get(f"/admin/sprawy/inspect/{found.pk}/").content.decode()
    assert "Kuchnia" in page
    assert "Pytanie alone" not in page
    services.move(found, "accept_offer", actor=worker)
    assert read(worker) == ["Kuchnia", "tak"]
    assert (
        "tylko dla biura" not in client.get(f"/admin/sprawy/inspect/{found.pk}/").content.decode()
    )
    assert read(coordinator) == ["Kuchnia", "tak", "tylko dla biura"]
    assert read(person(Role.AUDITOR)) == ["Kuchnia", "tak", "tylko dla biura"]


def test_the_desk_asks_them_too(client, service, form, coordinator):
    client.force_login(coordinator)
    page = client.get("/admin/sprawy/przyjmij/", {"service": service.pk})
    assert "Pytanie room" in page.content.decode()
    data = {
        "service": service.pk, "text": "Kran", "name": "Jan", "channel": "phone",
        "phone": "856822180", "priority": "1", "submission_key": uuid.uuid4(),
    }  # fmt: skip
    assert client.post("/admin/sprawy/przyjmij/", data).status_code == 422
    client.post("/admin/sprawy/przyjmij/", {**data, "room": "kitchen"})
    assert ServiceRequest.objects.get().answers == {"room": "kitchen"}


def test_services_choose_among_published_forms_of_their_area(form):
    from forms.models import FormVersion

    foreign = save_version("wniosek", form_json(field("x")), actor=SYSTEM)
    adopt_version(foreign, area="incubator", actor=SYSTEM)
    assert list(FormVersion.objects.filter(forms_of_services())) == [form]


def test_every_datatype_of_open311_can_be_asked():
    known = {kind.open311 for kind in registry.values()}
    six = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}
    assert six <= known
