"""A request for a service, from the catalogue to the answer, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core.outbox.models import OutboxMail
from services_catalog.cases import states
from services_catalog.cases.models import ServiceRequest
from tests.e2e.helpers import assert_accessible, assert_no_horizontal_scrolling

SERVICE = "/uslugi/zlota-raczka/"
COORDINATOR = "koordynatorka.uslug@demo.hajnowka.example"
EMAIL = "barbara@poczta.example"


def send(page: Page) -> None:
    page.locator("main form:not([role=search]) button[type=submit]").first.click()


def link_in(kind: str) -> str:
    """The private link in the last mail of a kind."""
    text = OutboxMail.objects.filter(kind=kind, to=EMAIL).latest("id").text
    found = re.search(r"https?://[^/\s]+(/\S+/)", text)
    assert found, text
    return found[1]


def open_link(page: Page, kind: str) -> None:
    """Open a private link and press its button."""
    page.goto(link_in(kind))
    send(page)
    page.wait_for_url(re.compile(r"/sprawy/[0-9a-f-]{36}/"))


def staff_find(page: Page, number: str) -> None:
    page.goto(f"/admin/sprawy/?q={number}")
    page.get_by_role("link", name=number).first.click()
    page.wait_for_url(re.compile("/inspect/"))


def staff_write(page: Page, verb: str, words: str) -> None:
    page.locator("textarea[name=text]").fill(words)
    page.locator(f"button[formaction$='/{verb}/']").click()
    page.wait_for_url(re.compile("/inspect/"))


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
def test_a_visitor_without_an_account_asks_and_is_answered(
    server_data, open_page, sign_in, javascript, width
):
    page = open_page(width=width, javascript=javascript)

    def look(shown: Page) -> None:
        if javascript:
            assert_accessible(shown)
        else:
            expect(shown.locator("h1")).to_be_visible()

    page.goto(SERVICE)
    page.locator(".ticket a.button").click()
    page.wait_for_url(re.compile("/zgloszenie/$"))
    look(page)
    page.locator("textarea[name=text]").fill("Drzwi do piwnicy się nie domykają.")
    page.locator("input[name=email]").fill("to nie jest adres")
    send(page)
    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.locator("textarea[name=text]")).to_have_value("Drzwi do piwnicy się nie domykają.")
    look(page)
    expect(page.locator("#a-where")).to_be_visible()
    page.locator("input[name=where][value=elsewhere]").check()
    page.locator("input[name=place]").fill("w piwnicy")
    page.locator("input[name=name]").fill("Barbara Przykładowa")
    page.locator("input[name=email]").fill(EMAIL)
    send(page)

    page.wait_for_url(re.compile(r"/sprawy/[0-9a-f-]{36}/"))
    case = ServiceRequest.objects.get(contact__email=EMAIL)
    assert re.fullmatch(r"HAJ-\d{4}-\d{6}-\d", case.number)
    expect(page.locator("h1")).to_contain_text(case.number)
    expect(page.locator("main")).to_contain_text(EMAIL)
    expect(page.locator("main")).to_contain_text("w piwnicy")
    look(page)

    # Another device, as when the mail is read on a telephone.
    phone = open_page(width=width, javascript=javascript)
    phone.goto(f"/sprawy/{case.pk}/")
    expect(phone.locator("h1")).not_to_contain_text(case.number)
    for _look in range(2):
        phone.goto(link_in("services/confirm"))
    case.refresh_from_db()
    assert case.state == states.UNCONFIRMED, "looking at a link does nothing"
    look(phone)
    send(phone)
    case.refresh_from_db()
    assert case.state == states.NEW
    expect(phone.locator(".facts").first).to_contain_text("Odpowiedź do")
    look(phone)
    phone.goto(link_in("services/confirm"))
    expect(phone.locator("main form:not([role=search]) button[type=submit]")).to_have_count(0)

    desk = open_page()
    sign_in(desk, COORDINATOR)
    staff_find(desk, case.number)
    desk.locator("form[action$='/take/'] button").click()
    desk.wait_for_url(re.compile("/inspect/"))
    staff_write(desk, "ask", "Czy drzwi są drewniane?")
    case.refresh_from_db()
    assert case.state == states.WAITING

    open_link(phone, "services/question")
    expect(phone.locator(".line")).to_contain_text("Czy drzwi są drewniane?")
    look(phone)
    phone.locator("textarea[name=text]").fill("Tak, stare i <b>ciężkie</b>.")
    send(phone)
    expect(phone.locator(".line")).to_contain_text("<b>ciężkie</b>")

    desk.reload()
    expect(desk.locator("main")).to_contain_text("<b>ciężkie</b>")
    staff_write(desk, "answer", "Stolarz przyjdzie w czwartek o 9:00.")
    open_link(phone, "services/answer")
    expect(phone.locator(".line")).to_contain_text("Stolarz przyjdzie w czwartek")
    look(phone)
    phone.locator("form[action$='/accept/'] button").click()
    expect(phone.locator(".facts").first).to_contain_text("Zamknięto")
    case.refresh_from_db()
    assert case.state == states.CLOSED
    assert_no_horizontal_scrolling(phone)
