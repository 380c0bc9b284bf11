"""Files of cases: refused ones, and those that go from one side to the other."""

from __future__ import annotations

import uuid

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.roles import Role
from core.actors import SYSTEM
from core.files import store_upload
from core.files.models import StoredFile
from forms.services import adopt_version, save_version
from services_catalog.cases import services
from services_catalog.cases.models import PersonalDataView, ServiceRequest
from tests.core.clamd import EICAR, clamd
from tests.factories.cases import ask, links, person, taken, team, text
from tests.factories.forms import field, form_json

pytestmark = pytest.mark.django_db


def pdf(words: bytes = b"", name: str = "pismo.pdf") -> SimpleUploadedFile:
    content = b"%PDF-1.4\n" + words + b"\ntrailer<<>>\n%%EOF\n"
    return SimpleUploadedFile(name, content, content_type="application/pdf")


@pytest.fixture
def scanner(settings):
    """A virus scanner that runs."""
    with clamd() as server:
        settings.CLAMAV_SOCKET = ""
        settings.CLAMAV_HOST, settings.CLAMAV_PORT = server.server_address[:2]
        yield server


class TestRefused:
    """A file that is not taken: said clearly, what was typed stays, no case is made."""

    @pytest.fixture
    def asking(self, service):
        questions = form_json(field("plan", "file", options={"max_files": 1, "kinds": ["pdf"]}))
        version = save_version("pytania", questions, actor=SYSTEM)
        adopt_version(version, area="services", actor=SYSTEM)
        service.form_version = version
        service.save()
        return service

    @pytest.mark.parametrize("name", ["files", "file-plan"])
    @pytest.mark.parametrize(
        ("words", "said"),
        [(EICAR, "antywirus"), (b"x" * 3000, "za duży"), (b"y", "")],
        ids=["infected", "large", "sound"],
    )
    def test_infected_and_too_large(self, client, asking, scanner, monkeypatch, name, words, said):
        monkeypatch.setitem(store_upload.__kwdefaults__, "max_size", 2000)
        url = f"/uslugi/{asking.slug}/zgloszenie/"
        typed = {
            "text": "Cieknie kran u sąsiada.", "name": "Jan Przykładowy", "phone": "856822180",
            "submission_key": uuid.uuid4(),
        }  # fmt: skip
        answer = client.post(url, {**typed, name: pdf(words)})
        if not said:
            assert answer.status_code == 200, "a sound file goes the same way and is taken"
            assert StoredFile.objects.get().owner_id == str(ServiceRequest.objects.get().pk)
            return
        assert answer.status_code == 422
        main = BeautifulSoup(answer.content, "html.parser").main
        assert said in main.get_text().lower()
        assert typed["text"] in main.find("textarea", {"name": "text"}).text
        assert main.find("input", {"name": "name"})["value"] == typed["name"]
        assert main.find("input", {"name": "phone"})["value"] == typed["phone"]
        assert not ServiceRequest.objects.exists()
        assert not StoredFile.objects.exists()
        # Without the file the same form goes through.
        assert client.post(url, typed).status_code == 200
        assert ServiceRequest.objects.get().text == typed["text"]


class TestBothWays:
    def test_files_of_answers_and_replies_reach_the_other_side_and_nobody_else(
        self, client, case, service, coordinator
    ):
        taken(case, coordinator)
        client.force_login(coordinator)
        screen = reverse("services_catalog_cases:inspect", args=[case.pk])
        client.post(
            f"/admin/sprawy/{case.pk}/ask/",
            {**text("Który kran?"), "outcome": "done", "files": [pdf(b"rysunek", "rysunek.pdf")]},
        )
        drawing = StoredFile.objects.get(name="rysunek.pdf")
        client.logout()
        client.post(links("services/question")[0])
        assert (
            "rysunek.pdf" in client.get(reverse("services:case", args=[case.pk])).content.decode()
        )
        got = client.get(reverse("services:file", args=[case.pk, drawing.pk]))
        assert b"rysunek" in b"".join(got.streaming_content)
        client.post(
            reverse("services:move", args=[case.pk, "reply"]),
            {**text("Ten."), "files": [pdf(b"zdjecie", "zdjecie.pdf")]},
        )
        photo = StoredFile.objects.get(name="zdjecie.pdf")
        assert not PersonalDataView.objects.filter(what="file").exists()
        client.force_login(coordinator)
        assert "zdjecie.pdf" in client.get(screen).content.decode()
        got = client.get(f"/admin/sprawy/{case.pk}/plik/{photo.pk}/")
        assert b"zdjecie" in b"".join(got.streaming_content)
        looks = PersonalDataView.objects.filter(what="file").values_list("user", "case")
        assert list(looks) == [(coordinator.pk, case.pk)]
        # Neither of them is for anybody else, nor through another case that one may see.
        client.logout()
        other = ask(service, email="obca@example.org")
        services.send_new_link(number=other.number, email="obca@example.org")
        client.post(links("services/confirm")[-1])
        assert client.get(reverse("services:case", args=[other.pk])).status_code == 200
        for file in (drawing, photo):
            for owner in (case, other):
                url = reverse("services:file", args=[owner.pk, file.pk])
                assert client.get(url).status_code == 404
        for stranger in (team(), person(Role.EDITOR), person()):
            client.force_login(stranger)
            for file in (drawing, photo):
                url = f"/admin/sprawy/{case.pk}/plik/{file.pk}/"
                assert client.get(url).status_code in {302, 404}
                public = reverse("services:file", args=[case.pk, file.pk])
                assert client.get(public).status_code == 404
        assert PersonalDataView.objects.filter(what="file").count() == 1
