"""Pages and forms over HTTP, as a browser without JavaScript sees them."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import translation

from accounts.roles import Role
from home.models import HomePage
from plebiscite import addresses, clock
from plebiscite.models import (
    Ballot,
    Inbox,
    ParticipationMark,
    Plebiscite,
    PlebisciteIndexPage,
    Proposal,
)
from plebiscite.services import mixing, moving
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory, person_with

pytestmark = pytest.mark.django_db

DECLARED = {
    "name": "Anna Żółć",
    "birth_date": "1950-05-17",
    "street": "ul. 3 Maja 25/1",
    "postal_code": "17200",
    "town": "Hajnówka",
    "is_resident": "on",
}


@pytest.fixture(autouse=True)
def _index_page():
    home = HomePage.objects.get(locale__language_code="pl")
    page = PlebisciteIndexPage(title="Plebiscyt", slug="plebiscyt", lead="Wybieramy.")
    home.add_child(instance=page)
    page.save_revision().publish()
    with translation.override("pl"):
        yield page


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def hidden(page, step: str) -> dict[str, str]:
    """The hidden fields of the form of one step."""
    html = page.content.decode()
    for form in re.findall(r"<form.*?</form>", html, re.S):
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        if fields.get("step") == step or (not step and "token" in fields):
            return {name: unescape(value) for name, value in fields.items()}
    raise AssertionError(f"no form of step {step!r} in\n{html}")


@pytest.fixture
def booth():
    plebiscite = make.voting()
    return addresses.booth(plebiscite.slug), plebiscite


# --- The booth ------------------------------------------------------------------------------------


def test_from_the_declaration_to_the_receipt(booth):
    url, plebiscite = booth
    client = signed_in(UserFactory())
    page = client.get(url)
    assert "17.05.1950" in page.content.decode()
    answer = client.post(url, {**hidden(page, "declare"), **DECLARED})
    assert answer.status_code == 302
    page = client.get(url)
    page = client.post(url, {**hidden(page, "review"), "pick": "M2"})
    sent = hidden(page, "cast")
    assert sent["drawn_by"] == "server"
    receipt = client.post(url, sent)
    html = receipt.content.decode()
    assert receipt["Cache-Control"] == "private, no-store"
    assert sent["commitment"] in html
    assert "serwer" in html
    again = client.post(url, sent)
    assert sent["commitment"] in again.content.decode()
    assert (ParticipationMark.objects.count(), Inbox.objects.count()) == (1, 1)
    voted = client.get(url).content.decode()
    assert sent["commitment"] not in voted
    mixing.flush_everything(plebiscite.pk)
    assert Ballot.objects.get().payload == "single:M2"


def test_visitors_learn_how_to_vote(booth):
    url, _plebiscite = booth
    page = Client().get(url)
    assert page.status_code == 200
    assert f"/konto/logowanie/?next={url.replace('/', '%2F')}" in page.content.decode()


def test_an_expired_login_loses_nothing(booth):
    url, plebiscite = booth
    user = make.declared(plebiscite)
    client = signed_in(user)
    page = client.post(url, {**hidden(client.get(url), "review"), "pick": "M3"})
    sent = hidden(page, "cast")
    client.logout()
    page = client.post(url, sent)
    assert page.status_code == 200
    carried = hidden(page, "cast")
    assert carried == sent
    client.force_login(user)
    assert sent["commitment"] in client.post(url, carried).content.decode()
    mixing.flush_everything(plebiscite.pk)
    assert Ballot.objects.get().payload == "single:M3"


def test_a_form_of_somebody_else_does_nothing(booth):
    url, plebiscite = booth
    mine, other = make.declared(plebiscite, number=1), make.declared(plebiscite, number=2)
    client = signed_in(mine)
    page = client.post(url, {**hidden(client.get(url), "review"), "pick": "M1"})
    sent = hidden(page, "cast")
    stranger = signed_in(other)
    answer = stranger.post(url, sent)
    assert answer.status_code == 200
    assert not ParticipationMark.objects.exists()
    assert 'value="M1"' in answer.content.decode()
    for forged in ("", "x", sent["opened"][:-1] + "x"):
        client.post(url, {**sent, "opened": forged})
        assert not ParticipationMark.objects.exists()


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({}, 1),
        ({"name": "Anna"}, 1),
        ({"birth_date": "2999-01-01"}, 1),
        ({"birth_date": "31.02.1950"}, 1),
        ({"birth_date": "1800-01-01"}, 1),
        ({"street": "Lipowa"}, 1),
        ({"postal_code": "1720"}, 1),
        ({"is_resident": ""}, 1),
        ({"name": "", "town": "", "postal_code": "x"}, 3),
    ],
)
def test_errors_stand_beside_their_field_and_nothing_is_lost(booth, fields, count):
    url, _plebiscite = booth
    client = signed_in(UserFactory())
    data = {**hidden(client.get(url), "declare"), **DECLARED, **fields}
    if not fields:
        data.pop("town")
    page = client.post(url, data).content.decode()
    assert page.count('class="field__error"') == count
    assert 'id="error-summary"' in page
    for name, value in data.items():
        if name in DECLARED and name != "is_resident" and value:
            assert f'value="{value}"' in page


def test_an_address_elsewhere_is_refused_beside_its_fields():
    plebiscite = make.voting(residence="17-200, Hajnówka")
    url = f"/plebiscyt/{plebiscite.slug}/glosuj/"
    client = signed_in(UserFactory())
    form = {**hidden(client.get(url), "declare"), **DECLARED}
    page = client.post(url, {**form, "postal_code": "00-001", "town": "Warszawa"}).content.decode()
    assert page.count('class="field__error"') == 2
    assert "podaj adres w Hajnówce" in page
    assert 'value="00-001"' in page and 'value="Warszawa"' in page
    assert client.post(url, form).status_code == 302


def test_polish_dates_are_understood(booth):
    url, _plebiscite = booth
    client = signed_in(UserFactory())
    data = {**hidden(client.get(url), "declare"), **DECLARED, "birth_date": "17.05.1950"}
    assert client.post(url, data).status_code == 302


@pytest.mark.parametrize(
    ("pick", "words"), [([], "Wybierz"), (["M9"], "nie ma"), (["M1", "M2"], "więcej")]
)
def test_what_is_wrong_with_a_ballot_is_said(booth, pick, words):
    url, plebiscite = booth
    client = signed_in(make.declared(plebiscite))
    page = client.post(url, {**hidden(client.get(url), "review"), "pick": pick})
    html = page.content.decode()
    assert 'id="error-summary"' in html
    assert not ParticipationMark.objects.exists()
    assert words  # the words themselves are the translators'


def test_a_blank_ballot_goes_through_the_form(booth):
    url, plebiscite = booth
    client = signed_in(make.declared(plebiscite))
    page = client.post(url, {**hidden(client.get(url), "review"), "pick": "--"})
    client.post(url, hidden(page, "cast"))
    mixing.flush_everything(plebiscite.pk)
    assert Ballot.objects.get().payload == "single:"


def test_damaged_numbers_are_told_and_sent_anew(booth):
    url, plebiscite = booth
    client = signed_in(make.declared(plebiscite))
    page = client.post(url, {**hidden(client.get(url), "review"), "pick": "M2"})
    sent = hidden(page, "cast")
    for change in ({"nonce": "xyz"}, {"commitment": "00" * 32}, {"nonce": ""}, {"pick": "M1"}):
        answer = client.post(url, {**sent, **change})
        assert answer.status_code == 200
        assert 'id="error-summary"' in answer.content.decode()
    assert not ParticipationMark.objects.exists()
    assert client.post(url, sent).status_code == 200
    assert ParticipationMark.objects.count() == 1


def test_closed_and_not_yet_open_are_friendly_pages():
    plebiscite = make.frozen()
    url = addresses.booth(plebiscite.slug)
    client = signed_in(UserFactory())
    for shift in (timedelta(0), 10 * make.DAY):
        with clock.shifted(shift):
            page = client.get(url)
            assert page.status_code == 200
            assert "step" not in re.findall(r'name="(\w+)"', page.content.decode())


def test_a_namesake_is_sent_to_the_desk(booth):
    url, _plebiscite = booth
    first, second = signed_in(UserFactory()), signed_in(UserFactory())
    first.post(url, {**hidden(first.get(url), "declare"), **DECLARED})
    other = {**DECLARED, "street": "ul. Inna 4"}
    page = second.post(url, {**hidden(second.get(url), "declare"), **other})
    assert page.status_code == 200
    assert "/kontakt/" in page.content.decode()


def test_the_booth_asks_a_constant_number_of_questions(django_assert_max_num_queries):
    plebiscite = make.voting(options=12)
    client = signed_in(make.declared(plebiscite))
    url = addresses.booth(plebiscite.slug)
    client.get(url)
    with django_assert_max_num_queries(16):
        client.get(url)


# --- Public pages ---------------------------------------------------------------------------------


def counted() -> Plebiscite:
    plebiscite = make.voting(closes_in=timedelta(hours=1), mix_k=2)
    for number, pick in enumerate(["M1", "M2", "M2"]):
        make.vote(plebiscite, make.declared(plebiscite, number=number), [pick])
    with clock.shifted(timedelta(hours=2)):
        moving.write_down_what_is_due()
        plebiscite = make.together(plebiscite, "count")
        return make.together(plebiscite, "publish")


def test_a_work_has_one_number_that_of_the_ballot():
    plebiscite = make.voting()
    option = plebiscite.options.last()
    proposal = option.revision.proposal
    url = addresses.of_work(plebiscite.slug, addresses.work_name(option.title, proposal.pk))
    page = Client().get(url).content.decode()
    assert f"<dt>Numer na karcie</dt><dd>{option.position}</dd>" in page
    gallery = Client().get(addresses.gallery(plebiscite.slug)).content.decode()
    card = gallery[: gallery.index(f'href="{url}"')]
    assert re.findall(r'class="work__number"[^>]*>(\d+)<', card)[-1] == str(option.position)


@pytest.mark.parametrize("prefix", ["", "/be", "/en", "/it"])
def test_public_pages_in_every_language(prefix):
    from wagtail.models import Locale

    if prefix:
        locale = Locale.objects.get(language_code=prefix[1:])
        page = PlebisciteIndexPage.objects.get(locale__language_code="pl")
        if not page.has_translation(locale):
            page.copy_for_translation(locale, copy_parents=True, alias=True)
    plebiscite = counted()
    proposal = plebiscite.proposals.accepted().first()
    name = addresses.work_name(proposal.title, proposal.pk)
    for path in ("", "prace/", f"prace/{name}/", "wynik/"):
        response = Client().get(f"{prefix}/plebiscyt/{plebiscite.slug}/{path}")
        assert response.status_code == 200, path
        assert not response.cookies
        assert "no-store" not in response.get("Cache-Control", "")


def test_pages_are_the_same_for_everybody():
    plebiscite = make.voting()
    url = addresses.of_plebiscite(plebiscite.slug)
    user = make.declared(plebiscite)
    make.vote(plebiscite, user)
    assert Client().get(url).content == Client().get(url).content
    main = re.compile(r"<main.*</main>", re.S)
    one, two = Client().get(url), signed_in(user).get(url)
    assert main.search(one.content.decode())[0] == main.search(two.content.decode())[0]


def test_results_are_shown_when_they_are_published():
    plebiscite = make.voting(closes_in=timedelta(hours=1))
    make.vote(plebiscite, make.declared(plebiscite))
    results = addresses.results(plebiscite.slug)
    with clock.shifted(timedelta(hours=2)):
        moving.write_down_what_is_due()
        make.together(plebiscite, "count")
        page = Client().get(results)
    assert page.status_code == 200
    assert "winner__votes" not in page.content.decode()
    assert Client().get(f"{results}glosy.csv").status_code == 404
    make.together(plebiscite, "publish")
    assert "winner__votes" in Client().get(results).content.decode()


def test_chart_table_and_file_say_the_same():
    plebiscite = counted()
    results = addresses.results(plebiscite.slug)
    page = Client().get(results).content.decode()
    chart = [int(n) for n in re.findall(r'class="chart__value">(\d+)<', page)]
    table = [int(n) for n in re.findall(r"</th><td>(\d+)</td><td>[\d,]+", page)]
    file = list(csv.DictReader(io.StringIO(Client().get(f"{results}glosy.csv").content.decode())))
    assert chart == table == [2, 1, 0]
    assert {row["kod"]: row["glosy"] for row in file if row["kod"]} == {
        "M1": "1", "M2": "2", "M3": "0",
    }  # fmt: skip
    totals = {row["tytul"]: row["glosy"] for row in file if not row["kod"]}
    assert totals == {
        "glosy_puste": "0", "glosy_niewazne": "0", "w_tym_niewazne_karty": "0", "glosy_oddane": "3",
    }  # fmt: skip


def test_a_tie_is_shown_as_a_tie():
    plebiscite = make.voting(closes_in=timedelta(hours=1))
    for number, pick in enumerate(["M1", "M2"]):
        make.vote(plebiscite, make.declared(plebiscite, number=number), [pick])
    with clock.shifted(timedelta(hours=2)):
        moving.write_down_what_is_due()
        for verb in ("count", "publish"):
            make.together(plebiscite, verb)
    page = Client().get(addresses.results(plebiscite.slug)).content.decode()
    assert "winner__votes" not in page
    assert "notice--alert" in page


def test_the_log_and_the_manifest_are_public():
    plebiscite = make.voting()
    user = make.declared(plebiscite)
    promise = make.vote(plebiscite, user)
    base = addresses.of_plebiscite(plebiscite.slug)
    log = f"{base}dziennik.jsonl"
    assert Client().get(log).content == b""
    mixing.flush_everything(plebiscite.pk)
    lines = [json.loads(line) for line in Client().get(log).content.decode().splitlines()]
    assert [line["commitment"] for line in lines] == [promise.commitment.hex()]
    text = Client().get(f"{base}manifest.json").content.decode()
    assert text == plebiscite.manifest.text


def test_drafts_are_nobodys_business():
    plebiscite = make.make_plebiscite()
    for path in ("", "prace/", "wynik/", "glosuj/", "zglos/", "manifest.json", "dziennik.jsonl"):
        assert Client().get(f"/plebiscyt/{plebiscite.slug}/{path}").status_code == 404


def test_the_gallery_costs_the_same_for_many_works(django_assert_num_queries):
    small, large = make.announced(), make.announced()
    for seed in range(2):
        make.accepted(small, seed=seed)
    for seed in range(9):
        make.accepted(large, seed=seed)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    numbers = []
    for plebiscite in (small, large):
        url = addresses.gallery(plebiscite.slug)
        Client().get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            Client().get(url)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


# --- Proposing ------------------------------------------------------------------------------------


def own_page(client, plebiscite) -> str:
    start = addresses.proposing(plebiscite.slug)
    page = client.get(start)
    return client.post(start, hidden(page, "")).headers["Location"]


def test_a_bad_picture_loses_neither_text_nor_the_good_ones():
    plebiscite = make.announced()
    client = signed_in(UserFactory())
    url = own_page(client, plebiscite)
    token = hidden(client.get(url), "")
    good = {**token, "action": "add", "title": "Liść", "picture": make.picture_file(1)}
    client.post(url, good)
    from django.core.files.uploadedfile import SimpleUploadedFile

    svg = SimpleUploadedFile("x.png", b"<svg onload=alert(1)>", "image/png")
    small = make.picture_file(2, size=(100, 400))
    for bad in (svg, small):
        data = {**token, "action": "add", "title": "Liść 2", "picture": bad}
        page = client.post(url, data).content.decode()
        assert 'class="field__error"' in page
        assert 'value="Liść 2"' in page
    proposal = Proposal.objects.get()
    assert proposal.pictures.count() == 1


def test_pictures_of_others_are_not_found():
    plebiscite = make.announced()
    proposal = make.submitted(plebiscite)
    picture = proposal.latest_revision.main_picture
    url = f"{addresses.own_proposal(plebiscite.slug, proposal.pk)}obraz/{picture.file_id}/"
    assert Client().get(url).status_code == 404
    assert signed_in(UserFactory()).get(url).status_code == 404
    for person in (proposal.author, make.commission()):
        answer = signed_in(person).get(url)
        content = b"".join(answer.streaming_content)
        assert content.startswith(b"\x89PNG")
        assert int(answer["Content-Length"]) == len(content) == picture.file.size
    own = addresses.own_proposal(plebiscite.slug, proposal.pk)
    assert signed_in(UserFactory()).get(own).status_code == 404


def test_a_text_typed_before_an_expired_login_is_sent_after_it():
    plebiscite = make.announced()
    user = UserFactory()
    client = signed_in(user)
    url = own_page(client, plebiscite)
    data = {**hidden(client.get(url), ""), "action": "save", "title": "Długi tytuł"}
    client.logout()
    page = client.post(url, data)
    assert 'value="Długi tytuł"' in page.content.decode()
    client.force_login(user)
    client.post(url, data)
    assert Proposal.objects.get().title == "Długi tytuł"


def test_after_the_deadline_the_draft_is_kept():
    plebiscite = make.announced()
    draft = make.drafted(plebiscite)
    client = signed_in(draft.author)
    url = addresses.own_proposal(plebiscite.slug, draft.pk)
    with clock.shifted(1.5 * make.DAY):
        token = hidden(client.get(url), "")
        page = client.post(url, {**token, "action": "submit", "title": "Później",
                                 "description": "x", "accepts_rules": "on",
                                 "alt_1": "y"}).content.decode()  # fmt: skip
    assert 'id="error-summary"' in page
    draft.refresh_from_db()
    assert (draft.state, draft.title) == ("draft", "Później")


# --- The commission -------------------------------------------------------------------------------


def test_the_commission_accepts_in_the_admin():
    plebiscite = make.announced()
    proposal = make.submitted(plebiscite)
    client = signed_in(make.commission())
    page = client.get("/admin/propozycje/").content.decode()
    assert proposal.title in page
    inspect = f"/admin/propozycje/inspect/{proposal.pk}/"
    assert client.get(inspect).status_code == 200
    for verb in ("take_up", "accept"):
        url = f"/admin/propozycje/{proposal.pk}/ruch/{verb}/"
        assert client.get(url).status_code == 302
        proposal.refresh_from_db()
        client.post(url)
    proposal.refresh_from_db()
    assert proposal.state == "accepted"
    page = client.get(f"/admin/plebiscyty/inspect/{plebiscite.pk}/").content.decode()
    assert "<svg" in page


def test_the_commission_writes_a_plebiscite_down():
    client = signed_in(make.commission())
    page = client.get("/admin/plebiscyty/new/")
    assert page.status_code == 200
    data = {
        "slug": "nowy",
        **{f"{name}_pl": "Nowy" for name in ("title", "lead", "question", "about")},
        "contest_opens_at": "2030-01-01 08:00",
        "contest_closes_at": "2030-02-01 20:00",
        "voting_opens_at": "2030-03-01 08:00",
        "voting_closes_at": "2030-03-10 20:00",
        "results_at": "2030-03-11 12:00",
        "objections_until": "2030-03-18 20:00",
        "method": "single",
        "winners": "1",
        "tie": "open",
        "quorum": "0",
        "proposals_per_person": "3",
        "appeal_days": "7",
        "grace_s": "300",
        "mix_k": "20",
        "retention_days": "90",
    }
    wrong = client.post("/admin/plebiscyty/new/", {**data, "voting_closes_at": "2030-01-02 08:00"})
    assert wrong.status_code == 200
    assert not Plebiscite.objects.filter(slug="nowy").exists()
    answer = client.post("/admin/plebiscyty/new/", data)
    assert answer.status_code == 302, answer.content.decode()
    plebiscite = Plebiscite.objects.get(slug="nowy")
    edit = f"/admin/plebiscyty/edit/{plebiscite.pk}/"
    assert client.post(edit, {**data, "title_pl": "Nowszy"}).status_code == 302
    plebiscite.refresh_from_db()
    assert plebiscite.title_pl == "Nowszy"
    from core.audit import history

    assert [event.verb for event in history(plebiscite)] == ["create", "update"]


def test_a_frozen_vote_has_no_form():
    plebiscite = make.frozen()
    client = signed_in(make.commission())
    answer = client.get(f"/admin/plebiscyty/edit/{plebiscite.pk}/")
    assert (answer.status_code, "inspect" in answer["Location"]) == (302, True)


@pytest.mark.parametrize("role", ["Redaktor prowadzący", "Koordynator usług", "Urzędnik miasta"])
def test_other_staff_see_nothing_of_it(role):
    from accounts.roles import Role
    from tests.factories.people import person_with

    plebiscite = make.announced()
    proposal = make.submitted(plebiscite)
    client = signed_in(person_with(Role(role)))
    for path in (
        "plebiscyty/", f"plebiscyty/inspect/{plebiscite.pk}/", "plebiscyty/new/",
        "propozycje/", f"propozycje/inspect/{proposal.pk}/",
    ):  # fmt: skip
        assert client.get(f"/admin/{path}").status_code == 302, path
    client.post(f"/admin/propozycje/{proposal.pk}/ruch/take_up/")
    proposal.refresh_from_db()
    assert proposal.state == "submitted"


def test_a_draft_is_its_authors_alone():
    plebiscite = make.announced()
    draft = make.drafted(plebiscite)
    client = signed_in(make.commission())
    assert draft.title not in client.get("/admin/propozycje/").content.decode()
    assert client.get(f"/admin/propozycje/inspect/{draft.pk}/").status_code == 404


def test_the_first_page_of_the_admin_says_what_waits():
    plebiscite = make.announced()
    make.submitted(plebiscite)
    page = signed_in(make.commission()).get("/admin/").content.decode()
    panel = page[page.index('id="plebiscites-waiting') :]
    assert "1 zgłoszenie do rozstrzygnięcia" in panel
    assert f"/admin/plebiscyty/inspect/{plebiscite.pk}/" in panel
    assert (
        "plebiscites-waiting"
        not in signed_in(person_with(Role.EDITOR)).get("/admin/").content.decode()
    )
