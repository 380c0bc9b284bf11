"""The pages of calls and applications."""

import re
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.roles import Role
from core.files.models import StoredFile
from directory.models import TeamRole
from incubator import services
from incubator.confirmation import code_of
from incubator.models import Application, Call
from incubator.states import State
from incubator.views.kept import SESSION_KEY
from tests.factories.incubator import (
    ANSWERS,
    close,
    make_call,
    make_draft,
    make_organisation,
    make_sent,
    owner_of,
    pdf,
    place_form,
    team_of,
    write,
)
from tests.factories.people import UserFactory, person_with

pytestmark = pytest.mark.django_db


def url(name, application, *args):
    return reverse(f"incubator:{name}", args=[application.uuid, *args])


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page).group(1)


@pytest.fixture
def draft(client, site):
    application = make_draft(make_call(place_form()), answers={})
    client.force_login(owner_of(application))
    return application


def posted(client, address, **answers):
    """What a browser without JavaScript sends: every control of the page, with `answers`."""
    page = client.get(address).content.decode()
    sent = {"rev": hidden(page, "rev"), "client": hidden(page, "client"), "go": "save"}
    for name, value in re.findall(r'name="(shown-[a-z_]+)" value="([^"]*)"', page):
        sent[name] = value
        found = re.search(
            rf'<input type="(?:text|email|tel|date)" name="{name[6:]}" value="([^"]*)"', page
        )
        if found:
            sent[name[6:]] = found.group(1)
    return client.post(address, {**sent, **answers})


class TestCalls:
    def test_the_page_lists_calls_by_phase(self, client, site):
        make_call(name_pl="Otwarty nabór")
        closed = make_call(name_pl="Zamknięty nabór")
        close(closed)
        make_call(name_pl="Ukryty nabór", is_published=False)
        page = client.get("/inkubator/").content.decode()
        assert "Otwarty nabór" in page
        assert page.index("Otwarty nabór") < page.index("Zamknięty nabór")
        assert "Ukryty nabór" not in page

    def test_a_call_has_a_page_in_every_language(self, client, site):
        call = make_call(name_pl="Nabór zimowy", name_en="Winter call")
        assert "Nabór zimowy" in client.get(call.url).content.decode()
        page = client.get(call.url_in("en")).content.decode()
        assert "Winter call" in page
        assert client.get(call.url_in("be")).status_code == 200

    def test_a_hidden_call_has_none(self, client, site):
        assert client.get(make_call(is_published=False).url).status_code == 404

    def test_the_close_is_shown_and_the_grace_is_not(self, client, site):
        call = make_call(grace_s=900)
        page = client.get(call.url).content.decode()
        assert "(CE" in page
        words = re.sub(r"\s+", " ", strip_tags(page.split("<main", 1)[1]))
        assert not re.search(r"\b900\b|\b15 min", words)
        # Whole seconds: nothing of the page changes with the microseconds of a test.
        assert re.search(r'data-countdown="[0-9-]+T[0-9:]{8}\+0[12]:00"', page)

    def test_visitors_get_a_page_without_session(self, client, site):
        response = client.get(make_call().url)
        assert not response.cookies
        assert reverse("incubator:begin", args=[Call.objects.get().slug]) in (
            response.content.decode()
        )


class TestBeginning:
    def test_the_way_leads_over_signing_in_and_the_organisation(self, client, site):
        call = make_call()
        begin = reverse("incubator:begin", args=[call.slug])
        assert "/konto/logowanie/" in client.get(begin)["Location"]
        person = UserFactory()
        client.force_login(person)
        page = client.get(begin).content.decode()
        assert "/konto/organizacje/nowa/?next=" in page
        organisation = make_organisation(person)
        response = client.post(begin, {"organisation": organisation.uuid})
        application = Application.objects.get()
        assert response["Location"] == url("step", application, "only")
        again = client.post(begin, {"organisation": organisation.uuid})
        assert again["Location"] == url("application", application)

    @pytest.mark.parametrize("chosen", ["", "x", "6a258493-8c44-4c23-a8b0-7641d5f436d9"])
    def test_nonsense_is_no_organisation(self, client, site, chosen):
        person = UserFactory()
        make_organisation(person)
        client.force_login(person)
        response = client.post(
            reverse("incubator:begin", args=[make_call().slug]), {"organisation": chosen}
        )
        assert response.status_code == 422
        assert not Application.objects.exists()

    def test_nobody_applies_for_somebody_else(self, client, site):
        other = make_organisation()
        person = UserFactory()
        make_organisation(person, "Moja")
        client.force_login(person)
        response = client.post(
            reverse("incubator:begin", args=[make_call().slug]), {"organisation": other.uuid}
        )
        assert response.status_code == 422
        assert not Application.objects.exists()


class TestWritingWithoutJavaScript:
    def test_a_step_is_saved_and_the_next_one_follows(self, client, draft):
        response = posted(
            client,
            url("step", draft, "team"),
            contact_person="Anna Żółć",
            contact_email="anna@laka.example",
            people="4",
            go="next",
        )
        assert response["Location"] == url("step", draft, "idea")
        draft.draft.refresh_from_db()
        assert draft.draft.data["contact_person"] == "Anna Żółć"

    def test_what_is_wrong_is_saved_too_and_said(self, client, draft):
        response = posted(
            client,
            url("step", draft, "idea"),
            idea_name="Stolarnia",
            beneficiaries="około stu",
            go="next",
        )
        assert response.status_code == 422
        page = response.content.decode()
        assert 'id="error-summary"' in page
        assert 'href="#a-beneficiaries"' in page
        assert 'value="około stu"' in page
        draft.draft.refresh_from_db()
        assert draft.draft.data["beneficiaries"] == "około stu"

    def test_save_says_when(self, client, draft):
        response = posted(client, url("step", draft, "team"), contact_person="Anna")
        page = client.get(response["Location"]).content.decode()
        assert re.search(r"\d\d:\d\d:\d\d", page)
        assert 'value="Anna"' in page

    def test_hostile_text_stays_text(self, client, draft):
        nasty = "<script>alert(1)</script>\"'{{ x }}{% now %}\x00\u202e"
        posted(client, url("step", draft, "team"), contact_person=nasty)
        page = client.get(url("step", draft, "team")).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        draft.draft.refresh_from_db()
        assert "\x00" not in draft.draft.data["contact_person"]
        assert "\u202e" not in draft.draft.data["contact_person"]

    def test_thirty_thousand_signs_are_kept_and_counted(self, client, draft):
        response = posted(client, url("step", draft, "idea"), idea="Ł" * 30_000, go="next")
        assert "28500" in response.content.decode()
        draft.draft.refresh_from_db()
        assert len(draft.draft.data["idea"]) == 30_000

    def test_more_than_can_be_kept_is_said_and_the_rest_stays(self, client, draft):
        response = posted(
            client, url("step", draft, "idea"), idea="x" * 100_001, idea_name="Stolarnia"
        )
        assert response.status_code == 413
        assert 'value="Stolarnia"' in response.content.decode()

    def test_unknown_fields_and_steps_are_nothing(self, client, draft):
        posted(client, url("step", draft, "team"), state="accepted", number="INK/1", extra="x")
        draft.refresh_from_db()
        assert draft.state == State.DRAFT
        assert "extra" not in draft.draft.data
        assert client.get(url("step", draft, "nosuch")).status_code == 404

    @pytest.mark.parametrize("rev", ["", "-1", "x", "99999", "１"])
    def test_a_tampered_revision_overwrites_nothing(self, client, draft, rev):
        write(draft, {"contact_person": "Kto inny"}, owner_of(draft))
        response = client.post(
            url("step", draft, "team"),
            {"rev": rev, "client": "x", "contact_person": "Ja", "shown-contact_person": "0"},
        )
        draft.draft.refresh_from_db()
        assert response.status_code in {409}
        assert draft.draft.data["contact_person"] == "Kto inny"


class TestTwoPeople:
    def test_who_changed_something_else_does_not_collide(self, client, draft):
        colleague = team_of(draft.organisation, TeamRole.EDITOR)
        other = Client()
        other.force_login(colleague)
        address = url("step", draft, "team")
        mine = client.get(address).content.decode()
        posted(other, address, contact_person="Barbara")
        sent = dict(re.findall(r'name="(shown-[a-z_]+|rev|client)" value="([^"]*)"', mine))
        response = client.post(address, {**sent, "people": "7"})
        assert response.status_code == 302
        draft.draft.refresh_from_db()
        assert draft.draft.data["contact_person"] == "Barbara"
        assert draft.draft.data["people"] == "7"

    def collide(self, client, draft):
        colleague = team_of(draft.organisation, TeamRole.EDITOR)
        get_user_model().objects.filter(pk=colleague.pk).update(
            first_name="Barbara", last_name="Bez"
        )
        other = Client()
        other.force_login(colleague)
        address = url("step", draft, "team")
        mine = client.get(address).content.decode()
        posted(other, address, contact_person="Ona")
        sent = dict(re.findall(r'name="(shown-[a-z_]+|rev|client)" value="([^"]*)"', mine))
        return client.post(address, {**sent, "contact_person": "Ja", "people": "7"})

    def test_both_answers_are_shown_and_the_rest_is_saved(self, client, draft):
        response = self.collide(client, draft)
        page = response.content.decode()
        assert response.status_code == 409
        assert 'value="Ja"' in page
        assert "Barbara Bez" in page
        assert "Ona" in page
        draft.draft.refresh_from_db()
        assert draft.draft.data["people"] == "7"
        assert draft.draft.data["contact_person"] == "Ona"

    def test_saving_again_keeps_mine(self, client, draft):
        page = self.collide(client, draft).content.decode()
        sent = dict(re.findall(r'name="(shown-[a-z_]+|rev|client)" value="([^"]*)"', page))
        client.post(url("step", draft, "team"), {**sent, "contact_person": "Ja", "people": "7"})
        draft.draft.refresh_from_db()
        assert draft.draft.data["contact_person"] == "Ja"

    def test_the_other_answer_can_be_taken(self, client, draft):
        page = self.collide(client, draft).content.decode()
        sent = dict(re.findall(r'name="(shown-[a-z_]+|rev|client)" value="([^"]*)"', page))
        client.post(
            url("step", draft, "team"),
            {**sent, "contact_person": "Ja", "people": "7", "take": "contact_person"},
        )
        draft.draft.refresh_from_db()
        assert draft.draft.data["contact_person"] == "Ona"


class TestAutosave:
    def save(self, client, draft, rev=0, window="w1", **answers):
        return client.post(
            url("autosave", draft), {"rev": rev, "client": window, "keys": list(answers), **answers}
        )

    def test_it_saves_and_says_when(self, client, draft):
        response = self.save(client, draft, contact_person="Anna", for_whom=["seniors", "youth"])
        body = response.json()
        assert (response.status_code, body["rev"], body["conflicts"]) == (200, 1, [])
        assert re.fullmatch(r"\d\d:\d\d:\d\d", body["time"])
        draft.draft.refresh_from_db()
        assert draft.draft.data == {"contact_person": "Anna", "for_whom": ["youth", "seniors"]}

    def test_an_unticked_group_is_emptied(self, client, draft):
        self.save(client, draft, for_whom=["seniors"], rules="yes")
        client.post(
            url("autosave", draft), {"rev": 1, "client": "w1", "keys": ["for_whom", "rules"]}
        )
        draft.draft.refresh_from_db()
        assert draft.draft.data == {"for_whom": [], "rules": ""}

    def test_two_windows_get_both_answers(self, client, draft):
        self.save(client, draft, contact_person="Raz")
        response = self.save(client, draft, 0, "w2", contact_person="Dwa", people="3")
        body = response.json()
        assert response.status_code == 409
        (conflict,) = body["conflicts"]
        assert (conflict["key"], conflict["value"]) == ("contact_person", ["Raz"])
        draft.draft.refresh_from_db()
        assert draft.draft.data["people"] == "3"

    def test_what_others_have_saved_comes_along(self, client, draft):
        self.save(client, draft, contact_person="Raz", start="4.12.2026")
        body = self.save(client, draft, 0, "w2", people="3").json()
        updates = {update["key"]: update["value"] for update in body["updates"]}
        assert updates == {"contact_person": ["Raz"], "start": ["2026-12-04"]}

    def test_a_session_that_has_ended_is_told(self, client, draft):
        response = self.save(Client(), draft, contact_person="Anna")
        assert response.status_code == 401

    def test_after_signing_in_again_the_script_gets_a_new_key(self, client, draft):
        body = client.get(url("autosave", draft)).json()
        assert body["rev"] == 0
        assert body["csrf"]

    def test_a_sent_application_is_over(self, client, site):
        application = make_sent()
        client.force_login(owner_of(application))
        response = self.save(client, application, name="Po wysłaniu")
        assert response.status_code == 410
        assert application.number in response.json()["error"]

    def test_an_answer_that_is_too_long_is_said(self, client, draft):
        assert self.save(client, draft, idea="x" * 100_001).status_code == 413

    @pytest.mark.parametrize(
        ("role", "status"), [("editor", 200), ("viewer", 403), ("stranger", 404), ("staff", 404)]
    )
    def test_only_who_writes_saves(self, draft, role, status):
        client = Client()
        if role == "stranger":
            client.force_login(UserFactory())
        elif role == "staff":
            client.force_login(person_with(Role.INCUBATOR_COORDINATOR))
        else:
            client.force_login(team_of(draft.organisation, role))
        assert self.save(client, draft, contact_person="Anna").status_code == status
        draft.draft.refresh_from_db()
        assert bool(draft.draft.data) == (status == 200)


class TestExpiredSession:
    def test_what_was_sent_is_saved_after_signing_in(self, client, draft):
        owner = owner_of(draft)
        owner.set_password("haslo-do-testow")
        owner.save()
        address = url("step", draft, "team")
        client.force_login(owner)
        page = client.get(address).content.decode()
        sent = dict(re.findall(r'name="(shown-[a-z_]+|rev|client)" value="([^"]*)"', page))
        client.logout()
        response = client.post(address, {**sent, "contact_person": "Anna", "go": "next"})
        assert "/konto/logowanie/" in response["Location"]
        assert client.session[SESSION_KEY]["path"] == address
        response = client.post(
            response["Location"], {"login": owner.email, "password": "haslo-do-testow"}
        )
        page = client.get(address).content.decode()
        assert 'value="Anna"' in page
        draft.draft.refresh_from_db()
        assert draft.draft.data["contact_person"] == "Anna"
        assert SESSION_KEY not in client.session

    def test_nobody_else_gets_to_save_it(self, client, draft):
        address = url("step", draft, "team")
        client.logout()
        client.post(address, {"rev": "0", "client": "x", "contact_person": "Obcy"})
        client.force_login(UserFactory())
        assert client.get(address).status_code == 404
        draft.draft.refresh_from_db()
        assert draft.draft.data == {}

    def test_only_pages_of_applications_keep_anything(self, client, site):
        client.post(f"/inkubator/wnioski/{uuid.uuid4()}/krok/team/", {"x": "y" * 1000})
        assert SESSION_KEY not in client.session


class TestFiles:
    def add(self, client, draft, file, key="statute"):
        return client.post(
            url("step", draft, "papers"),
            {"rev": "0", "client": "x", "upload": key, f"file-{key}": file},
        )

    def test_a_file_is_added_listed_downloaded_and_removed(self, client, draft):
        assert self.add(client, draft, pdf("Statut łąki.pdf")).status_code == 302
        stored = StoredFile.objects.get()
        page = client.get(url("step", draft, "papers")).content.decode()
        assert "Statut łąki.pdf" in page
        response = client.get(url("file", draft, stored.pk))
        assert response.status_code == 200
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Disposition"].startswith("attachment")
        client.post(
            url("step", draft, "papers"), {"rev": "0", "client": "x", "remove": str(stored.pk)}
        )
        assert not StoredFile.objects.exists()
        assert client.get(url("file", draft, stored.pk)).status_code == 404

    def test_what_was_typed_beside_it_is_saved(self, client, draft):
        client.post(
            url("step", draft, "papers"),
            {"rev": "0", "client": "x", "upload": "statute", "file-statute": pdf(), "rules": "yes"},
        )
        draft.draft.refresh_from_db()
        assert draft.draft.data == {"rules": "yes"}

    @pytest.mark.parametrize(
        "file",
        [
            pdf("statut.exe"),
            pdf("statut.pdf", b"MZ not a pdf"),
            pdf("pusty.pdf", b""),
            pdf("../../etc/passwd"),
            None,
        ],
        ids=["ending", "content", "empty", "path", "none"],
    )
    def test_what_is_not_taken_is_said_at_the_question(self, client, draft, file):
        response = (
            self.add(client, draft, file)
            if file
            else client.post(
                url("step", draft, "papers"), {"rev": "0", "client": "x", "upload": "statute"}
            )
        )
        assert response.status_code == 422
        assert 'id="a-statute_error"' in response.content.decode()
        assert not StoredFile.objects.exists()

    def test_there_is_room_for_so_many(self, client, draft):
        for number in range(3):
            response = self.add(client, draft, pdf(f"{number}.pdf"))
        assert response.status_code == 422
        assert draft.attachments.count() == 2

    @pytest.mark.parametrize("key", ["contact_person", "nosuch", ""])
    def test_only_questions_for_files_take_files(self, client, draft, key):
        response = self.add(client, draft, pdf(), key=key)
        assert response.status_code == 422
        assert not StoredFile.objects.exists()

    @pytest.mark.parametrize("bad", ["", "x", "6a258493-8c44-4c23-a8b0-7641d5f436d9"])
    def test_removing_what_is_not_there_is_nothing(self, client, draft, bad):
        response = client.post(
            url("step", draft, "papers"), {"rev": "0", "client": "x", "remove": bad}
        )
        assert response.status_code == 302

    def test_a_file_of_another_application_is_not_reached_through_ones_own(self, client, draft):
        theirs = make_draft(make_call(place_form()), answers={})
        attachment = services.add_file(
            theirs, field_key="statute", upload=pdf(), actor=owner_of(theirs)
        )
        assert client.get(url("file", draft, attachment.file_id)).status_code == 404
        client.post(
            url("step", draft, "papers"),
            {"rev": "0", "client": "x", "remove": str(attachment.file_id)},
        )
        assert StoredFile.objects.filter(pk=attachment.file_id).exists()


class TestSending:
    @pytest.fixture
    def ready(self, client, site):
        application = make_draft(make_call(place_form()), answers=ANSWERS)
        owner = owner_of(application)
        services.add_file(application, field_key="statute", upload=pdf(), actor=owner)
        client.force_login(owner)
        return application

    def send(self, client, application, **more):
        page = client.get(url("summary", application)).content.decode()
        return client.post(
            url("summary", application),
            {
                "rev": hidden(page, "rev"),
                "key": hidden(page, "key"),
                "name": "Anna Żółć",
                "function": "prezeska",
                "declared": "on",
                **more,
            },
        )

    def test_from_the_summary_to_the_confirmation(self, client, ready):
        response = self.send(client, ready)
        assert response["Location"] == url("application", ready)
        page = client.get(response["Location"]).content.decode()
        ready.refresh_from_db()
        assert ready.number in page
        assert code_of(ready.latest_snapshot.sha256) in page
        document = client.get(url("confirmation", ready))
        assert document["Content-Type"] == "application/pdf"
        assert document.content.startswith(b"%PDF")

    def test_an_incomplete_one_lists_what_is_missing_with_links(self, client, draft):
        page = client.get(url("summary", draft)).content.decode()
        assert f'href="{url("step", draft, "idea")}#a-idea"' in page
        assert 'name="key"' not in page

    def test_without_the_declaration_nothing_is_sent_and_the_rest_is_kept(self, client, ready):
        response = self.send(client, ready, declared="", name="Zenon Żuk")
        assert response.status_code == 422
        assert 'value="Zenon Żuk"' in response.content.decode()
        ready.refresh_from_db()
        assert ready.state == State.DRAFT

    def test_a_late_try_is_kept_and_told_what_can_be_done(self, client, ready):
        page = client.get(url("summary", ready)).content.decode()
        close(ready.call)
        response = client.post(
            url("summary", ready),
            {
                "rev": hidden(page, "rev"),
                "key": hidden(page, "key"),
                "name": "Zenon Żuk",
                "function": "prezes",
                "declared": "on",
            },
        )
        assert response.status_code == 409
        assert "inkubator@hajnowka.example" in response.content.decode()
        ready.refresh_from_db()
        assert ready.state == State.DRAFT
        assert ready.draft.data["idea_name"] == "Stolarnia sąsiedzka"
        assert ready.draft.representation["name"] == "Zenon Żuk"
        assert ready.attachments.count() == 1

    def test_the_button_pressed_twice_gives_the_same_page(self, client, ready):
        page = client.get(url("summary", ready)).content.decode()
        sent = {
            "rev": hidden(page, "rev"),
            "key": hidden(page, "key"),
            "name": "Anna",
            "function": "prezeska",
            "declared": "on",
        }
        answers = [client.post(url("summary", ready), sent)["Location"] for _time in range(2)]
        assert answers == [url("application", ready)] * 2
        assert ready.snapshots.count() == 1

    def test_a_change_after_sending_is_shown_to_be_copied(self, client, ready):
        page = client.get(url("step", ready, "team")).content.decode()
        sent = dict(re.findall(r'name="(shown-[a-z_]+|rev|client)" value="([^"]*)"', page))
        self.send(client, ready)
        response = client.post(
            url("step", ready, "team"), {**sent, "contact_person": "Ostatnia zmiana"}
        )
        assert response.status_code == 409
        assert "Ostatnia zmiana" in response.content.decode()

    def test_withdrawing_asks_first(self, client, ready):
        self.send(client, ready)
        client.get(url("withdraw", ready))
        ready.refresh_from_db()
        assert ready.state == State.SUBMITTED
        client.post(url("withdraw", ready))
        ready.refresh_from_db()
        assert ready.state == State.WITHDRAWN
        assert ready.number


class TestVerifying:
    def test_number_and_code_that_belong_together(self, client, site):
        application = make_sent()
        code = code_of(application.latest_snapshot.sha256)
        address = reverse("incubator:verify")
        page = client.get(address, {"numer": application.number, "kod": code}).content.decode()
        assert "Stowarzyszenie Łąka" in page
        typed = {"numer": application.number.lower().replace("/", " "), "kod": code.lower()}
        assert "Stowarzyszenie Łąka" in client.get(address, typed).content.decode()

    @pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA-AAAA", "x" * 200, "<script>"])
    def test_the_number_alone_says_nothing(self, client, site, code):
        application = make_sent()
        page = client.get(
            reverse("incubator:verify"), {"numer": application.number, "kod": code}
        ).content.decode()
        assert "Stowarzyszenie Łąka" not in page
        assert "<script>" not in page.replace("<script src", "").replace("<script type", "")

    def test_guessing_ends(self, client, site):
        address = reverse("incubator:verify")
        statuses = [
            client.get(address, {"numer": "INK/2026/01/001-1", "kod": "A" * 16}).status_code
            for _try in range(31)
        ]
        assert statuses[-1] == 429


class TestWhoGetsWhat:
    """Every address of an application for every kind of person."""

    NAMES = ["application", "summary", "withdraw", "confirmation", "autosave"]
    DRAFT = {
        "owner": [200, 200, 200, 404, 200],
        "editor": [200, 200, 404, 404, 200],
        "viewer": [200, 302, 404, 404, 200],
        "stranger": [404, 404, 404, 404, 404],
        "coordinator": [404, 404, 404, 404, 404],
        "auditor": [404, 404, 404, 404, 404],
        "reviewer": [404, 404, 404, 404, 404],
        "visitor": [302, 302, 302, 302, 401],
    }
    SENT = {
        "owner": [200, 302, 200, 200, 200],
        "editor": [200, 302, 404, 200, 200],
        "viewer": [200, 302, 404, 200, 200],
        "stranger": [404, 404, 404, 404, 404],
        "coordinator": [200, 302, 404, 200, 200],
        "auditor": [200, 302, 404, 200, 200],
        "reviewer": [404, 404, 404, 404, 404],
        "visitor": [302, 302, 302, 302, 401],
    }

    @pytest.mark.parametrize("state", ["draft", "sent"])
    @pytest.mark.parametrize("role", list(DRAFT))
    def test_sweep(self, client, site, role, state):
        application = make_draft() if state == "draft" else make_sent()
        self.enter(client, application, role)
        found = [client.get(url(name, application)).status_code for name in self.NAMES]
        assert found == (self.DRAFT if state == "draft" else self.SENT)[role]

    @pytest.mark.parametrize("role", ["viewer", "stranger", "coordinator", "reviewer", "visitor"])
    def test_nobody_else_changes_anything(self, client, site, role):
        application = make_draft()
        self.enter(client, application, role)
        client.post(url("step", application, "only"), {"rev": "1", "client": "x", "name": "Zmiana"})
        client.post(
            url("summary", application),
            {"rev": "1", "name": "X", "function": "Y", "declared": "on", "key": uuid.uuid4()},
        )
        client.post(url("withdraw", application))
        application.refresh_from_db()
        assert application.state == State.DRAFT
        assert application.draft.data == {"name": "Stolarnia"}

    def enter(self, client, application, role):
        staff = {
            "coordinator": Role.INCUBATOR_COORDINATOR,
            "auditor": Role.AUDITOR,
            "reviewer": Role.REVIEWER,
        }
        if role == "owner":
            client.force_login(owner_of(application))
        elif role in staff:
            client.force_login(person_with(staff[role]))
        elif role == "stranger":
            stranger = UserFactory()
            make_organisation(stranger, "Obca")
            client.force_login(stranger)
        elif role != "visitor":
            client.force_login(team_of(application.organisation, role))


def test_my_applications_are_my_teams(client, site):
    mine, theirs = make_sent(), make_sent(make_call())
    client.force_login(owner_of(mine))
    page = client.get(reverse("incubator:applications")).content.decode()
    assert mine.number in page
    assert theirs.number not in page


def test_lists_do_not_ask_more_with_more_rows(client, site, django_assert_max_num_queries):
    owner = UserFactory()
    organisation = make_organisation(owner)
    for _number in range(12):
        make_draft(make_call(), owner, organisation=organisation)
    client.force_login(owner)
    with django_assert_max_num_queries(30):
        client.get(reverse("incubator:applications"))
