"""Every address of an application, for everybody, in every stage: who gets in, what it changes.

The addresses come from the routes themselves, so a new one is swept from its first day.
"""

import uuid
from urllib.parse import quote

import pytest
from django.urls import reverse

from accounts.roles import Role
from core.transitions import transition
from directory.models import TeamRole
from incubator import services
from incubator.models import Application
from incubator.states import State
from incubator.urls import urlpatterns
from tests.factories.incubator import (
    check_every_point,
    close,
    make_call,
    make_draft,
    make_organisation,
    owner_of,
    pdf,
    send,
    team_of,
    write,
)
from tests.factories.people import UserFactory, person_with
from tests.incubator.test_call_rules import form_with_files

pytestmark = pytest.mark.django_db

STAGES = ["draft", "sent", "correcting", "clarification"]
#: What nobody but the team may read: it was never sent.
UNSENT = ("Niewysłane słowa".encode(), "Uwaga zespołu".encode())
#: Staff who read what was sent; the others read nothing that is not their own team's.
READERS = [Role.INCUBATOR_COORDINATOR, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR]
OTHERS = [role for role in Role if role not in READERS]
#: The routes of one application, by name.
ROUTES = {
    row.name: row.pattern.converters for row in urlpatterns if "uuid" in row.pattern.converters
}
#: What staff who read an application get; the rest is the team's alone.
FOR_READERS = {"application": 200, "confirmation": 200, "file": 200}
#: Pages that say to a reader, or in this stage, that there is nothing to write: back they lead.
BACK = {"step", "summary"}


def at(stage):
    application = make_draft(make_call(form_with_files()), answers={"name": "Stolarnia"})
    owner = owner_of(application)
    services.add_file(application, field_key="plan", upload=pdf(), actor=owner)
    services.comment(application, field_key="name", text="Uwaga zespołu", actor=owner)
    if stage != "draft":
        send(application)
    if stage == "clarification":
        close(application.call)
        checker = person_with(Role.INCUBATOR_COORDINATOR)
        application.refresh_from_db()
        transition(application, "start_check", actor=checker)
        services.ask_clarification(
            application, questions="Gdzie?", keys=["name"], days=5, actor=checker
        )
    if stage == "correcting":
        services.begin_correction(application, actor=owner)
    if stage in {"correcting", "clarification"}:
        write(Application.objects.get(pk=application.pk), {"name": "Niewysłane słowa"}, owner)
    return Application.objects.get(pk=application.pk)


def addresses(application):
    values = {
        "uuid": application.uuid,
        "key": "only",
        "file": application.attachments.get().file_id,
    }
    return {
        name: reverse(f"incubator:{name}", kwargs={key: values[key] for key in converters})
        for name, converters in ROUTES.items()
    }


def everything(application):
    """All that a press of a button could change."""
    found = Application.objects.get(pk=application.pk)
    return (
        found.state,
        found.number,
        found.draft.data,
        found.draft.rev,
        found.draft.is_correcting,
        found.draft.representation,
        found.draft.saves.count(),
        list(found.attachments.order_by("pk").values_list("file_id", "removed_at")),
        list(found.comments.order_by("pk").values_list("text", "settled_at")),
        list(found.formal_items.order_by("pk").values_list("criterion", "result", "note")),
        found.snapshots.count(),
        found.clarifications.count(),
    )


def attempts(application):
    """What somebody who knows the pages could send to any of them."""
    common = {"rev": application.draft.rev, "client": "x", "name": "Cudze słowa"}
    plan = str(application.attachments.get().file_id)
    comment = str(application.comments.get().pk)
    return [
        {**common, "go": "save", "keys": "name"},
        {**common, "remove": plan},
        {**common, "comment": "name", "comment-name": "Cudza uwaga"},
        {**common, "settle": comment},
        {**common, "function": "nikt", "declared": "on", "key": str(uuid.uuid4())},
        {"save": application.draft.saves.last().pk},
        {"begin": "1"},
        {"drop": "1"},
    ]


def shown(answer):
    """What was never sent and is in an answer all the same."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return [words for words in UNSENT if words in content]


def test_the_routes_are_the_ones_that_are_meant():
    assert set(ROUTES) >= {"application", "step", "autosave", "summary", "correction", "withdraw"}
    assert set(ROUTES) >= {"draft_pdf", "confirmation", "file"}


@pytest.mark.parametrize("stage", STAGES)
def test_strangers_and_staff_get_what_is_theirs_and_change_nothing(client, site, stage):
    application = at(stage)
    before = everything(application)
    elsewhere = UserFactory()
    make_organisation(elsewhere, "Inna organizacja")
    people = [("nobody", None), ("stranger", UserFactory()), ("elsewhere", elsewhere)]
    # Every role once; then one that reads and one that does not, because the stages differ.
    roles = list(Role) if stage == "sent" else [Role.INCUBATOR_COORDINATOR, Role.REVIEWER]
    people += [(role, person_with(role)) for role in roles]
    for who, person in people:
        client.logout()
        if person:
            client.force_login(person)
        reads = who in READERS and stage != "draft"
        for name, address in addresses(application).items():
            place = f"{who} {name} {stage}"
            answer = client.get(address)
            if person is None:
                login = f"/konto/logowanie/?next={quote(address)}"
                wanted = 401 if name == "autosave" else 302
                assert answer.status_code == wanted, place
                assert wanted == 401 or answer["Location"] == login, place
            elif not reads:
                assert answer.status_code == 404, place
                assert "Stolarnia" not in answer.content.decode(), place
            elif name in BACK:
                assert answer.status_code == 302, place
            elif name in FOR_READERS:
                assert answer.status_code == FOR_READERS[name], place
            else:
                assert answer.status_code in {200, 302, 404, 405}, place
            assert not shown(answer), place
            # Where even looking is refused, one kind of press is as good as the others.
            for values in attempts(application) if reads else attempts(application)[:1]:
                answer = client.post(address, values)
                assert answer.status_code < 500, place
                if person and not reads and name not in {"confirmation", "file", "draft_pdf"}:
                    assert answer.status_code in {404, 405}, place
                assert not shown(answer), (place, values)
        assert everything(application) == before, f"{who} {stage}"


@pytest.mark.parametrize("stage", STAGES)
def test_a_viewer_of_the_team_reads_everything_and_changes_nothing(client, site, stage):
    application = at(stage)
    before = everything(application)
    client.force_login(team_of(application.organisation, TeamRole.VIEWER))
    for name, address in addresses(application).items():
        answer = client.get(address)
        if name in {"application", "file", "draft_pdf"}:
            assert answer.status_code == 200, name
        else:
            assert answer.status_code in {200, 302, 404, 405}, name
        for values in attempts(application):
            answer = client.post(address, values)
            assert answer.status_code < 500, (name, values)
            assert everything(application) == before, name


@pytest.mark.parametrize("stage", STAGES)
def test_an_editor_writes_but_neither_withdraws_nor_gives_up(client, site, stage):
    application = at(stage)
    client.force_login(team_of(application.organisation, TeamRole.EDITOR))
    found = addresses(application)
    assert client.get(found["withdraw"]).status_code == 404
    assert client.post(found["withdraw"]).status_code == 404
    assert Application.objects.get(pk=application.pk).state == application.state
    saved = client.post(
        found["step"], {"rev": application.draft.rev, "client": "x", "name": "Nowa", "go": "save"}
    )
    application.draft.refresh_from_db()
    is_open = stage != "sent"
    assert (application.draft.data["name"] == "Nowa") == is_open
    assert saved.status_code == (302 if is_open else 409)


class TestTheCheck:
    """The staff's two forms, by role and stage."""

    ASKED = {"questions": "Gdzie to będzie?", "keys": ["name"], "days": "5"}

    def in_check(self):
        application = at("sent")
        close(application.call)
        return transition(
            Application.objects.get(pk=application.pk),
            "start_check",
            actor=person_with(Role.INCUBATOR_COORDINATOR),
        )

    def tried(self, client, application):
        key = [application.pk]
        for name, values in (
            ("check", {"result-statute": "yes", "note-statute": "jest"}),
            ("ask", self.ASKED),
        ):
            url = reverse(f"incubator_applications:{name}", args=key)
            looked, answer = client.get(url), client.post(url, values)
            assert looked.status_code in {302, 403, 404}, name
            assert answer.status_code in {302, 403, 404}, name

    @pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, *OTHERS, None])
    def test_nobody_else_checks_or_asks(self, client, site, role):
        application = self.in_check()
        before = everything(application)
        client.force_login(person_with(role) if role else owner_of(application))
        self.tried(client, application)
        assert everything(application) == before

    @pytest.mark.parametrize("stage", STAGES)
    def test_nor_a_coordinator_in_another_stage(self, client, site, stage):
        application = at(stage)
        before = everything(application)
        client.force_login(person_with(Role.INCUBATOR_COORDINATOR))
        self.tried(client, application)
        assert everything(application) == before

    def test_nor_one_who_is_in_the_applicants_team(self, client, site):
        application = self.in_check()
        before = everything(application)
        colleague = person_with(Role.INCUBATOR_COORDINATOR)
        from directory.services import add_member

        add_member(
            application.organisation,
            user=colleague,
            role=TeamRole.EDITOR,
            actor=owner_of(application),
        )
        client.force_login(colleague)
        self.tried(client, application)
        assert everything(application) == before

    def test_a_coordinator_does_both(self, client, site):
        application = self.in_check()
        coordinator = person_with(Role.INCUBATOR_COORDINATOR)
        client.force_login(coordinator)
        check = reverse("incubator_applications:check", args=[application.pk])
        client.post(check, {"result-statute": "yes", "note-statute": "jest"})
        (item,) = application.formal_items.all()
        assert (item.criterion, item.result, item.note) == ("statute", "yes", "jest")
        check_every_point(application, coordinator)
        client.post(reverse("incubator_applications:ask", args=[application.pk]), self.ASKED)
        application.refresh_from_db()
        assert application.state == State.CLARIFICATION
        assert application.open_clarification.questions == "Gdzie to będzie?"
