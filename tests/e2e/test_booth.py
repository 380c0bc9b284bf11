"""Booths in a real browser: by keyboard alone, with a code, and at a voting stand."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction
from playwright.sync_api import expect

from core.clock import database_now
from plebiscite import addresses
from plebiscite.codes import code_digest, new_code, read_code
from plebiscite.models import Alert, Ballot, Code, Inbox, Plebiscite
from plebiscite.services import mixing, watching
from plebiscite.views import gate
from tests.e2e.helpers import assert_accessible, assert_no_horizontal_scrolling
from tests.e2e.plebiscites import COMMISSION, RESIDENT, begin_voting, enter, keep_files_of
from tests.factories import plebiscite as make

LIMITS = {"points": {"points_total": 5, "points_cap": 3}, "ranked": {"max_ranks": 3}}


@pytest.fixture(autouse=True)
def _files_of_the_server(server, settings):
    keep_files_of(server, settings)


def open_vote(method="single", options=4, codes=()) -> Plebiscite:
    """A vote that is on, with works on its ballot."""
    fields = {"channels": ["account", "code"]} if codes else {}
    plebiscite = make.announced(
        title_pl="Znak na wagon", method=method, **{**LIMITS.get(method, {}), **fields}
    )
    for seed in range(options):
        make.accepted(plebiscite, seed=seed)
    if codes:
        make._print(plebiscite, codes)
    return begin_voting(plebiscite)


def payload_of(plebiscite) -> str:
    with transaction.atomic():
        mixing.flush_everything(plebiscite.pk)
    return Ballot.objects.get(plebiscite=plebiscite).payload


def tab_to(page, wanted, limit=60):
    """Press Tab until the element that `wanted` names has the focus."""
    for _time in range(limit):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {wanted}")


@pytest.mark.parametrize("method", ["ranked", "points"])
def test_by_keyboard_alone(server_data, open_page, method):
    plebiscite = open_vote(method)
    page = open_page(width=320)
    enter(page, RESIDENT, addresses.booth(plebiscite.slug))
    user = page.context.cookies()
    assert user
    for name, text in (("name", "Maria Kowal"), ("street", "ul. Lipowa 3"),
                       ("postal_code", "17-200")):  # fmt: skip
        tab_to(page, f"[name={name}]")
        page.keyboard.type(text)
    page.locator("[name=birth_date]").fill("1950-05-17")
    tab_to(page, "[name=is_resident]")
    page.keyboard.press("Space")
    tab_to(page, "main button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("form[data-ballot]")).to_be_visible()
    assert_accessible(page)
    for code, number in (("M2", "1"), ("M3", "2")):
        page.locator(f"#pick-{code}").focus()
        if method == "points":
            page.keyboard.press("Control+A")
            page.keyboard.type(number)
        else:
            for _time in range(int(number)):
                page.keyboard.press("ArrowDown")
    said = page.locator("[data-choice-name]")
    expect(said).to_contain_text("1:" if method == "ranked" else re.compile(r"3 z 5"))
    # An enlarged picture opens and closes by keyboard, and no mark is lost.
    page.locator("a[href='#zoom-M2']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#zoom-M2")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.locator("#zoom-M2")).to_be_hidden()
    tab_to(page, "form[data-ballot] .choice-bar button")
    page.keyboard.press("Enter")
    expect(page.locator(".ballot__choices li")).to_have_count(2)
    assert_accessible(page)
    tab_to(page, "form[data-seal] button")
    page.keyboard.press("Enter")
    expect(page.locator(".receipt")).to_be_visible()
    assert_accessible(page)
    assert (
        payload_of(plebiscite) == {"ranked": "ranked:M2>M3", "points": "points:M2=1,M3=2"}[method]
    )


def slip_and_file(page) -> None:
    """The receipt on a receipt printer, 72 of 80 mm, and as a file: both without the choice."""
    code = page.locator(".receipt .ticket__large").inner_text()
    full = page.locator(".receipt .code--long").first.inner_text()
    with page.expect_download() as download:
        page.locator(".receipt a[download]").click()
    assert download.value.suggested_filename == f"potwierdzenie-{code}.json"
    kept = json.loads(Path(download.value.path()).read_text())
    assert kept["commitment"] == full
    assert not {"ballot", "picks", "nonce"} & set(kept)
    page.emulate_media(media="print")
    expect(page.locator(".receipt .ticket__large")).to_be_visible()
    expect(page.locator(".receipt__qr")).to_be_visible()
    for gone in (".site-header", ".site-footer", ".page-head", ".receipt-notes"):
        expect(page.locator(gone)).to_be_hidden()
    expect(page.locator(".receipt :is(a, button)").first).to_be_hidden()
    assert page.locator(".receipt").bounding_box()["width"] <= 72 / 25.4 * 96 + 1
    paper = page.pdf(prefer_css_page_size=True)
    boxes = set(re.findall(rb"/MediaBox\s*\[([^]]+)\]", paper))
    assert [round(float(box.split()[2]) / 72 * 25.4) for box in boxes] == [80]
    page.emulate_media(media="screen")


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
def test_a_vote_with_a_code(server_data, open_page, javascript):
    codes = [new_code(), new_code()]
    plebiscite = open_vote("approval", codes=codes)
    page = open_page(width=320, javascript=javascript)

    def look():
        (assert_accessible if javascript else lambda _page: None)(page)

    url = addresses.code_booth(plebiscite.slug)
    seen = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto(f"{url}#{codes[0]}")
    field = page.locator("#code")
    if javascript:
        expect(field).to_have_value(codes[0])
        assert "#" not in page.url
        page.reload()
    look()
    # One letter is wrong in the second group.
    groups = codes[0].split("-")
    groups[1] = ("A" if groups[1][0] != "A" else "B") + groups[1][1:]
    field.fill("-".join(groups))
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#code-error")).to_contain_text("2")
    expect(field).to_have_value("-".join(groups))
    look()
    field.fill(codes[0].lower())
    page.locator("main form button[type=submit]").click()
    look()
    for code in ("M1", "M2", "M3", "M4"):
        page.locator(f"#pick-{code}").check()
    page.locator("main form[data-ballot] .choice-bar button").last.click()
    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.locator("#pick-M4")).to_be_checked()
    look()
    for code in ("M1", "M4"):
        page.locator(f"#pick-{code}").uncheck()
    page.locator("main form[data-ballot] .choice-bar button").last.click()
    look()
    page.locator("main form[data-seal] button").click()
    expect(page.locator(".receipt")).to_be_visible()
    look()
    assert_no_horizontal_scrolling(page)
    slip_and_file(page)
    assert not any(group in address for address in seen for group in codes[0].split("-"))
    assert payload_of(plebiscite) == "approval:M2,M3"
    page.goto(url)
    field.fill(codes[0])
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main form")).to_have_count(0)
    look()


def alarm(plebiscite) -> None:
    """Wrong codes have just come in crowds."""
    now = database_now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    Alert.objects.create(
        plebiscite=plebiscite,
        kind=watching.WRONG_CODE,
        hour=hour,
        careful_until=now + watching.CAREFUL,
    )


def test_a_browser_does_the_small_sum(server_data, open_page):
    codes = [new_code(), new_code()]
    plebiscite = open_vote(codes=codes)
    alarm(plebiscite)
    page = open_page(width=320)
    wait, answer = page.locator("[data-riddle-wait]"), page.locator("[name=answer]")
    url = addresses.code_booth(plebiscite.slug)
    for code, is_waiting in ((codes[0], False), (codes[1], True)):
        page.goto(url)
        if is_waiting:
            expect(wait).to_be_hidden(timeout=60_000)
            expect(answer).to_have_value(re.compile(r"^\d+$"))
        page.locator("#code").fill(code)
        # Whoever is quicker than the sum presses once: the form goes when it is done.
        with page.expect_request(lambda request: request.method == "POST", timeout=60_000) as sent:
            page.locator("main form button[type=submit]").click()
        fields = parse_qs(sent.value.post_data)
        assert gate.solves(fields["riddle"][0], fields["answer"][0], gate.BITS)
        expect(page.locator("form[data-ballot]")).to_be_visible()


def test_without_scripts_the_page_asks_for_patience(server_data, open_page):
    code = new_code()
    plebiscite = open_vote(codes=[code])
    alarm(plebiscite)
    page = open_page(width=320, javascript=False)
    page.goto(addresses.code_booth(plebiscite.slug))
    expect(page.locator("[data-riddle-wait]")).to_be_visible()
    expect(page.locator("[data-riddle-wait]")).to_contain_text("30")
    assert_no_horizontal_scrolling(page)
    page.locator("#code").fill(code)
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#code-error")).to_be_visible()
    expect(page.locator("[data-riddle-wait]")).to_be_visible()
    expect(page.locator("#code")).to_have_value(code)


def test_works_share_a_row_where_there_is_room(server_data, open_page):
    code = new_code()
    plebiscite = open_vote(codes=[code])
    page = open_page(width=1280)
    page.goto(addresses.code_booth(plebiscite.slug))
    page.locator("#code").fill(code)
    page.locator("main form button[type=submit]").click()

    def tiles_per_row() -> list[int]:
        expect(page.locator(".pick-tile")).to_have_count(4)
        tops = page.locator(".pick-tile").evaluate_all(
            "all => all.map((one) => Math.round(one.getBoundingClientRect().top))"
        )
        return [tops.count(top) for top in dict.fromkeys(tops)]

    assert max(tiles_per_row()) >= 2
    page.set_viewport_size({"width": 320, "height": 800})
    assert tiles_per_row() == [1, 1, 1, 1]
    assert_no_horizontal_scrolling(page)


def test_pages_for_whoever_cannot_vote_now(server_data, open_page):
    """A code that is void, spent or of no envelope; an account without a verified address."""
    codes = [new_code(), new_code()]
    plebiscite = open_vote(codes=codes)
    void, spent = (code_digest(str(plebiscite.pk), read_code(code)) for code in codes)
    Code.objects.filter(digest=void).update(is_void=True)
    make.vote_with_code(plebiscite, codes[1])
    assert Code.objects.get(digest=spent).spent_on
    page = open_page(width=320)
    for code in (codes[0], codes[1], new_code()):
        page.goto(addresses.code_booth(plebiscite.slug))
        page.locator("#code").fill(code)
        page.locator("main form button[type=submit]").click()
        page.wait_for_load_state()
        expect(page.locator("form[data-ballot]")).to_have_count(0)
        assert_accessible(page)
    enter(page, RESIDENT, addresses.booth(plebiscite.slug))
    EmailAddress.objects.filter(email=RESIDENT).update(verified=False)
    page.goto(addresses.booth(plebiscite.slug))
    expect(page.locator("main form")).to_have_count(0)
    assert_accessible(page)


def make_a_stand(page, sign_in, plebiscite) -> str:
    """The commission turns the tablet into a stand; gives the word that ends it."""
    sign_in(page, COMMISSION)
    page.goto(f"{addresses.kiosk(plebiscite.slug)}wlacz/")
    page.locator("main form button").click()
    word = page.locator(".ticket__large").inner_text()
    page.locator("main a.button").click()
    page.wait_for_url(re.compile("/stanowisko/$"))
    return word


def test_a_voting_stand(server_data, open_page, sign_in):
    """A library's tablet: code only, no way out, empty after a minute, nothing to go back to."""
    codes = [new_code(), new_code(), new_code()]
    plebiscite = open_vote("single", codes=codes)
    own = addresses.kiosk(plebiscite.slug)
    page = open_page(width=768)
    page.clock.install()
    word = make_a_stand(page, sign_in, plebiscite)
    assert_accessible(page)
    # Nothing else opens, typed by hand or not, and nobody is signed in.
    for path in ("/", "/admin/", "/konto/", addresses.of_plebiscite(plebiscite.slug),
                 addresses.results(plebiscite.slug), "/en/szukaj/?q=x"):  # fmt: skip
        page.goto(path)
        assert page.url.endswith(own)
    assert not [one for one in page.context.cookies() if one["name"] == "sessionid"]
    hrefs = page.eval_on_selector_all("a", "all => all.map((one) => one.pathname)")
    assert all(path.endswith(own) for path in hrefs)
    expect(page.locator("header a, footer").first).to_be_visible()

    def choose(code, work):
        page.locator("#code").fill(code)
        page.locator("main form button[type=submit]").click()
        page.locator(f"#pick-{work}").check()

    # Somebody marks a work and walks away.
    choose(codes[0], "M2")
    assert page.locator("a:not([href^='#'])").count() == 0
    assert_accessible(page)
    page.clock.run_for(45_000)
    expect(page.locator("[data-stand-warning]")).to_be_visible()
    assert_accessible(page)
    page.locator("[data-stand-warning] button").click()
    page.clock.run_for(45_000)
    expect(page.locator("#pick-M2")).to_be_checked()
    page.clock.run_for(20_000)
    expect(page.locator("#code")).to_have_value("")
    page.go_back()
    expect(page.locator("#pick-M2")).to_have_count(0)
    page.goto(own)
    expect(page.locator("#code")).to_have_value("")
    assert not Inbox.objects.filter(plebiscite=plebiscite).exists()
    # The next one votes, and the receipt goes away too.
    choose(codes[1], "M3")
    page.locator(".choice-bar button").last.click()
    assert_accessible(page)
    page.locator("form[data-seal] button").click()
    expect(page.locator(".receipt")).to_be_visible()
    assert page.locator("a").count() == 0
    assert_accessible(page)
    page.clock.run_for(62_000)
    expect(page.locator("#code")).to_have_value("")
    assert Code.objects.filter(plebiscite=plebiscite, spent_on__isnull=False).count() == 1
    # Only the word ends it.
    page.goto(f"{own}wylacz/")
    page.locator("#word").fill("AAAA-AAAA")
    page.locator("main form button").click()
    expect(page.locator("#word-error")).to_be_visible()
    assert_accessible(page)
    page.locator("#word").fill(word)
    page.locator("main form button").click()
    page.goto("/")
    assert not page.url.endswith(own)


def test_a_voting_stand_without_scripts(server_data, open_page, sign_in):
    codes = [new_code()]
    plebiscite = open_vote("ranked", codes=codes)
    own = addresses.kiosk(plebiscite.slug)
    office = open_page(width=1280)
    make_a_stand(office, sign_in, plebiscite)
    page = open_page(width=320, javascript=False)
    page.context.add_cookies([c for c in office.context.cookies() if c["name"] == "stand"])
    page.goto("/konto/logowanie/")
    assert page.url.endswith(own)
    page.locator("#code").fill(codes[0])
    page.locator("main form button[type=submit]").click()
    refresh = page.locator("meta[http-equiv=refresh]")
    assert refresh.get_attribute("content") == f"60; url={own}"
    page.locator("#pick-M2").select_option("1")
    page.get_by_role("button", name=re.compile("więcej czasu")).click()
    expect(page.locator("#pick-M2")).to_have_value("1")
    assert refresh.get_attribute("content") == f"60; url={own}"
    assert_no_horizontal_scrolling(page)
    page.locator(".choice-bar button").last.click()
    page.locator("form[data-seal] button").click()
    expect(page.locator(".receipt")).to_be_visible()
    assert refresh.get_attribute("content") == f"60; url={own}"
    page.locator("header form button").click()
    expect(page.locator("#code")).to_have_value("")
    assert payload_of(plebiscite) == "ranked:M2"
