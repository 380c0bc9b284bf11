"""The contest in a real browser: a work on its way through the commission, and a juror."""

from __future__ import annotations

import re

import pytest
from django.utils import translation
from playwright.sync_api import expect

from accounts.demo import demo_user
from plebiscite import clock
from plebiscite.models import Jury, JurySheet, Plebiscite, Proposal
from plebiscite.services import judging, moving, proposals
from tests.databases import ROOT
from tests.e2e.helpers import assert_accessible, assert_no_horizontal_scrolling
from tests.factories import plebiscite as make

CONTEST = "/plebiscyt/szyld-swietlicy/"
JUDGED = "/plebiscyt/wzor-na-torby/"
PICTURE = ROOT / "plebiscite" / "demo" / "pictures" / "sign-3.png"
MARIA = "mieszkanka@demo.hajnowka.example"
COMMISSION = "komisja@demo.hajnowka.example"
JUROR = "mentor@demo.hajnowka.example"


def enter(page, email, following):
    """Sign in as a resident does."""
    page.goto(f"/konto/logowanie/?next={following}")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill("hajnowka-demo")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(re.escape(following)))


def looker(page, javascript):
    return lambda: (assert_accessible if javascript else assert_no_horizontal_scrolling)(page)


@pytest.mark.parametrize(("width", "javascript"), [(320, True), (320, False)], ids=["js", "nojs"])
def test_a_work_is_sent_corrected_and_accepted(server_data, open_page, sign_in, width, javascript):
    page = open_page(width=width, javascript=javascript)
    look = looker(page, javascript) if javascript else lambda: None
    enter(page, MARIA, f"{CONTEST}zglos/")
    look()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/zglos/[0-9a-f-]{36}/"))
    own = page.url
    page.locator("#id_title").fill("Żubr nad świetlicą")
    page.locator("#id_description").fill("Żubr z puszczy, obok słońce.")
    page.locator("#id_kind").select_option("rysunek")
    page.locator("#id_theme").select_option("puszcza")
    page.locator("#id_picture").set_input_files(PICTURE)
    page.locator("#id_alt_new").fill("Czerwony szyld z trzema kwiatami")
    page.locator("button[value=add]").click()
    expect(page.locator(".own-picture img")).to_be_visible()
    # What is missing is said beside its field, and nothing is lost.
    page.locator("main button[value=submit]").click()
    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("Żubr nad świetlicą")
    look()
    page.locator("#id_accepts_rules").check()
    page.locator("main button[value=submit]").click()
    expect(page.locator("main h1")).to_contain_text("Mamy")
    look()

    staff = open_page()
    sign_in(staff, COMMISSION)
    proposal = Proposal.objects.get(title="Żubr nad świetlicą")
    staff.goto(f"/admin/propozycje/inspect/{proposal.pk}/")
    staff.locator("form[action$='/take_up/'] button").click()
    staff.locator("#id_reason").fill("To nie żubr, tylko kwiaty. Popraw tytuł.")
    staff.locator("button[formaction$='/request_changes/']").click()
    expect(staff.locator("form[action$='/take_up/']")).to_have_count(0)

    page.goto(own)
    expect(page.locator("main .notice--alert")).to_contain_text("Popraw tytuł.")
    look()
    page.locator("#id_title").fill("Kwiaty nad świetlicą")
    page.locator("main button[value=submit]").click()
    expect(page.locator("main h1")).to_contain_text("Mamy")

    staff.goto(f"/admin/propozycje/inspect/{proposal.pk}/")
    expect(staff.locator(".difference del").first).to_contain_text("Żubr")
    expect(staff.locator(".difference ins").first).to_contain_text("Kwiaty")
    staff.locator("form[action$='/take_up/'] button").click()
    staff.locator("form[action$='/accept/'] button").click()

    visitor = open_page(width=width, javascript=javascript)
    visitor.goto(f"{CONTEST}prace/?temat=puszcza")
    visitor.get_by_role("link", name=re.compile("Kwiaty.nad.świetlicą")).click()
    expect(visitor.locator("a[href$='plakat.pdf']")).to_be_visible()
    looker(visitor, javascript)()
    visitor.goto(f"{CONTEST}prace/")
    looker(visitor, javascript)()


def hand_out_works() -> None:
    """The demo's jury gets its works: what waits is settled, appeals are open."""
    with translation.override("pl"):
        member = demo_user("komisja")
        plebiscite = Plebiscite.objects.get(slug="wzor-na-torby")
        plebiscite = moving.catch_up(plebiscite)
        first = plebiscite.proposals.accepted().order_by("number").first()
        for proposal in plebiscite.proposals.filter(state="appealed"):
            proposals.decide(proposal, "uphold", actor=make.commission(), reason="Jest za podobna.")
        for proposal in plebiscite.proposals.waiting():
            proposals.decide(proposal, "merge", actor=member, into=first)
        moving.move(plebiscite, "open_appeals", actor=member)
        jury = Jury.objects.get(plebiscite=plebiscite)
        assert jury.scores_until > clock.now()
        judging.move(jury, "open", actor=member)


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
def test_a_juror_judges_works_by_number(server_data, open_page, javascript):
    hand_out_works()
    page = open_page(width=320, javascript=javascript)
    look = looker(page, javascript) if javascript else lambda: None
    enter(page, JUROR, f"{JUDGED}jury/")
    look()
    assert "Przykładow" not in page.locator("main").inner_text().replace("przykład", "")
    page.locator(".work a").first.click()
    points = page.locator(".points fieldset")
    points.nth(0).get_by_label("4", exact=True).check()
    page.locator("textarea").first.fill("Widać z daleka.")
    page.locator("main button[value=submit]").click()
    expect(page.locator("#error-summary, main [role=alert]").first).to_be_visible()
    expect(page.locator("textarea").first).to_have_value("Widać z daleka.")
    look()
    points.nth(1).get_by_label("2", exact=True).check()
    page.locator("main button[value=submit]").click()
    page.wait_for_url(re.compile(r"/jury/$"))
    page.locator(".work a").nth(1).click()
    page.locator("main details summary").click()
    page.locator("#id_reason").fill("To praca mojej siostry.")
    look()
    page.locator("button[value=declare_conflict]").click()
    page.wait_for_url(re.compile(r"/jury/$"))
    states = JurySheet.objects.filter(juror__user__email=JUROR).values_list("state", flat=True)
    assert sorted(states) == ["conflict", "submitted"]
    page.goto(JUDGED)
    look()
