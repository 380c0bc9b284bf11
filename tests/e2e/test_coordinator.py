"""The day of a coordinator on a phone, with and without JavaScript, and by keys alone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from services_catalog.bookings.models import Booking
from services_catalog.models import Service
from services_catalog.timetable import states
from services_catalog.timetable.models import ScheduleRule, Slot
from tests.e2e.helpers import assert_accessible, assert_no_horizontal_scrolling
from tests.e2e.test_services import COORDINATOR
from tests.e2e.test_timetable import fill_rule
from tests.factories.timetable import make_slot

FRAME = ["#wagtail-sidebar", ".w-slim-header", ".w-header"]
PHONE, TABLET = {"width": 320, "height": 700}, {"width": 768, "height": 1024}
#: What a finger hits without aiming.
FINGER = 44


def press(page: Page, name: str) -> None:
    """A button by its key; whoever has no mouse has this."""
    page.get_by_role("button", name=name, exact=True).press("Enter")


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
def test_slots_people_and_series_on_a_phone(server_data, open_page, sign_in, javascript):
    page = open_page(**PHONE, javascript=javascript)

    def look() -> None:
        if javascript:
            assert_accessible(page, exclude=FRAME)
        assert_no_horizontal_scrolling(page)

    def warned() -> None:
        expect(page.locator(".help-critical, .error-message").first).to_be_visible()

    sign_in(page, COORDINATOR)
    day = date.today() + timedelta(days=21)
    page.goto(f"/admin/harmonogram/?dzien={day}")
    look()
    page.get_by_role("link", name="według organizacji").press("Enter")
    expect(page.locator(".calendar__nav strong").last).to_have_text("według organizacji")
    look()
    page.get_by_role("link", name="według sal").press("Enter")

    # A slot from a cell of the table: room and day are filled in.
    page.locator("tbody tr").nth(1).locator(".calendar__add").nth(2).press("Enter")
    page.wait_for_url(re.compile("/termin/nowy/"))
    assert page.locator("#id_room").input_value() and page.locator("#id_day").input_value()
    page.locator("#id_service").select_option(label="Szycie na nowo")
    page.locator("#id_opens_at").fill("21:00")
    page.locator("#id_closes_at").fill("20:00")
    page.locator("#id_capacity").fill("6")
    press(page, "Wstaw do harmonogramu")
    warned()
    look()
    page.locator("#id_closes_at").fill("22:00")
    press(page, "Wstaw do harmonogramu")
    page.wait_for_url(re.compile(r"/termin/\d+/$"))
    slot = Slot.objects.latest("pk")
    assert (slot.capacity, slot.state) == (6, states.OPEN)
    look()
    page.locator("#id_note").fill("Weź nici")
    page.locator("#id_note").press("Enter")
    expect(page.locator(".case__facts")).to_contain_text("Weź nici")

    # Somebody without an address is written down; the slot is called off; they are to be called.
    page.get_by_role("link", name="Kto przyjdzie").press("Enter")
    page.locator("input[name=channel][value=phone]").check()
    page.locator("input[name=name]").fill("Jan Przykładowy")
    page.locator("input[name=phone]").fill("85 682 21 80")
    press(page, "Zapisz")
    expect(page.locator(".slip")).to_contain_text(re.compile(r"\d{8}"))
    look()
    page.goto(f"/admin/harmonogram/termin/{slot.pk}/")
    page.locator("#id_reason").fill("Awaria pieca")
    press(page, "Odwołaj termin")
    page.wait_for_url(re.compile("/zadzwon/$"))
    expect(page.locator(".people")).to_contain_text("Jan Przykładowy")
    expect(page.locator(".people")).to_contain_text("856822180")
    look()
    press(page, "Wszyscy już wiedzą")
    expect(page.locator(".case__facts")).to_contain_text("Awaria pieca")
    slot.refresh_from_db()
    assert slot.state == states.CANCELLED

    # A series from the rule to its end.
    page.goto("/admin/harmonogram/reguly/nowa/")
    fill_rule(page)
    press(page, "Zapisz i obejrzyj dni")
    page.wait_for_url(re.compile(r"/reguly/\d+/$"))
    look()
    page.locator("form[action$='/start/'] button").press("Enter")
    expect(page.locator(".calendar__days a").first).to_have_text("otwarty")
    page.locator("#id_reason").fill("Remont podłogi")
    press(page, "Odwołaj serię")
    expect(page.locator(".case__facts")).to_contain_text("Zatrzyman")
    assert not Slot.objects.live().filter(series=ScheduleRule.objects.latest("pk")).exists()


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
def test_attendance_at_the_door_and_on_paper(server_data, open_page, sign_in, javascript):
    start = datetime.now(UTC) - timedelta(minutes=5)
    slot = make_slot(
        service=Service.objects.canonical().get(slug="doradca-zawodowy"), capacity=4,
        waitlist_max=3, starts_at=start, book_until=start + timedelta(hours=1),
    )  # fmt: skip
    page = open_page(**PHONE, javascript=javascript)
    sign_in(page, COORDINATOR)
    people = f"/admin/rezerwacje/termin/{slot.pk}/"
    for name, size in (("Anna Długonazwiskowa-Przykładowa", "1"), ("Bogdan Przykład", "3")):
        page.goto(people)
        page.locator("input[name=channel][value=desk]").check()
        page.locator("input[name=party_size]").fill(size)
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=email]").fill(f"{name.split()[0].lower()}@poczta.example")
        press(page, "Zapisz")
        expect(page.locator(".people").first).to_contain_text("Anna")
    for size in (PHONE, TABLET):
        page.set_viewport_size(size)
        page.goto(people)
        if javascript:
            assert_accessible(page, exclude=FRAME)
        assert_no_horizontal_scrolling(page)
        targets = page.locator(".people__move .button, .people__move select")
        assert targets.count() >= 4
        for target in targets.all():
            box = target.bounding_box()
            assert box and box["height"] >= FINGER and box["width"] >= FINGER, box
    row = lambda name: page.locator("tbody tr", has_text=name)  # noqa: E731
    row("Anna").locator("form[action$='/attend/'] button").press("Enter")
    expect(row("Anna")).to_contain_text("był(a)", ignore_case=True)
    row("Bogdan").locator("form[action$='/miss/'] button").press("Enter")
    expect(row("Bogdan").locator("form[action$='/unmark/']")).to_be_visible()
    found = Booking.objects.filter(slot=slot).values_list("state", flat=True)
    assert sorted(found) == ["attended", "no_show"]

    page.emulate_media(media="print")
    expect(page.locator(".people").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("Doradca zawodowy")
    expect(page.locator(".print-only")).to_be_visible()
    for hidden in (".people__move", "#zapisz", "#napisz", "#wagtail-sidebar", ".w-slim-header"):
        for one in page.locator(hidden).all():
            expect(one).to_be_hidden()
    cell = page.locator(".people td").first
    expect(cell).to_have_css("color", "rgb(0, 0, 0)")
    expect(cell).to_have_css("background-color", "rgb(255, 255, 255)")
    assert_no_horizontal_scrolling(page)
