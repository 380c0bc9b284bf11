"""How a service's own questions stand on the page of the request: headings, hints, files."""

from __future__ import annotations

import uuid

import pytest
from bs4 import BeautifulSoup

from core.actors import SYSTEM
from forms.services import adopt_version, save_version
from tests.factories.forms import field

pytestmark = pytest.mark.django_db


@pytest.fixture
def asking(service):
    """A service with a form of two steps."""
    paper = field(
        "paper", "file", required=True, help="Zdjęcie usterki wystarczy.",
        options={"max_files": 1, "kinds": ["pdf"]},
    )  # fmt: skip
    form = {
        "title": "Naprawa",
        "steps": [
            {
                "key": "where", "title": "Gdzie to jest", "intro": "Wystarczy w przybliżeniu.",
                "fields": [field("room")],
            },
            {"key": "what", "title": "Co się zepsuło", "fields": [paper]},
        ],
    }  # fmt: skip
    version = save_version("naprawa", form, actor=SYSTEM)
    adopt_version(version, area="services", actor=SYSTEM)
    service.form_version = version
    service.save()
    return service


def soup_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content.decode(), "html.parser")


def test_steps_are_headings_and_a_file_says_what_it_may_be(client, asking):
    url = f"/uslugi/{asking.slug}/zgloszenie/"
    page = soup_of(client.get(url))
    form = page.select_one("main form[method=post]")
    headings = [one.get_text(strip=True).replace("\xa0", " ") for one in form.select("h2")]
    assert headings == ["Gdzie to jest", "Co się zepsuło", "Twoje zgłoszenie"]
    assert "Wystarczy w przybliżeniu." in form.get_text().replace("\xa0", " ")
    control = form.select_one("input[type=file][name=file-paper]")
    assert ".pdf" in control["accept"]
    assert ".docx" not in control["accept"]
    described = [form.select_one(f"#{one}") for one in control["aria-describedby"].split()]
    words = " ".join(one.get_text() for one in described)
    assert "Zdjęcie usterki wystarczy." in words.replace("\xa0", " ")
    assert "10" in words, "how large it may be"
    # What is wrong with it is described too.
    sent = {"text": "Kran", "name": "Jan", "phone": "856822180", "submission_key": uuid.uuid4()}
    form = soup_of(client.post(url, sent)).select_one("main form[method=post]")
    control = form.select_one("input[name=file-paper]")
    assert control["aria-invalid"] == "true"
    assert control["aria-describedby"].split()[-1] == "a-paper_error"
    assert form.select_one("#a-paper_error").get_text(strip=True)


def test_at_the_desk_the_headings_stand_below_the_service(client, asking, coordinator):
    client.force_login(coordinator)
    page = soup_of(client.get("/admin/sprawy/przyjmij/", {"service": asking.pk}))
    found = [one.get_text(strip=True).replace("\xa0", " ") for one in page.select("h3")]
    assert {"Gdzie to jest", "Co się zepsuło"} <= set(found)
