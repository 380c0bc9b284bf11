"""What a team has while it writes: comments, how much is done, its files in the export."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.roles import Role
from core.ports import personal_data
from directory.models import TeamRole
from incubator import selectors, services
from incubator.models import Comment
from tests.factories.incubator import (
    ANSWERS,
    make_call,
    make_draft,
    make_sent,
    owner_of,
    pdf,
    place_form,
    team_of,
)
from tests.factories.people import UserFactory, person_with

pytestmark = pytest.mark.django_db


def step(application, key="only"):
    return reverse("incubator:step", args=[application.uuid, key])


class TestComments:
    def test_written_read_and_settled_without_a_script(self, client, site):
        application = make_draft()
        owner = owner_of(application)
        client.force_login(owner)
        response = client.post(
            step(application),
            {"rev": "1", "name": "Warsztat", "comment": "name", "comment-name": "Może krócej?"},
        )
        assert response["Location"].endswith("#comments-name")
        application.draft.refresh_from_db()
        assert application.draft.data["name"] == "Warsztat"
        client.force_login(team_of(application.organisation, TeamRole.EDITOR))
        assert "Może krócej?" in client.get(step(application)).content.decode()
        client.post(step(application), {"rev": "2", "settle": str(Comment.objects.get().pk)})
        assert "Może krócej?" not in client.get(step(application)).content.decode()

    @pytest.mark.parametrize(("text", "key"), [("", "name"), ("x" * 1001, "name"), ("x", "nie")])
    def test_nonsense_is_refused(self, client, site, text, key):
        application = make_draft()
        client.force_login(owner_of(application))
        response = client.post(
            step(application), {"rev": "1", "comment": key, f"comment-{key}": text}
        )
        assert response.status_code == 422
        assert not Comment.objects.exists()

    def test_nobody_else_reads_or_writes_them(self, client, site):
        application = make_sent()
        services.comment(
            application, field_key="name", text="Tylko dla nas", actor=owner_of(application)
        )
        for person in (UserFactory(), person_with(Role.INCUBATOR_COORDINATOR)):
            with pytest.raises(PermissionDenied):
                services.comment(application, field_key="name", text="Ja też", actor=person)
            with pytest.raises(PermissionDenied):
                services.settle_comment(
                    application, comment_id=Comment.objects.get().pk, actor=person
                )
        coordinator = person_with(Role.INCUBATOR_COORDINATOR)
        client.force_login(coordinator)
        for address in (
            reverse("incubator_applications:inspect", args=[application.pk]),
            reverse("incubator:application", args=[application.uuid]),
        ):
            assert "Tylko dla nas" not in client.get(address).content.decode()

    def test_a_comment_of_another_application_is_not_settled_through_ones_own(self):
        mine, foreign = make_draft(), make_draft()
        found = services.comment(foreign, field_key="name", text="X", actor=owner_of(foreign))
        services.settle_comment(mine, comment_id=found.pk, actor=owner_of(mine))
        found.refresh_from_db()
        assert found.settled_at is None


def test_how_much_is_done_follows_the_conditions(client, site):
    application = make_draft(make_call(place_form()), answers={})
    start = selectors.completeness(application)
    assert (start.done, start.percent) == (0, 0)
    from tests.factories.incubator import write

    write(application, ANSWERS, owner_of(application))
    application.draft.refresh_from_db()
    later = selectors.completeness(application)
    # Whoever needs a mentor is asked one question more; the statute is still missing.
    assert later.total == start.total + 1
    assert later.done == later.total - 1
    client.force_login(owner_of(application))
    assert f'value="{later.done}"' in client.get(step(application, "team")).content.decode()


def test_the_export_of_a_persons_data_has_their_files_and_comments(site):
    application = make_draft(make_call(place_form()), answers={})
    owner = owner_of(application)
    colleague = team_of(application.organisation, TeamRole.EDITOR)
    content = pdf().read()
    services.add_file(application, field_key="statute", upload=pdf("Mój statut.pdf"), actor=owner)
    services.comment(application, field_key="idea", text="Moja uwaga", actor=owner)
    part = dict(personal_data.items())["incubator"]
    export = part.export(owner)
    (file,) = list(export.files)
    assert file.content == content
    assert "Mój statut" in file.name
    assert "Moja uwaga" in json.dumps(export.data, default=str, ensure_ascii=False)
    assert list(part.export(colleague).files) == []
    part.erase(owner)
    assert Comment.objects.get().author is None
