"""What everybody gets of a result: pages, files, the protocol, news, the timeline, objections."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client, RequestFactory
from django.utils import translation

from core.models import OutboxMail
from core.transitions import Refused, WrongState
from home.models import HomePage, NewsIndexPage, NewsPage
from plebiscite import addresses, clock
from plebiscite.commission_admin.dashboard import CommissionPanel
from plebiscite.models import Ballot, Count, Objection, PlebisciteIndexPage, VoidReason
from plebiscite.selectors import results
from plebiscite.services import forgetting, mixing, moving, objecting
from tests.factories import plebiscite as make
from tests.plebiscite.booths import error_of, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _pages():
    home = HomePage.objects.get(locale__language_code="pl")
    for page in (
        PlebisciteIndexPage(title="Plebiscyt", slug="plebiscyt", lead="Wybieramy."),
        NewsIndexPage(title="Aktualności", slug="aktualnosci", lead="Co nowego."),
    ):
        if not type(page).objects.filter(slug=page.slug).exists():
            home.add_child(instance=page)
            page.save_revision().publish()
            home.refresh_from_db()
    with translation.override("pl"):
        yield


BALLOTS = {
    "single": [["M1"], ["M2"], ["M2"], []],
    "approval": [["M1", "M2"], ["M2"], ["M2", "M3"], []],
    "points": [{"M1": 3, "M2": 2}, {"M2": 3}, {"M3": 1}, {}],
    "ranked": [["M1", "M2"], ["M2", "M3"], ["M3", "M2"], ["M2"], []],
}
TOTALS = {
    "single": {"M1": 1, "M2": 2, "M3": 0},
    "approval": {"M1": 1, "M2": 3, "M3": 1},
    "points": {"M1": 3, "M2": 5, "M3": 1},
    "ranked": {"M1": 1, "M2": 2, "M3": 1},
}


def published(method="single", **fields):
    plebiscite = make.voting(3, method=method, closes_in=timedelta(hours=1), **fields)
    for number, picks in enumerate(BALLOTS[method]):
        make.vote(plebiscite, make.declared(plebiscite, number=number), picks)
    with clock.shifted(timedelta(hours=2)):
        moving.write_down_what_is_due()
        make.together(plebiscite, "count")
        return make.together(plebiscite, "publish")


@pytest.mark.parametrize("method", list(BALLOTS))
def test_every_method_is_counted_and_shown_alike(method):
    plebiscite = published(method)
    results = addresses.results(plebiscite.slug)
    page = Client().get(results).content.decode()
    chart = [int(n) for n in re.findall(r'class="chart__value">(\d+)<', page)]
    table = [int(n) for n in re.findall(r"</th><td>(\d+)</td><td>[\d,]+ %", page)]
    assert chart == table
    assert sorted(chart) == sorted(TOTALS[method].values())
    file = json.loads(Client().get(f"{results}wynik.json").content)
    assert file["result"]["totals"] == TOTALS[method]
    assert file["result"] == json.loads(Count.objects.get().result)
    assert {one["code"] for one in file["options"]} == set(TOTALS[method])
    assert "Praca" in page
    assert ("rounds-title" in page) == (method == "ranked")
    pdf = Client().get(f"{results}protokol.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert pdf.content == Client().get(f"{results}protokol.pdf").content


def test_rounds_and_pairs_stand_on_the_page_as_they_were_counted():
    plebiscite = published("ranked")
    page = Client().get(addresses.results(plebiscite.slug)).content.decode()
    count = json.loads(Count.objects.get().result)
    shown = results.works(plebiscite, today=clock.today())
    names = {work.code: work.name for work in sorted(shown, key=lambda one: one.label_number)}
    part = page[page.index('id="rounds-title"') : page.index('id="turnout-title"')]
    *steps, pairs = re.findall(r"<table.*?</table>", part, re.DOTALL)
    assert len(steps) == len(count["rounds"])

    def cells(table: str, tag: str) -> list[str]:
        found = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", table, re.DOTALL)
        return [re.sub(r"<[^>]+>|&nbsp;|\xa0", " ", one).strip() for one in found]

    for step, table in zip(count["rounds"], steps, strict=True):
        body, foot = table.split("<tfoot>")
        numbers = dict(zip(cells(body, "th")[3:], cells(body, "td")[::2], strict=True))
        assert len(numbers) == len(step["totals"])
        for code, votes in step["totals"].items():
            assert numbers[names[code]] == str(votes)
        assert cells(foot, "td")[0] == str(step["exhausted"])
        said = cells(body, "td")[1::2]
        told = {*step["eliminated"], *step["elected"], *step["tied"]}
        assert len(said) - said.count("–") == len(told) > 0
    expected = [
        "–" if one == other else str(count["pairwise"][one][other])
        for one in names
        for other in names
    ]
    assert cells(pairs, "td") == expected
    verdict = re.search(r"<h3>.*?</h3>\s*<p>(.*?)</p>", part, re.DOTALL)[1]
    assert names[count["condorcet"]] in unescape(verdict).replace("\xa0", " ")


def test_every_reason_of_an_invalid_ballot_has_words():
    reasons = {"overvote", "too_many_points", "over_cap", *VoidReason.values}
    rows = results.invalid_rows({"invalid": dict.fromkeys(reasons, 1)})
    assert len(rows) == len(reasons)
    assert not reasons & {words for words, _number in rows}


def test_the_protocol_says_what_the_page_says():
    from plebiscite.protocol.document import contents
    from plebiscite.selectors import results_context

    plebiscite = published("ranked")
    with translation.override("pl"):
        data = contents(results_context(plebiscite))
    assert [row[1] for row in data["lines"]] == ["2", "1", "1"]
    assert len(data["rounds"]) == len(json.loads(Count.objects.get().result)["rounds"])
    assert data["hashes"][1][1] == bytes(Count.objects.get().input_sha256).hex()


def test_a_tie_stays_a_tie_everywhere():
    plebiscite = make.voting(3, closes_in=timedelta(hours=1))
    for number, pick in enumerate(["M1", "M2"]):
        make.vote(plebiscite, make.declared(plebiscite, number=number), [pick])
    with clock.shifted(timedelta(hours=2)):
        moving.write_down_what_is_due()
        for verb in ("count", "publish"):
            make.together(plebiscite, verb)
    results = addresses.results(plebiscite.slug)
    assert json.loads(Client().get(f"{results}wynik.json").content)["result"]["tied"] == [
        "M1", "M2",
    ]  # fmt: skip
    assert "Żadna praca" in NewsPage.objects.get(locale__language_code="pl").lead


def test_a_missed_quorum_is_said():
    plebiscite = published(quorum=100)
    page = Client().get(addresses.results(plebiscite.slug)).content.decode()
    assert "notice--alert" in page


def test_the_result_is_news_once():
    plebiscite = published()
    page = NewsPage.objects.get(slug=f"wynik-{plebiscite.slug}", locale__language_code="pl")
    assert page.live
    assert "Znak na drzwi" in page.title
    assert addresses.results(plebiscite.slug) in str(page.body)
    from plebiscite.services.publishing import announce_result

    announce_result(plebiscite)
    assert NewsPage.objects.filter(locale__language_code="pl").count() == 1


def test_the_archive_says_who_won():
    published()
    page = unescape(Client().get(addresses.index()).content.decode())
    assert re.search(r"Wybrano: „Praca.\d”", page), page[page.index("<main") :]


def test_files_wait_for_the_publication():
    plebiscite = make.voting(closes_in=timedelta(hours=1))
    make.vote(plebiscite, make.declared(plebiscite))
    results = addresses.results(plebiscite.slug)
    with clock.shifted(timedelta(hours=2)):
        moving.write_down_what_is_due()
        make.together(plebiscite, "count")
    for path in ("wynik.json", "protokol.pdf", "glosy.csv"):
        assert Client().get(f"{results}{path}").status_code == 404


def test_nobody_sees_results_before_the_end():
    """Not even a superuser: pages, lists, exports, search."""
    from django.urls import reverse

    from tests.factories.people import UserFactory

    plebiscite = make.voting(3, mix_k=1)
    for number, picks in enumerate([["M1"], ["M1"], ["M2"]]):
        make.vote(plebiscite, make.declared(plebiscite, number=number), picks)
    mixing.flush_everything(plebiscite.pk)
    assert Ballot.objects.count() == 3
    client = signed_in(UserFactory(is_superuser=True, is_staff=True))
    base = addresses.of_plebiscite(plebiscite.slug)
    paths = [
        reverse("plebiscite_plebiscites:index"),
        reverse("plebiscite_plebiscites:inspect", args=[plebiscite.pk]),
        reverse("plebiscite_plebiscites:index") + "?export=csv",
        reverse("plebiscite_objections:index"),
        reverse("plebiscite_paper_account", args=[plebiscite.pk]),
        "/admin/", base, f"{base}wynik/", f"{base}dziennik.jsonl", "/szukaj/?q=Praca",
    ]  # fmt: skip
    for path in paths:
        response = client.get(path, follow=True)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        for secret in (b"single:", b"totals", b"M1=2"):
            assert secret not in body, path
    for path in ("wynik/glosy.csv", "wynik/wynik.json", "wynik/protokol.pdf"):
        assert client.get(f"{base}{path}").status_code == 404
    with pytest.raises(WrongState):
        make.together(plebiscite, "count")
    assert not Count.objects.exists()


# --- The timeline ---------------------------------------------------------------------------------


def test_every_change_of_state_is_public_and_nobody_is_named():
    from plebiscite.selectors.timeline import changes

    plebiscite = published()
    with translation.override("en"):
        found = [(change.what, change.by) for change in changes(plebiscite)]
    assert found == [
        ("call for proposals", "by the commission"),
        ("proposals are being checked", "by the plan"),
        ("appeals against rejections", "by the commission"),
        ("the ballot paper is ready", "by two people of the commission"),
        ("voting", "by the plan"),
        ("voting has ended", "by the plan"),
        ("the ballot box is sealed", "by the plan"),
        ("the votes are being counted", "by two people of the commission"),
        ("result published", "by two people of the commission"),
    ]
    page = Client().get(f"{addresses.of_plebiscite(plebiscite.slug)}przebieg/")
    assert page.status_code == 200
    assert page.content.decode().count("<time") == len(found)


def test_a_void_vote_says_why():
    plebiscite = make.voting()
    make.together(plebiscite, "void", reason="Na karcie zabrakło pracy.")
    for path in ("", "przebieg/", "wynik/"):
        page = Client().get(f"{addresses.of_plebiscite(plebiscite.slug)}{path}").content.decode()
        assert "zabrakło" in page


# --- Objections -----------------------------------------------------------------------------------


def objection_form(client, url) -> dict[str, str]:
    page = client.get(url).content.decode()
    return {"key": unescape(re.search(r'name="key" value="([^"]+)"', page)[1])}


SENT = {"text": "Urna stała bez opieki.", "name": "Jan Nowak", "email": "jan@example.pl"}


def test_from_the_objection_to_the_public_answer():
    plebiscite = published()
    url = addresses.objecting(plebiscite.slug)
    client = Client()
    data = {**objection_form(client, url), **SENT}
    page = client.post(url, data).content.decode()
    objection = Objection.objects.get()
    assert re.fullmatch(r"ZAS/\d{4}/001-\d", objection.number)
    assert objection.number in page
    # Sent twice, kept once.
    assert objection.number in client.post(url, data).content.decode()
    assert Objection.objects.count() == 1
    mail = OutboxMail.objects.get(kind="plebiscite/objection_received")
    assert objection.number in mail.text
    results = addresses.results(plebiscite.slug)
    assert objection.number not in client.get(results).content.decode()
    # The commission answers in the admin.
    office = signed_in(make.commission())
    inspect = f"/admin/zastrzezenia/inspect/{objection.pk}/"
    assert "bez opieki" in office.get(inspect).content.decode()
    move = f"/admin/zastrzezenia/{objection.pk}/ruch/dismiss/"
    assert office.get(move).status_code == 302
    kept = office.post(move, {"summary": "Opieka nad urną", "answer": ""}).content.decode()
    assert "Opieka nad urną" in kept
    office.post(move, {"summary": "Opieka nad urną", "answer": "Urna stała przy stole komisji."})
    objection.refresh_from_db()
    assert objection.state == "answered"
    page = client.get(results).content.decode()
    assert objection.number in page
    assert "przy stole komisji" in page
    assert "Jan Nowak" not in page
    assert "jan@example.pl" not in page
    assert OutboxMail.objects.get(kind="plebiscite/objection_answered").to == "jan@example.pl"


def test_an_objection_is_overdue_when_two_weeks_are_over():
    plebiscite = published()
    objection = objecting.object_to(plebiscite.pk, key=uuid4(), language="pl", **SENT)
    assert objection.answer_due == objection.submitted_at + timedelta(days=14)
    request = RequestFactory().get("/admin/")
    request.user = make.commission()

    def waiting(after: timedelta) -> tuple[int, int, bool]:
        with clock.shifted(after), translation.override("en"):
            panel = CommissionPanel(request)
            found = panel.get_context_data({})
            return found["objections"], found["overdue"], "1 overdue" in panel.render_html({})

    assert waiting(timedelta(days=14, minutes=-1)) == (1, 0, False)
    assert waiting(timedelta(days=14, minutes=1)) == (1, 1, True)
    member = make.commission()
    objecting.decide(objection, "dismiss", actor=member, summary="Urna", answer="Stała przy nas.")
    assert waiting(timedelta(days=14, minutes=1)) == (0, 0, False)


def test_only_in_time_and_only_ours():
    plebiscite = published()
    url = addresses.objecting(plebiscite.slug)
    client = Client()
    assert error_of(client.post(url, {**objection_form(client, url), "text": ""}))
    for key in ("", "x", signing.dumps(str(uuid4()), salt="another")):
        page = client.post(url, {**SENT, "key": key})
        assert "bez opieki" in page.content.decode()
    assert not Objection.objects.exists()
    data = {**objection_form(client, url), **SENT}
    with clock.shifted(30 * make.DAY):
        assert (
            "<form" not in re.search(r"<main.*</main>", client.get(url).content.decode(), re.S)[0]
        )
        client.post(url, data)
    assert not Objection.objects.exists()
    early = make.voting()
    client.post(addresses.objecting(early.slug), data)
    assert not Objection.objects.exists()


def test_a_result_is_final_when_all_is_answered():
    plebiscite = published()
    objection = objecting.object_to(plebiscite.pk, key=uuid4(), language="pl", **SENT)
    with clock.shifted(30 * make.DAY):
        with pytest.raises(Refused):
            make.together(plebiscite, "certify")
        objecting.decide(
            objection, "grant", actor=make.commission(), summary="Urna", answer="Policzono."
        )
        assert make.together(plebiscite, "certify").state == "certified"


def test_only_the_commission_answers():
    from accounts.roles import Role
    from tests.factories.people import UserFactory, person_with

    plebiscite = published()
    objection = objecting.object_to(plebiscite.pk, key=uuid4(), language="pl", **SENT)
    move = f"/admin/zastrzezenia/{objection.pk}/ruch/dismiss/"
    answer = {"summary": "x", "answer": "y"}
    for person in (person_with(Role.AUDITOR), person_with(Role.EDITOR), UserFactory()):
        signed_in(person).post(move, answer)
        objection.refresh_from_db()
        assert objection.state == "received"
    assert signed_in(person_with(Role.AUDITOR)).get("/admin/zastrzezenia/").status_code == 200
    assert signed_in(person_with(Role.EDITOR)).get("/admin/zastrzezenia/").status_code == 302


def test_who_objected_is_forgotten():
    plebiscite = published()
    objecting.object_to(plebiscite.pk, key=uuid4(), language="pl", **SENT)
    with clock.shifted(400 * make.DAY):
        forgetting.forget_voters()
    objection = Objection.objects.get()
    assert (objection.name, objection.email) == ("", "")
    assert objection.text == SENT["text"]
