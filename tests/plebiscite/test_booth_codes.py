"""Voting with a code, and the voting stand."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from html import unescape

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import translation

from core.clock import database_now
from core.models import AuditEvent, OutboxMail
from plebiscite import addresses, clock, kiosk_pass
from plebiscite.codes import LETTERS, new_code
from plebiscite.models import Alert, Ballot, Code, Inbox, ParticipationMark
from plebiscite.selectors.turnout import turnout
from plebiscite.services import mixing, moving, watching
from plebiscite.services.casting import VoteRefused
from plebiscite.views import gate
from tests.factories import plebiscite as make
from tests.plebiscite.booths import error_of, form_of, signed_in

CODES = [new_code() for _number in range(4)]


@pytest.fixture(autouse=True)
def _polish():
    with translation.override("pl"):
        yield


@pytest.fixture
def booth():
    plebiscite = make.voting(codes=CODES)
    return plebiscite, Client(), addresses.code_booth(plebiscite.slug)


def refused(call) -> str:
    with pytest.raises(VoteRefused) as refusal:
        call()
    return refusal.value.reason


def ballot_page(client, url, code):
    return client.post(url, {**form_of(client.get(url), "enter"), "code": code})


def promised(page) -> list[str]:
    """What a receipt says: short code, date, full code, signature."""
    found = BeautifulSoup(page.content, "html.parser").select(".receipt dd")
    assert len(found) == 4
    return [value.text for value in found]


@pytest.mark.django_db
def test_from_the_envelope_to_the_receipt(booth):
    plebiscite, client, url = booth
    page = ballot_page(client, url, CODES[0].lower().replace("-", " "))
    page = client.post(url, {**form_of(page, "review"), "pick": "M2"})
    sent = form_of(page, "cast")
    receipt = client.post(url, sent)
    assert sent["commitment"][0] in receipt.content.decode()
    assert receipt["Cache-Control"] == "private, no-store"
    # The same vote again is the same promise, to the letter.
    first, again = promised(receipt), promised(client.post(url, sent))
    assert first == again
    assert first.count(sent["commitment"][0]) == 1
    assert Code.objects.filter(spent_on__isnull=False).count() == Inbox.objects.count() == 1
    # Nobody was marked, mailed or written down: that happened when the envelope was handed out.
    assert not ParticipationMark.objects.exists()
    assert not OutboxMail.objects.filter(kind="plebiscite/participation").exists()
    assert not AuditEvent.objects.filter(verb="vote").exists()
    assert not client.cookies
    mixing.flush_everything(plebiscite.pk)
    assert (Ballot.objects.get().payload, Ballot.objects.get().channel) == ("single:M2", "code")
    again = ballot_page(client, url, CODES[0])
    assert 'name="pick"' not in again.content.decode()


@pytest.mark.django_db
def test_a_slip_is_found_in_its_group(booth):
    _plebiscite, client, url = booth
    groups = CODES[1].split("-")
    other = LETTERS[(LETTERS.index(groups[2][1]) + 1) % 32]
    groups[2] = groups[2][0] + other + groups[2][2:]
    typed = "-".join(groups)
    with translation.override("en"):
        page = ballot_page(client, f"/en{url}", typed)
        assert "group 3" in error_of(page)
        assert f'value="{typed}"' in page.content.decode()
        assert "You typed 19" in error_of(ballot_page(client, f"/en{url}", CODES[1][:-1]))
        assert "Group 2 holds" in error_of(
            ballot_page(client, f"/en{url}", f"{CODES[1][:7]}U{CODES[1][8:]}")
        )
        assert "Type the code" in error_of(ballot_page(client, f"/en{url}", "  "))
        assert "No envelope" in error_of(ballot_page(client, f"/en{url}", new_code()))
    assert not Inbox.objects.exists()


@pytest.mark.django_db
def test_wrong_void_and_foreign_codes_do_not_vote(booth):
    plebiscite, _client, _url = booth
    other = make.voting(codes=[new_code()])
    assert refused(lambda: make.vote_with_code(plebiscite, new_code())) == VoteRefused.UNKNOWN_CODE
    assert refused(lambda: make.vote_with_code(other, CODES[0])) == VoteRefused.UNKNOWN_CODE
    void = Code.objects.filter(plebiscite=plebiscite).order_by("pk")
    for row in void:
        row.is_void = True
        row.save(update_fields=["is_void"])
    assert refused(lambda: make.vote_with_code(plebiscite, CODES[0])) == VoteRefused.VOID_CODE
    without = make.voting()
    assert refused(lambda: make.vote_with_code(without, CODES[0])) == VoteRefused.NOT_ALLOWED
    assert Client().get(addresses.code_booth(without.slug)).status_code == 404
    assert not Inbox.objects.exists()


@pytest.mark.django_db
def test_a_form_for_one_code_is_no_good_for_another(booth):
    _plebiscite, client, url = booth
    page = client.post(url, {**form_of(ballot_page(client, url, CODES[0]), "review"), "pick": "M1"})
    sent = {**form_of(page, "cast"), "code": CODES[1].replace("-", "")}
    client.post(url, sent)
    assert not Inbox.objects.exists()


@pytest.mark.django_db
def test_codes_close_with_the_vote_and_have_the_grace():
    plebiscite = make.voting(closes_in=timedelta(minutes=10), codes=CODES)
    opened = database_now()
    with clock.shifted(timedelta(minutes=12)):
        assert refused(lambda: make.vote_with_code(plebiscite, CODES[0])) == VoteRefused.CLOSED
        make.vote_with_code(plebiscite, CODES[0], opened_at=opened)
        page = Client().get(addresses.code_booth(plebiscite.slug))
        assert (page.status_code, 'name="code"' in page.content.decode()) == (200, False)


@pytest.mark.concurrency
def test_forty_votes_with_one_code_leave_one(together):
    plebiscite = make.voting(codes=CODES)
    results = together(*[partial(make.vote_with_code, plebiscite, CODES[0])] * 16)
    reasons = [getattr(one, "reason", "promise") for one in results]
    assert sorted(reasons) == [VoteRefused.ALREADY_VOTED] * 15 + ["promise"]
    assert Inbox.objects.count() == 1


@pytest.mark.django_db
def test_codes_count_on_the_day_they_were_spent(booth):
    plebiscite, _client, _url = booth
    make.vote_with_code(plebiscite, CODES[0])
    make.vote(plebiscite, make.declared(plebiscite))
    assert turnout(plebiscite) == []
    with clock.shifted(1 * make.DAY):
        rows = {row["channel"]: row["number"] for row in turnout(plebiscite)}
    assert rows == {"account": 1, "code": 1}


# --- While wrong codes come in crowds -------------------------------------------------------------


def crowd(plebiscite) -> None:
    for _number in range(watching.PATTERNS[watching.WRONG_CODE].limit + 1):
        watching.note(plebiscite.pk, watching.WRONG_CODE)


@pytest.mark.django_db
def test_a_crowd_of_wrong_codes_is_told_once_without_addresses(booth):
    plebiscite, _client, _url = booth
    assert not watching.is_under_attack(plebiscite.pk)
    crowd(plebiscite)
    crowd(plebiscite)
    alert = Alert.objects.get()
    assert (alert.kind, alert.hour.minute) == ("wrong_code", 0)
    assert {field.name for field in Alert._meta.concrete_fields} == {
        "id", "plebiscite", "kind", "hour", "careful_until",
    }  # fmt: skip
    assert watching.is_under_attack(plebiscite.pk)
    with clock.shifted(watching.CAREFUL + timedelta(minutes=1)):
        assert not watching.is_under_attack(plebiscite.pk)


@pytest.mark.django_db
def test_a_browser_solves_the_riddle_once(booth):
    plebiscite, client, url = booth
    crowd(plebiscite)
    page = client.get(url)
    text = unescape(re.search(r'data-riddle="([^"]+)"', page.content.decode())[1])
    answer = next(n for n in range(10**7) if gate.solves(text, str(n), gate.BITS))
    sent = {"step": "enter", "code": CODES[0], "riddle": text, "answer": str(answer)}
    assert 'name="pick"' in client.post(url, sent).content.decode()
    assert "error-summary" in client.post(url, sent).content.decode()
    for bad in ({"answer": "x"}, {"riddle": text + "x"}, {"riddle": ""}, {"answer": "9" * 40}):
        assert "error-summary" in client.post(url, {**sent, **bad}).content.decode()


@pytest.mark.django_db
def test_without_scripts_patience_is_enough(booth):
    plebiscite, client, url = booth
    crowd(plebiscite)
    text = unescape(re.search(r'data-riddle="([^"]+)"', client.get(url).content.decode())[1])
    sent = {"step": "enter", "code": CODES[0], "riddle": text, "answer": ""}
    page = client.post(url, sent)
    assert "error-summary" in page.content.decode()
    assert f'value="{CODES[0]}"' in page.content.decode()
    with clock.shifted(gate.PATIENCE):
        assert 'name="pick"' in client.post(url, sent).content.decode()
        assert "error-summary" in client.post(url, sent).content.decode()


@pytest.mark.django_db
def test_an_address_has_a_limit_that_spares_a_school(booth, monkeypatch):
    _plebiscite, client, url = booth
    assert gate.TRIES >= 1000
    assert gate.FORMS >= 3 * gate.TRIES
    monkeypatch.setattr(gate, "TRIES", 2)
    for _try in range(2):
        assert client.post(url, {"step": "enter", "code": ""}).status_code == 200
    for typed in ("", CODES[0]):
        page = client.post(url, {"step": "enter", "code": typed})
        assert page.status_code == 429
        assert int(page["Retry-After"]) > 0
        assert f'name="code" value="{typed}"' in page.content.decode()
        assert "Zbyt wiele prób z tego miejsca" in error_of(page)


# --- The voting stand -----------------------------------------------------------------------------


def stand(plebiscite) -> tuple[Client, str]:
    """A tablet that the commission has made a stand, and the word that ends it."""
    client = signed_in(make.commission())
    on = reverse("plebiscite:kiosk_on", args=[plebiscite.slug])
    assert client.get(on).status_code == 200
    assert kiosk_pass.COOKIE not in client.cookies
    page = client.post(on).content.decode()
    return client, re.search(r'class="code ticket__large">([A-Z0-9-]+)<', page)[1]


@pytest.mark.django_db
def test_only_the_commission_makes_a_stand(booth):
    plebiscite, client, _url = booth
    on = reverse("plebiscite:kiosk_on", args=[plebiscite.slug])
    assert client.post(on).status_code == 404
    assert signed_in(make.declared(plebiscite)).post(on).status_code == 404
    assert client.get(addresses.kiosk(plebiscite.slug)).status_code == 404


@pytest.mark.django_db
def test_a_stand_opens_nothing_but_itself(booth):
    plebiscite, _client, _url = booth
    tablet, _word = stand(plebiscite)
    own = addresses.kiosk(plebiscite.slug)
    assert "sessionid" not in {name for name, one in tablet.cookies.items() if one.value}
    elsewhere = [
        "/", "/plebiscyt/", addresses.of_plebiscite(plebiscite.slug), "/konto/logowanie/",
        addresses.code_booth(plebiscite.slug), addresses.booth(plebiscite.slug), "/en/szukaj/",
        "/admin/", "/api/", "/healthz", addresses.results(plebiscite.slug),
    ]  # fmt: skip
    for path in elsewhere:
        answer = tablet.get(path)
        assert (answer.status_code, answer.headers.get("Location")) == (302, own), path
        assert tablet.post(path).status_code == 302
    page = tablet.get(own)
    assert page.status_code == 200
    assert page["Clear-Site-Data"] == '"cache", "storage"'
    links = set(re.findall(r'href="(/[^"]*)"', page.content.decode()))
    assert {link for link in links if not link.startswith("/static/")} == {
        own, *(f"/{code}{own}" for code in ("be", "en", "it")),
    }  # fmt: skip


@pytest.mark.django_db
def test_a_vote_at_the_stand_has_no_link_and_ends_by_itself(booth):
    plebiscite, _client, _url = booth
    tablet, _word = stand(plebiscite)
    own = addresses.kiosk(plebiscite.slug)
    page = tablet.post(own, {**form_of(tablet.get(own), "enter"), "code": CODES[0]})
    seen = [page]
    page = tablet.post(own, {**form_of(page, "review"), "pick": "M1"})
    seen.append(page)
    cast = form_of(page, "cast")
    seen.append(tablet.post(own, cast))
    assert Inbox.objects.count() == 1
    seen.append(tablet.post(own, {**form_of(tablet.get(own), "enter"), "code": CODES[0]}))
    for one in seen:
        html = one.content.decode()
        assert f'<meta http-equiv="refresh" content="60; url={own}">' in html
        links = re.findall(r'<a [^>]*href="([^"#][^"]*)"', html)
        assert links == []
        assert one["Cache-Control"] == "private, no-store"


def seat_of(kind, plebiscite) -> tuple[Client, str]:
    """A browser at home, or the tablet of a library."""
    if kind == "booth":
        return Client(), addresses.code_booth(plebiscite.slug)
    return stand(plebiscite)[0], addresses.kiosk(plebiscite.slug)


SEATS = pytest.mark.parametrize("kind", ["booth", "stand"])


@SEATS
@pytest.mark.django_db
def test_a_voter_is_one_try_at_a_code(booth, kind, monkeypatch):
    plebiscite, _client, _url = booth
    client, url = seat_of(kind, plebiscite)
    monkeypatch.setattr(gate, "TRIES", 2)
    for code in CODES[:2]:
        page = ballot_page(client, url, code)
        page = client.post(url, {**form_of(page, "review"), "pick": "M2"})
        assert client.post(url, form_of(page, "cast")).status_code == 200
    assert Inbox.objects.count() == 2
    assert ballot_page(client, url, CODES[2]).status_code == 429


@SEATS
@pytest.mark.django_db
def test_too_many_forms_keep_the_choice(booth, kind, monkeypatch):
    plebiscite, _client, _url = booth
    client, url = seat_of(kind, plebiscite)
    fields = form_of(ballot_page(client, url, CODES[0]), "review")
    with monkeypatch.context() as few:
        few.setattr(gate, "FORMS", 1)
        held = client.post(url, {**fields, "pick": "M2"})
    assert held.status_code == 429
    assert int(held["Retry-After"]) > 0
    assert re.search(r'value="M2"[^>]* checked', held.content.decode())
    # The same form is good once the time is over.
    page = client.post(url, {**form_of(held, "review"), "pick": "M2"})
    client.post(url, form_of(page, "cast"))
    assert Inbox.objects.count() == 1


@SEATS
@pytest.mark.django_db
def test_other_steps_are_no_way_to_guess_codes(booth, kind, monkeypatch):
    plebiscite, _client, _url = booth
    client, url = seat_of(kind, plebiscite)
    fields = form_of(ballot_page(client, url, CODES[0]), "review")
    monkeypatch.setattr(gate, "TRIES", 1)
    for step in ("review", "cast", "back"):
        guess = {**fields, "step": step, "code": new_code(), "pick": "M2"}
        page = client.post(url, guess)
        assert page.status_code == 429
        assert re.search(r'value="M2"[^>]* checked', page.content.decode())
        # The page hands out no mark that would make the next form of this code free.
        assert form_of(page, "review")["opened"] == fields["opened"]


@pytest.mark.django_db
def test_what_a_stand_was_sent_too_late_is_not_acted_on(booth, monkeypatch):
    from plebiscite.views import kiosk

    plebiscite, _client, _url = booth
    tablet, _word = stand(plebiscite)
    own = addresses.kiosk(plebiscite.slug)
    page = tablet.post(own, {**form_of(tablet.get(own), "enter"), "code": CODES[0]})
    page = tablet.post(own, {**form_of(page, "review"), "pick": "M1"})
    sent = form_of(page, "cast")
    assert tablet.post(own, {**sent, "page": "forged"}).status_code == 302
    monkeypatch.setattr(kiosk, "GOOD_FOR", timedelta(seconds=-1))
    assert tablet.post(own, sent)["Location"] == own
    assert not Inbox.objects.exists()


@pytest.mark.django_db
def test_the_word_ends_the_stand(booth):
    plebiscite, _client, _url = booth
    tablet, word = stand(plebiscite)
    off = reverse("plebiscite:kiosk_off", args=[plebiscite.slug])
    assert "error" in tablet.post(off, {"word": "AAAA-AAAA"}).content.decode()
    assert tablet.get("/plebiscyt/").status_code == 302
    answer = tablet.post(off, {"word": word.lower()})
    assert answer["Location"] == addresses.of_plebiscite(plebiscite.slug)
    assert tablet.get(addresses.of_plebiscite(plebiscite.slug)).headers.get("Location") is None


@pytest.mark.django_db
def test_a_forged_stand_is_none(booth):
    plebiscite, client, _url = booth
    client.cookies[kiosk_pass.COOKIE] = "x:y:z"
    assert client.get(addresses.kiosk(plebiscite.slug)).status_code == 404
    moving.catch_up(plebiscite)
