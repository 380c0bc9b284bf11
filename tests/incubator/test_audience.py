"""Who reads which answers: by what the builder has said of each question, and by who asks."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from core.actors import SYSTEM
from directory.models import TeamRole
from forms.services import save_version
from incubator.confirmation import document
from tests.factories.forms import field, form_json
from tests.factories.incubator import make_call, make_draft, owner_of, send, team_of, url_for
from tests.factories.people import person_with

pytestmark = pytest.mark.django_db
ANSWERS = {"who": "Kto składa: Łąka", "what": "Treść: warsztat", "staffed": "Dla urzędu: dług"}
READERS = [Role.INCUBATOR_COORDINATOR, Role.APPROVER, Role.AUDITOR]


@pytest.fixture
def application():
    form = form_json(
        field("who", audience="identity"),
        field("what", audience="content"),
        field("staffed", audience="staff"),
    )
    call = make_call(save_version("audiences", form, actor=SYSTEM))
    return send(make_draft(call, answers=ANSWERS)).application


def test_the_team_reads_all_that_it_wrote(client, site, application):
    for person in (owner_of(application), team_of(application.organisation, TeamRole.VIEWER)):
        client.force_login(person)
        page = client.get(url_for("application", application)).content.decode()
        assert [text for text in ANSWERS.values() if text in page] == list(ANSWERS.values())
    printed = document.contents(application.latest_snapshot)["steps"][0]["rows"]
    assert [row["answer"][0] for row in printed] == list(ANSWERS.values())


@pytest.mark.parametrize("role", list(Role))
def test_those_who_run_the_call_read_all_and_nobody_else_any(client, site, application, role):
    client.force_login(person_with(role))
    found = {
        "page": client.get(url_for("application", application)),
        "admin": client.get(reverse("incubator_applications:inspect", args=[application.pk])),
        "list": client.get(reverse("incubator_applications:index"), {"export": "csv"}),
        "pdf": client.get(url_for("confirmation", application)),
    }
    reads = role in [*READERS, Role.ADMINISTRATOR]
    for name, answer in found.items():
        if name == "pdf":
            assert (answer.status_code == 200) == reads
            continue
        text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        there = [words for words in ANSWERS.values() if words in text]
        assert there == (list(ANSWERS.values()) if reads else []), name
