"""Packages with their cases, the short check, comparing, the leaflet."""

from __future__ import annotations

import uuid

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.actors import SYSTEM
from core.files import files_of
from core.outbox.models import OutboxMail
from forms.services import adopt_version, save_version
from services_catalog import leaflet
from services_catalog.cases import states
from services_catalog.cases.models import ServiceRequest
from services_catalog.models import EligibilityQuestion, Package, PackageItem, ServiceStep
from services_catalog.selectors.services import find_service
from tests.factories.cases import PDF, links
from tests.factories.catalogue import ServiceFactory, TargetGroupFactory
from tests.factories.forms import field, form_json

pytestmark = pytest.mark.django_db


@pytest.fixture
def package():
    lead, always, wish = (ServiceFactory(name=name) for name in ("Opiekun", "Podwózka", "Naprawa"))
    found = Package(slug="senior", name_pl="Senior w domu", summary_pl="Razem.", coordination=lead)
    found.items = [
        PackageItem(service=always),
        PackageItem(service=wish, is_required=False),
    ]
    found.save()
    return found


def ask(client, package, **more):
    data = {
        "text": "Potrzebuję pomocy.", "name": "Maria", "email": "maria@example.org",
        "submission_key": uuid.uuid4(), **more,
    }  # fmt: skip
    return client.post(reverse("services:package_request", args=[package.slug]), data)


def test_one_request_makes_a_case_that_keeps_the_others_together(client, package):
    wish = package.items.get(is_required=False).service
    response = ask(client, package, services=[wish.pk])
    parent = ServiceRequest.objects.get(parent=None)
    assert response.url == reverse("services:case", args=[parent.pk])
    assert parent.service == package.coordination
    children = ServiceRequest.objects.filter(parent=parent)
    assert {one.service.name for one in children} == {"Podwózka", "Naprawa"}
    assert OutboxMail.objects.count() == 1, "one mail for all of it"
    assert {one.state for one in children} == {states.UNCONFIRMED}
    client.cookies.clear()
    client.post(links("services/confirm")[0])
    assert set(ServiceRequest.objects.values_list("state", flat=True)) == {states.NEW}
    page = client.get(reverse("services:case", args=[parent.pk])).content.decode()
    assert all(one.number in page for one in children)
    for one in children:
        assert client.get(reverse("services:case", args=[one.pk])).status_code == 200


@pytest.fixture
def asking(package):
    """The service that is always part asks where, and where else; the other one asks how many."""
    room = field(
        "room", "choice", required=True,
        choices=[{"value": "kitchen", "label": "Kuchnia"}, {"value": "else", "label": "Indziej"}],
    )  # fmt: skip
    where = field("where", "text", required=True, visible_when={"field": "room", "is": "else"})
    paper = field("paper", "file", options={"max_files": 1, "kinds": ["pdf"]})
    always, wish = (one.service for one in package.items.order_by("-is_required"))
    for service, fields in ((always, (room, where, paper)), (wish, (room,))):
        version = save_version(f"pytania-{service.pk}", form_json(*fields), actor=SYSTEM)
        adopt_version(version, area="services", actor=SYSTEM)
        service.form_version = version
        service.save()
    return always, wish


def test_each_service_of_a_package_asks_its_own_questions(client, package, asking):
    always, wish = asking
    page = client.get(reverse("services:package_request", args=[package.slug])).content.decode()
    for name in (f"s{always.pk}_room", f"s{wish.pk}_room", f"file-s{always.pk}_paper"):
        assert f'name="{name}"' in page
    # Nothing answered: only what is part of the package is asked for, and nothing is made.
    wrong = ask(client, package)
    assert wrong.status_code == 422
    assert f"#a-s{always.pk}_room" in wrong.content.decode()
    assert f"#a-s{wish.pk}_room" not in wrong.content.decode()
    # A condition looks at the answers of its own service.
    first = {f"s{always.pk}_room": "else"}
    assert ask(client, package, **first).status_code == 422
    assert not ServiceRequest.objects.exists()
    first[f"s{always.pk}_where"] = "Piwnica"
    assert ask(client, package, services=[wish.pk], **first).status_code == 422, "ticked: asked"
    plan = SimpleUploadedFile("plan.pdf", PDF, "application/pdf")
    second = {f"s{wish.pk}_room": "kitchen", f"file-s{always.pk}_paper": plan}
    response = ask(client, package, services=[wish.pk], **first, **second)
    assert response.status_code == 302
    parent = ServiceRequest.objects.get(parent=None)
    of_always, of_wish = (parent.children.get(service=one) for one in asking)
    assert parent.answers == {}
    assert (of_always.answers["room"], of_always.answers["where"]) == ("else", "Piwnica")
    assert of_wish.answers == {"room": "kitchen"}
    assert files_of(of_always).get().name == "plan.pdf"
    assert not files_of(of_wish).exists()
    assert all(one.form_version.frozen_at for one in (of_always, of_wish))


def test_what_is_not_wished_is_left_out_and_nothing_foreign_gets_in(client, package):
    foreign = ServiceFactory()
    assert ask(client, package, services=[foreign.pk]).status_code == 422
    assert not ServiceRequest.objects.exists()
    ask(client, package)
    assert ServiceRequest.objects.count() == 2


def test_the_same_form_twice_is_one_package(client, package):
    key = uuid.uuid4()
    for _try in range(2):
        ask(client, package, submission_key=key)
    assert ServiceRequest.objects.count() == 2


def test_a_part_opens_neither_the_package_nor_its_other_parts(client, package):
    ask(client, package, services=[package.items.get(is_required=False).service_id])
    parent = ServiceRequest.objects.get(parent=None)
    one, other = ServiceRequest.objects.filter(parent=parent)
    client.cookies.clear()
    session = client.session
    session["case_access"] = {str(one.pk): 9_999_999_999}
    session.save()
    assert client.get(reverse("services:case", args=[one.pk])).status_code == 200
    for foreign in (parent, other):
        assert client.get(reverse("services:case", args=[foreign.pk])).status_code == 404


def test_a_hidden_package_is_not_there(client, package):
    url = reverse("services:package", args=[package.slug])
    assert client.get(url).status_code == 200
    Package.objects.update(is_live=False)
    assert client.get(url).status_code == 404
    assert ask(client, package).status_code == 404


class TestTheCheck:
    @pytest.fixture
    def service(self):
        found = ServiceFactory(slug="naprawa")
        found.questions = [
            EligibilityQuestion(
                text="W Hajnówce?", otherwise="Tylko Hajnówka.", locale=found.locale
            ),
            EligibilityQuestion(
                text="Gaz?", fits=False, otherwise="Wezwij gazownika.", locale=found.locale
            ),
        ]
        found.save()
        return found

    @pytest.mark.parametrize(
        ("answers", "said", "not_said"),
        [
            ({"p1": "tak", "p2": "nie"}, "Zgłoś", "Wezwij gazownika."),
            ({"p1": "tak", "p2": "tak"}, "Wezwij gazownika.", "Tylko Hajnówka."),
            ({"p1": "nie", "p2": "tak"}, "Tylko Hajnówka.", "jest dla Ciebie"),
            ({"sprawdz": "1", "p1": "<script>"}, "Gaz?", "<script>"),
        ],
    )
    def test_it_answers_from_the_address_alone(self, client, service, answers, said, not_said):
        page = client.get("/uslugi/naprawa/sprawdz/", answers)
        main = str(BeautifulSoup(page.content, "html.parser").main)
        assert said in main.replace("Poproś", "Zgłoś")
        assert not_said not in main
        assert not page.cookies

    def test_a_service_without_questions_has_none(self, client):
        ServiceFactory(slug="inna")
        assert client.get("/uslugi/inna/sprawdz/").status_code == 404


class TestComparing:
    def test_two_services_side_by_side(self, client):
        ServiceFactory(slug="jedna", cost="bezpłatnie", min_age=60)
        ServiceFactory(slug="druga", cost="5 zł", is_free=False)
        page = client.get("/uslugi/porownaj/", {"a": "jedna", "b": "druga"})
        soup = BeautifulSoup(page.content, "html.parser")
        rows = {
            row.th.text: [cell.text for cell in row.find_all("td")]
            for row in soup.select(".compared tbody tr")
        }
        assert rows["Koszt"] == ["bezpłatnie", "5\u00a0zł"]
        assert rows["Wiek"][0].replace("\u00a0", " ") == "od 60. roku życia"

    @pytest.mark.parametrize(
        "query", [{}, {"a": "jedna"}, {"a": "x", "b": "jedna"}, {"a": "jedna", "b": "jedna"}]
    )
    def test_less_than_two_show_the_choice(self, client, query):
        ServiceFactory(slug="jedna")
        page = client.get("/uslugi/porownaj/", query)
        assert page.status_code == 200
        assert b"compared" not in page.content


@pytest.mark.parametrize("language", ["", "/be", "/en", "/it"])
def test_the_leaflet_is_a_tagged_pdf_and_the_same_every_time(client, language):
    ServiceFactory(slug="stol", name='Stół #let x = 1; "\\ $', accessibility="Ўваход без прыступак")
    first, second = (client.get(f"{language}/uslugi/stol/ulotka.pdf") for _ in range(2))
    assert first["Content-Type"] == "application/pdf"
    assert first.content.startswith(b"%PDF")
    assert b"StructTreeRoot" in first.content
    assert first.content == second.content


def test_the_leaflet_says_what_one_has_to_know(settings):
    settings.WAGTAILADMIN_BASE_URL = "https://stacja.example/"
    service = ServiceFactory(
        slug="stol", name="Naprawa stołu", summary="Naprawiamy meble.", cost="20 zł",
        is_free=False, contact_name="Anna Przykładowa", contact_phone="85 682 21 80",
        contact_email="stol@example.org", groups=[TargetGroupFactory(name_pl="Seniorzy")],
    )  # fmt: skip
    service.steps = [
        ServiceStep(text=words, locale=service.locale, sort_order=place)
        for place, words in enumerate(("Dzwonisz.", "Przyjeżdżamy."))
    ]
    service.save()
    found = leaflet.contents(find_service("stol", language="pl"))
    said = {str(row["label"]): row["value"].replace("\u00a0", " ") for row in found["facts"]}
    assert (found["language"], found["name"].replace("\u00a0", " ")) == ("pl", "Naprawa stołu")
    assert found["summary"].replace("\u00a0", " ") == "Naprawiamy meble."
    assert (said["Dla kogo"], said["Koszt"]) == ("Seniorzy", "20 zł")
    assert said["Kontakt"] == "Anna Przykładowa, 85 682 21 80, stol@example.org"
    assert "" not in said.values(), "what is not known is not printed"
    assert found["steps"] == ["Dzwonisz.", "Przyjeżdżamy."]
    assert found["url"] == "https://stacja.example/uslugi/stol/"
    assert "<svg" in found["qr"]
    assert found["example"] == ""
