"""The real server, killed again and again while people write: no acknowledged save is lost."""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from core.actors import SYSTEM
from core.files.models import StoredFile
from forms.services import save_version
from incubator.models import Application, ApplicationDraft
from tests.factories.forms import field, form_json
from tests.factories.incubator import make_call, make_draft, owner_of, url_for
from tests.running import town  # noqa: F401 - a fixture

pytestmark = [pytest.mark.concurrency, pytest.mark.system]

WRITERS, SAVES, KILLS = 4, 30, 3


class Writer:
    """One person's browser, as `autosave.js` does it: nothing is forgotten before the answer."""

    def __init__(self, application: Application) -> None:
        self.application, client = application, Client()
        client.force_login(owner_of(application))
        page = client.get(url_for("step", application, "only")).content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token, page
        self.cookie = "; ".join(f"{key}={row.value}" for key, row in client.cookies.items())
        self.token = token[1]
        self.rev = application.draft.rev
        self.acknowledged: list[str] = []
        self.unanswered = 0
        self.sent = ""

    def save(self, town: Any, text: str) -> None:  # noqa: F811
        """Until it was acknowledged, the same words with the same revision once more."""
        self.sent = text
        values = {
            "csrfmiddlewaretoken": self.token,
            "rev": self.rev,
            "client": str(self.application.uuid),
            "keys": "name",
            "name": text,
        }
        data = urllib.parse.urlencode(values).encode()
        for _try in range(300):
            try:
                with town.open(url_for("autosave", self.application), data, self.cookie) as answer:
                    found = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError):
                self.unanswered += 1
                time.sleep(0.1)
                continue
            assert not found["conflicts"], found
            self.rev = found["rev"]
            self.acknowledged.append(text)
            return
        raise AssertionError("the server never answered")


def test_two_hundred_megabytes_are_refused_with_a_sentence_and_the_words_beside_them_kept(town):  # noqa: F811
    """As a browser without a script sends them: the answer stands beside the question."""
    form = save_version(
        "files", form_json(field("name", required=True), field("plan", "file")), actor=SYSTEM
    )
    application = make_draft(make_call(form))
    writer = Writer(application)
    size, line = 200 * 1024 * 1024, "granica"
    values = {
        "csrfmiddlewaretoken": writer.token,
        "rev": str(writer.rev),
        "client": "w",
        "name": "Wpisane obok",
        "upload": "plan",
    }
    head = "".join(
        f'--{line}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in values.items()
    )
    head += f'--{line}\r\nContent-Disposition: form-data; name="file-plan"; filename="plan.pdf"\r\n'
    head += "Content-Type: application/pdf\r\n\r\n%PDF-1.4\n"
    tail = f"\r\n--{line}--\r\n".encode()
    town.start()
    connection = http.client.HTTPConnection("localhost", town.port, timeout=120)
    connection.putrequest("POST", url_for("step", application, "only"))
    connection.putheader("Cookie", writer.cookie)
    connection.putheader("Content-Type", f"multipart/form-data; boundary={line}")
    connection.putheader("Content-Length", str(len(head) + size + len(tail)))
    connection.endheaders(head.encode())
    block = bytes(1024 * 1024)
    for _part in range(200):
        connection.send(block)
    connection.send(tail)
    answer = connection.getresponse()
    page = answer.read().decode()
    assert answer.status == 422, page
    assert 'id="a-plan_error"' in page
    assert "Wpisane obok" in page
    assert ApplicationDraft.objects.get(application=application).data["name"] == "Wpisane obok"
    assert not StoredFile.objects.exists()


def test_what_was_acknowledged_is_there_after_every_kill(town):  # noqa: F811
    call = make_call()
    writers = [Writer(make_draft(call)) for _number in range(WRITERS)]

    def write(writer: Writer) -> None:
        try:
            for number in range(SAVES):
                writer.save(town, f"Zdanie numer {number}, którego nikt nie zgubi.")
                time.sleep(0.02)
        finally:
            connections.close_all()

    def stored(writer: Writer) -> str:
        return ApplicationDraft.objects.get(application=writer.application).data["name"]

    town.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        running = [pool.submit(write, writer) for writer in writers]
        for number in range(1, KILLS + 1):
            until = time.monotonic() + 60
            while sum(len(one.acknowledged) for one in writers) < number * WRITERS * SAVES // 5:
                assert time.monotonic() < until, town.log.read_text()
                time.sleep(0.005)
            town.kill()
            # Dead: what the database has now is the last acknowledged, or what was on its way.
            for writer in writers:
                assert stored(writer) in {*writer.acknowledged[-1:], writer.sent}
            town.start()
        for one in running:
            one.result()
    town.kill()
    assert sum(one.unanswered for one in writers), "nobody was interrupted"
    for writer in writers:
        assert len(writer.acknowledged) == SAVES
        assert stored(writer) == writer.acknowledged[-1]
