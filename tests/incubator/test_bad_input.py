"""Whatever is typed, pasted or sent: a clear answer, and nothing that was there is lost."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.roles import Role
from core.files.models import Scan, StoredFile
from directory.models import Organisation, TeamRole
from directory.services import archive_organisation, merge_organisations
from incubator import services
from incubator.confirmation import document
from incubator.confirmation.document import FOLDER
from incubator.confirmation.draft import contents
from incubator.states import State
from tests.core.clamd import EICAR, clamd
from tests.core.samples import docx
from tests.factories.incubator import (
    ANSWERS,
    PDF,
    make_call,
    make_draft,
    make_organisation,
    make_sent,
    owner_of,
    pdf,
    place_form,
    send,
    team_of,
    url_for,
)
from tests.factories.people import UserFactory, person_with
from tests.incubator.test_confirmation import _streams

pytestmark = pytest.mark.django_db

#: As it comes out of a word processor: quotes, dashes, soft hyphens, signs that cannot be seen.
FROM_WORD = (
    "„Łąka”\u00a0–\u2028 sadzimy\u000b kwiat\u00ady\u200b\r\n\u2022\tmak\r\n\u2022\tchaber\u0007 "
    "… 5\u202f000\u00a0zł \ufeff𝟒𝟐"
)


@pytest.fixture
def draft(client, site):
    application = make_draft(make_call(place_form()), answers=dict(ANSWERS))
    client.force_login(owner_of(application))
    return application


def post(client, draft, step, **values):
    draft.draft.refresh_from_db()
    return client.post(
        url_for("step", draft, step), {"rev": draft.draft.rev, "client": "x", **values}
    )


def test_pasted_word_text_is_kept_shown_and_printed(client, draft):
    idea = FROM_WORD + " Sadzimy łąki." * 20
    assert post(client, draft, "idea", go="save", idea=idea).status_code == 302
    draft.draft.refresh_from_db()
    kept = draft.draft.data["idea"]
    assert "„Łąka”" in kept
    assert "chaber" in kept
    assert not {"\u0007", "\u000b", "\r"} & set(kept)
    page = client.get(url_for("step", draft, "idea")).content.decode()
    assert "„Łąka”" in page
    printed = client.get(url_for("draft_pdf", draft))
    assert printed.status_code == 200
    assert printed.content.startswith(b"%PDF")


def test_the_printed_draft_says_that_it_is_one(client, draft):
    response = client.get(url_for("draft_pdf", draft))
    assert response["Content-Disposition"].startswith("attachment")
    assert b"/StructTreeRoot" in response.content
    assert b"pdfuaid:part" in response.content
    maps = b"".join(_streams(response.content)).lower()
    for letter in "Żółćę":
        assert f"<{ord(letter):04x}>".encode() in maps, letter
    draft.draft.refresh_from_db()
    printed = contents(draft)
    # The one missing file is said, and what was written stands there.
    assert "1" in printed["standing"]
    answers = [row["answer"] for step in printed["steps"] for row in step["rows"]]
    assert ["Anna Żółć-Nowak"] in answers
    assert "SZKIC" in (FOLDER / "draft.typ").read_text()
    # For the team alone: staff do not read drafts, and of what was sent they have the snapshot.
    for person, code in ((person_with(Role.INCUBATOR_COORDINATOR), 404), (UserFactory(), 404)):
        client.force_login(person)
        assert client.get(url_for("draft_pdf", draft)).status_code == code
    client.force_login(team_of(draft.organisation, TeamRole.VIEWER))
    assert client.get(url_for("draft_pdf", draft)).status_code == 200


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("budzet.docx", docx({"word/vbaProject.bin": b"x"})),
        ("statut.docx", b"%PDF-1.4 not a document"),
        ("statut.pdf", docx({})),
    ],
    ids=["macros", "pdf as docx", "docx as pdf"],
)
def test_hostile_files_are_refused_at_the_question(client, draft, name, content):
    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    response = post(client, draft, "papers", upload="statute", **{"file-statute": file})
    assert response.status_code == 422
    assert 'id="a-statute_error"' in response.content.decode()
    assert not StoredFile.objects.exists()
    assert zipfile.is_zipfile(io.BytesIO(docx({})))


def test_an_infected_file_is_refused_at_the_question_and_a_clean_one_is_taken(
    client, draft, settings, tmp_path
):
    def chosen(content):
        file = SimpleUploadedFile("statut.pdf", content, content_type="application/pdf")
        return post(client, draft, "papers", upload="statute", **{"file-statute": file})

    settings.CLAMAV_SOCKET = str(tmp_path / "clamd")
    with clamd(tmp_path / "clamd") as server:
        refused = chosen(PDF + EICAR)
        assert refused.status_code == 422
        page = refused.content.decode()
        assert 'id="a-statute_error"' in page
        assert "wirus" in page.split('id="a-statute_error"', 1)[1][:400]
        assert "Eicar" not in page
        assert not draft.attachments.exists()
        assert not StoredFile.objects.exists()
        assert chosen(PDF).status_code == 302
        assert len(server.scanned) == 2
    kept = draft.attachments.get().file
    assert kept.scan == Scan.CLEAN
    assert client.get(url_for("file", draft, kept.pk)).status_code == 200


class TestDeadLinks:
    def test_a_draft_that_was_given_up_says_so(self, client, draft):
        services.abandon(draft, actor=owner_of(draft))
        assert "zrezygnowano" in client.get(url_for("application", draft)).content.decode()
        for name in ("step", "summary"):
            args = ["idea"] if name == "step" else []
            assert client.get(url_for(name, draft, *args)).status_code == 302
        kept = post(client, draft, "idea", go="save", idea_name="Po czasie")
        assert kept.status_code == 409
        assert "Po czasie" in kept.content.decode()

    def test_one_of_a_team_somebody_has_left_is_not_found_and_the_mail_leads_nowhere_else(
        self, client, draft
    ):
        writer = team_of(draft.organisation, TeamRole.EDITOR)
        client.force_login(writer)
        assert client.get(url_for("summary", draft)).status_code == 200
        writer.memberships.all().delete()
        for name in ("application", "summary", "draft_pdf", "autosave"):
            assert client.get(url_for(name, draft)).status_code == 404

    def test_one_that_never_was(self, client, site):
        client.force_login(UserFactory())
        url = "/inkubator/wnioski/6a258493-8c44-4c23-a8b0-7641d5f436d9/"
        assert client.get(url).status_code == 404


class TestTheOrganisationGoes:
    def test_it_cannot_be_deleted_while_it_applies(self, client):
        application = make_sent()
        client.force_login(person_with(Role.ADMINISTRATOR))
        key = application.organisation_id
        url = reverse("wagtailsnippets_directory_organisation:delete", args=[key])
        page = client.get(url).content.decode()
        assert "uniemożliwia jego skasowanie" in re.sub(r"\s+", " ", page)
        answer = client.post(url, follow=True)
        assert [row.level_tag for row in answer.context["messages"]] == ["error"]
        assert Organisation.objects.filter(pk=key).exists()
        assert application.latest_snapshot.is_intact()

    def test_in_the_archive_the_draft_is_still_written_and_sent(self, client, draft):
        archive_organisation(
            draft.organisation, reason="x", actor=person_with(Role.INCUBATOR_COORDINATOR)
        )
        # As with a script, which names what was changed.
        named = {"scripted": "1", "keys": "idea_name"}
        saved = post(client, draft, "idea", go="save", idea_name="Dalej", **named)
        assert saved.status_code == 302
        draft.draft.refresh_from_db()
        assert draft.draft.data["idea_name"] == "Dalej"
        answers = {"rules": "yes", "arrears": "yes", "file-statute": pdf()}
        answers |= {"scripted": "1", "keys": ["rules", "arrears"]}
        assert post(client, draft, "papers", upload="statute", **answers).status_code == 302
        draft.draft.refresh_from_db()
        response = client.post(
            url_for("summary", draft),
            {
                "rev": draft.draft.rev,
                "name": "Anna Żółć-Nowak",
                "function": "prezeska",
                "declared": "on",
            },
        )
        assert response.status_code == 302
        assert response["Location"] == url_for("application", draft)
        draft.refresh_from_db()
        assert draft.state == State.SUBMITTED
        assert draft.latest_snapshot.data["idea_name"] == "Dalej"
        assert draft.number in client.get(response["Location"]).content.decode()

    def test_merged_into_another_the_old_link_still_opens_the_draft(self, client, draft):
        owner = owner_of(draft)
        kept = make_organisation(name="Stowarzyszenie Łąka, prawdziwe")
        merge_organisations(
            kept, draft.organisation, reason="x", actor=person_with(Role.INCUBATOR_COORDINATOR)
        )
        assert "prawdziwe" in client.get(url_for("application", draft)).content.decode()
        assert post(client, draft, "idea", go="save", idea_name="Dalej").status_code == 302
        short = make_draft(organisation=kept, owner=owner)
        assert "prawdziwe" in document.contents(send(short).snapshot)["organisation"][0]
