"""From a proposal to the result, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from plebiscite import addresses
from plebiscite.models import Ballot, Inbox, ParticipationMark, Proposal
from tests.e2e.helpers import assert_accessible, assert_no_horizontal_scrolling
from tests.e2e.plebiscites import (
    COMMISSION,
    NEIGHBOUR,
    RESIDENT,
    begin_voting,
    by_words,
    enter,
    publish,
)
from tests.factories import plebiscite as make


@pytest.fixture(autouse=True)
def _files_of_the_server(server, settings):
    settings.KEYS_DIR = server.var / "keys"
    settings.MEDIA_ROOT = str(server.var / "media")
    settings.PRIVATE_STORAGE = {
        **settings.PRIVATE_STORAGE,
        "OPTIONS": {**settings.PRIVATE_STORAGE["OPTIONS"], "location": server.var / "private"},
    }


def press(page, name):
    page.locator(f"main form button[name=action][value={name}]").click()


def accept_in_the_admin(page, proposal):
    """The commission takes the proposal up and accepts it, by the buttons of its page."""
    for state, verb in (("submitted", "take_up"), ("in_review", "accept")):
        page.goto(f"/admin/propozycje/inspect/{proposal.pk}/")
        proposal.refresh_from_db()
        assert proposal.state == state
        page.locator(f"form[action$='/ruch/{verb}/'] button[type=submit]").first.click()
        page.wait_for_load_state()
    proposal.refresh_from_db()
    assert proposal.state == "accepted"


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
def test_from_a_proposal_to_the_result(
    server_data, open_page, sign_in, javascript, width, tmp_path
):
    plebiscite = make.announced(title_pl="Znak na wagon", lead_pl="Wybieramy znak na wagon.")
    make.accepted(plebiscite, seed=1)
    page = open_page(width=width, javascript=javascript)

    def look():
        (assert_accessible if javascript else lambda _page: None)(page)

    # Somebody proposes a work with a picture.
    page.goto(addresses.of_plebiscite(plebiscite.slug))
    look()
    page.locator(f"main a[href='{addresses.proposing(plebiscite.slug)}']").click()
    look()
    page.locator("main a[href*='/konto/logowanie/']").click()
    page.locator("input[name=login]").fill(RESIDENT)
    page.locator("input[name=password]").fill("hajnowka-demo")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile("/zglos/$"))
    look()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile("/zglos/[0-9a-f-]{36}/$"))
    look()
    file = tmp_path / "lisc.png"
    file.write_bytes(make.picture_file(7).read())
    by_words(page, title="Liść dębu", description="Liść z puszczy.", alt_new="Zielony liść")
    page.locator("main [name=picture]").set_input_files(file)
    page.locator("main [name=author_shown][value=initials]").check()
    press(page, "submit")
    # The statement of rights was not confirmed: nothing that was typed or sent is lost.
    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.locator("main [name=title]")).to_have_value("Liść dębu")
    expect(page.locator("main [name=alt_1]")).to_have_value("Zielony liść")
    look()
    page.locator("main [name=accepts_rules]").check()
    press(page, "submit")
    expect(page.locator("main [name=title]")).to_have_count(0)
    look()
    proposal = Proposal.objects.get(title="Liść dębu")
    assert proposal.latest_revision.main_picture.alt_text == "Zielony liść"

    # The commission accepts it.
    office = open_page(width=1280)
    sign_in(office, COMMISSION)
    accept_in_the_admin(office, proposal)
    page.goto(addresses.gallery(plebiscite.slug))
    expect(page.get_by_alt_text("Zielony liść")).to_be_visible()
    look()

    # The time of voting comes.
    plebiscite = begin_voting(plebiscite)
    page.goto(addresses.of_plebiscite(plebiscite.slug))
    page.locator(f"main a[href='{addresses.booth(plebiscite.slug)}']").click()
    look()
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#error-summary")).to_be_visible()
    look()
    by_words(
        page,
        name="Maria Kowal",
        birth_date="1950-05-17",
        street="ul. Lipowa 3",
        postal_code="17-200",
    )
    page.locator("main [name=is_resident]").check()
    page.locator("main form button[type=submit]").click()
    look()
    page.locator("main form[data-ballot] button[type=submit]").click()
    expect(page.locator("#error-summary")).to_be_visible()
    look()
    page.get_by_role("radio", name="Liść dębu").check()
    page.locator("main form[data-ballot] button[type=submit]").click()
    expect(page.locator(".ballot__choice")).to_contain_text("Liść")
    look()
    code = page.locator("[data-code]")
    if javascript:
        expect(page.locator("[data-drawn-by-browser]")).to_have_js_property("hidden", False)
    short = code.inner_text()
    page.locator("main form[data-seal] button[type=submit]").click()
    expect(page.locator(".receipt .ticket__large")).to_have_text(short)
    assert "Liść" not in page.locator("main").inner_text()
    look()
    assert_no_horizontal_scrolling(page)
    assert ParticipationMark.objects.filter(plebiscite=plebiscite).count() == 1
    assert Inbox.objects.filter(plebiscite=plebiscite).count() == 1
    page.goto(addresses.booth(plebiscite.slug))
    expect(page.locator("main form")).to_have_count(0)
    look()

    # A neighbour votes too; then the box is opened and the result is published.
    neighbour = open_page(width=width, javascript=javascript)
    enter(neighbour, NEIGHBOUR, addresses.booth(plebiscite.slug))
    by_words(
        neighbour,
        name="Mikołaj Sawicki",
        birth_date="1961-02-03",
        street="ul. Zina 4",
        postal_code="17200",
    )
    neighbour.locator("main [name=is_resident]").check()
    neighbour.locator("main form button[type=submit]").click()
    neighbour.get_by_role("radio", name="Liść dębu").check()
    neighbour.locator("main form[data-ballot] button[type=submit]").click()
    neighbour.locator("main form[data-seal] button[type=submit]").click()
    expect(neighbour.locator(".receipt")).to_be_visible()
    page.goto(addresses.results(plebiscite.slug))
    expect(page.locator(".winner")).to_have_count(0)
    publish(plebiscite)
    assert Ballot.objects.filter(plebiscite=plebiscite).count() == 2
    page.goto(addresses.results(plebiscite.slug))
    expect(page.locator("h1")).to_contain_text("Liść dębu")
    expect(page.locator(".winner__votes")).to_have_text("2")
    row = page.locator("table tbody tr").filter(has_text="Liść dębu")
    expect(row).to_contain_text("100 %")
    look()
    assert_no_horizontal_scrolling(page)
