"""Too many tries in an hour are refused, and what is refused leaves no trace."""

from __future__ import annotations

import uuid

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from core.outbox.models import OutboxMail
from core.throttle import throttle
from core.throttle.models import ThrottleCount
from services_catalog.cases.models import CaseMessage, ServiceRequest
from services_catalog.place.models import Idea
from tests.factories.cases import links, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _twice(monkeypatch):
    """Two tries of each kind instead of the many that real people need."""

    def strict(scope, key, *, limit, per):
        throttle(scope, key, limit=min(limit, 2), per=per)

    for module in ("cases.views.asking", "cases.views.following", "place.views", "without_link"):
        monkeypatch.setattr(f"services_catalog.{module}.throttle", strict)


def three_times(client, url: str, data) -> list[int]:
    """The answers to the same form, filled in three times."""
    return [client.post(url, data()).status_code for _try in range(3)]


def test_requests(client, service):
    def request():
        return {
            "text": "Kran", "name": "Jan", "phone": "856822180", "submission_key": uuid.uuid4(),
        }  # fmt: skip

    url = f"/uslugi/{service.slug}/zgloszenie/"
    assert three_times(client, url, request) == [200, 200, 429]
    assert ServiceRequest.objects.count() == 2
    # What was typed stays on the page, and is sent from there when the time has passed.
    words = "Kran cieknie od wtorku,\nproszę zadzwonić po 16 <script>"
    soup = BeautifulSoup(client.post(url, request() | {"text": words}).content, "html.parser")
    assert words.split("\n")[1] in soup.select_one("main blockquote").get_text()
    form = soup.select_one("main form")
    again = {one["name"]: one.get_text().removeprefix("\n") for one in form.select("textarea")}
    assert again["text"] == words and "csrfmiddlewaretoken" not in again
    ThrottleCount.objects.all().delete()
    assert client.post(form["action"], again).status_code == 200
    assert ServiceRequest.objects.filter(text=words).count() == 1
    assert client.get(url).status_code == 200, "reading is not counted"


def test_lost_links(client, case):
    before = OutboxMail.objects.count()
    data = {"number": case.number, "email": "maria@example.org"}
    assert three_times(client, reverse("services:lost_link"), lambda: data) == [302, 302, 429]
    assert OutboxMail.objects.count() == before + 2


def test_pins(client, case):
    data = {"number": case.number, "pin": "00000000"}
    url = reverse("services:pin")
    assert three_times(client, url, lambda: data) == [422, 422, 429]
    assert b"00000000" not in client.post(url, data).content, "a secret is not shown again"


def test_messages(client, case):
    client.post(links("services/received")[0])
    url = reverse("services:move", args=[case.pk, "reply"])
    assert three_times(client, url, text) == [302, 302, 429]
    assert CaseMessage.objects.count() == 2


def test_ideas(client):
    def idea():
        return {"x": "400", "y": "300", "title": "Ławka", "submission_key": uuid.uuid4()}

    assert three_times(client, reverse("place:new"), idea) == [302, 302, 429]
    assert Idea.objects.count() == 2


@pytest.mark.parametrize("email", ["maria@example.org", "MARIA@example.org", "obca@example.org"])
@pytest.mark.parametrize("number", ["right", "another", "malformed"])
def test_a_lost_link_looks_the_same_for_everybody(client, case, email, number):
    """Status, address and page are the same; only the owner's mailbox knows more."""
    typed = {"right": case.number, "another": "HAJ-2025-000001-1", "malformed": "x"}[number]
    before = OutboxMail.objects.count()
    answer = client.post(reverse("services:lost_link"), {"number": typed, "email": email})
    assert (answer.status_code, answer.url) == (302, reverse("services:lost_link_sent"))
    assert not answer.cookies
    page = client.get(answer.url).content.decode()
    assert case.number not in page
    assert email not in page
    sent = OutboxMail.objects.order_by("id")[before:]
    is_own = number == "right" and email.lower() == "maria@example.org"
    assert [mail.to for mail in sent] == (["maria@example.org"] if is_own else [])
