"""Booking a date, waiting, being promoted and cancelling, in a real browser; and the desk."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core.outbox.models import OutboxMail
from services_catalog.bookings.models import Booking
from services_catalog.models import Service
from tests.e2e.helpers import assert_accessible, assert_no_horizontal_scrolling
from tests.factories.timetable import make_slot, soon

COORDINATOR = "koordynatorka.uslug@demo.hajnowka.example"
SLUG = "doradca-zawodowy"


def link_in(kind: str, to: str, name: str) -> str:
    """A private link in the last mail of a kind."""
    text = OutboxMail.objects.filter(kind=f"bookings/{kind}", to=to).latest("id").text
    found = re.search(rf"https?://[^/\s]+(/\S*/{name}/\S+/)", text)
    assert found, text
    return found[1]


def press(page: Page) -> None:
    page.locator("main form:not([role=search]) button[type=submit]").first.click()


@pytest.fixture
def slot(server_data):
    """A date of its own with one place, before all others of the service."""
    service = Service.objects.canonical().get(slug=SLUG)
    return make_slot(service=service, capacity=1, waitlist_max=5, starts_at=soon(3, hour=5))


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
def test_a_resident_books_another_waits_is_promoted_accepts_and_cancels(
    slot, open_page, javascript
):
    page = open_page(width=320, javascript=javascript)

    def look() -> None:
        if javascript:
            assert_accessible(page)
        else:
            assert_no_horizontal_scrolling(page)

    def fill(email: str) -> None:
        page.locator("input[name=name]").fill("Maria Przykładowa")
        page.locator("input[name=email]").fill(email)

    page.goto(f"/uslugi/{SLUG}/")
    page.locator(".ticket a.button").click()
    page.wait_for_url(re.compile("/terminy/$"))
    look()
    page.locator(f"a[href$='{slot.uuid}/']").click()
    page.locator("input[name=party_size]").fill("0")
    fill("pierwsza@poczta.example")
    press(page)
    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.locator("input[name=name]")).to_have_value("Maria Przykładowa")
    look()
    page.locator("input[name=party_size]").fill("1")
    press(page)
    page.wait_for_url(re.compile("/wyslane/$"))
    look()
    first = Booking.objects.get(contact__email="pierwsza@poczta.example")
    page.goto(link_in("confirm", "pierwsza@poczta.example", "potwierdz"))
    first.refresh_from_db()
    assert first.state == "held", "looking at a link does nothing"
    look()
    press(page)
    page.wait_for_url(re.compile(rf"/sprawy/rezerwacja/{first.pk}/"))
    expect(page.locator("h1")).to_contain_text(first.number)
    look()

    page.goto(f"/uslugi/termin/{slot.uuid}/")
    fill("druga@poczta.example")
    page.locator("button[name=queue]").click()
    page.wait_for_url(re.compile("/wyslane/$"))
    page.goto(link_in("confirm_queue", "druga@poczta.example", "potwierdz"))
    press(page)
    second = Booking.objects.get(contact__email="druga@poczta.example")
    assert second.state == "waiting"
    expect(page.locator(".facts").first).to_contain_text("Masz numer 1")
    look()

    page.goto(link_in("booked", "pierwsza@poczta.example", "rezygnuje"))
    press(page)
    page.wait_for_url(re.compile(rf"/sprawy/rezerwacja/{first.pk}/"))
    second.refresh_from_db()
    assert second.state == "offered"
    page.goto(link_in("offer", "druga@poczta.example", "biore"))
    look()
    press(page)
    page.wait_for_url(re.compile(rf"/sprawy/rezerwacja/{second.pk}/"))
    second.refresh_from_db()
    assert second.state == "confirmed"
    look()
    page.locator(f"form[action$='{second.pk}/cancel/'] button").click()
    expect(page.locator(".facts").first).to_contain_text("Odwołan", ignore_case=True)
    second.refresh_from_db()
    slot.refresh_from_db()
    assert (second.state, slot.booked, slot.held) == ("cancelled", 0, 0)


def test_a_coordinator_books_for_somebody_and_writes_to_all_who_wait(slot, open_page, sign_in):
    page = open_page()
    sign_in(page, COORDINATOR)
    page.goto("/admin/rezerwacje/terminy/")
    page.locator(f"a[href$='/termin/{slot.pk}/']").click()
    for number, name in enumerate(("Jan Przykładowy", "Zofia Przykładowa")):
        page.locator("input[name=channel][value=desk]").check()
        page.locator("input[name=name]").fill(name)
        if number:
            page.locator("input[name=email]").fill("zofia@poczta.example")
            page.locator("input[name=join_queue]").check()
        page.get_by_role("button", name="Zapisz", exact=True).click()
        if not number:
            expect(page.locator(".slip")).to_contain_text(re.compile(r"\d{8}"))
            page.goto(f"/admin/rezerwacje/termin/{slot.pk}/")
    main = page.locator("main")
    expect(main).to_contain_text("Jan Przykładowy")
    expect(main).to_contain_text("Zofia Przykładowa")
    assert_accessible(page, exclude=[".sidebar"])
    page.locator("textarea[name=text]").fill("Otwieramy drugi termin w piątek.")
    page.get_by_role("button", name="Wyślij wiadomość").click()
    expect(page.locator(".messages")).to_contain_text("1 adres")
    mail = OutboxMail.objects.get(kind="bookings/message")
    assert mail.to == "zofia@poczta.example" and "drugi termin" in mail.text
    page.set_viewport_size({"width": 768, "height": 1000})
    assert_no_horizontal_scrolling(page)
