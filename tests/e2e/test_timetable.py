"""A coordinator makes a series and calls it off; visitors read the week; the screen in the hall."""

from __future__ import annotations

import re
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from services_catalog.timetable import states
from services_catalog.timetable.models import ScheduleRule, Slot
from tests.e2e.helpers import assert_accessible, assert_no_horizontal_scrolling
from tests.e2e.test_services import COORDINATOR


def fill_rule(page: Page) -> None:
    page.locator("#id_service").select_option(label="Szycie na nowo")
    page.locator("#id_provider").select_option(index=1)
    page.locator("#id_room").select_option(index=1)
    page.locator("input[name=weekdays][value=SU]").check()
    page.locator("#id_opens_at").fill("18:00")
    page.locator("#id_closes_at").fill("20:00")
    page.locator("#id_valid_to").fill((date.today() + timedelta(days=200)).isoformat())
    page.locator("#id_capacity").fill("6")


def test_a_coordinator_by_keyboard(server_data, open_page, sign_in):
    page = open_page()
    sign_in(page, COORDINATOR)
    page.goto(f"/admin/harmonogram/?dzien={date.today() + timedelta(days=7)}")
    assert_accessible(page, exclude=["#wagtail-sidebar", ".w-header"])
    expect(page.locator(".calendar__table")).to_contain_text("Komputer bez strachu")
    page.goto("/admin/harmonogram/reguly/nowa/")
    fill_rule(page)
    page.locator("#id_capacity").press("Enter")
    page.wait_for_url(re.compile(r"/reguly/\d+/$"))
    rule = ScheduleRule.objects.latest("pk")
    expect(page.locator(".calendar__days")).to_contain_text("do utworzenia")
    assert_accessible(page, exclude=["#wagtail-sidebar", ".w-header"])
    page.locator("form[action$='/start/'] button").press("Enter")
    expect(page.locator(".calendar__days a").first).to_have_text("otwarty")

    # One slot is moved; the rule keeps the others where they are.
    page.locator(".calendar__days a").last.press("Enter")
    page.wait_for_url(re.compile(r"/termin/\d+/$"))
    page.locator("#id_opens_at").fill("17:00")
    page.locator("#id_note").fill("Wyjątkowo wcześniej")
    page.locator("#id_note").press("Enter")
    expect(page.locator(".case__facts")).to_contain_text("17:00")
    expect(page.locator(".case__facts")).to_contain_text("zmieniony ręcznie")

    # Another one meets a room that is taken, and the answer names by what.
    page.goto(f"/admin/harmonogram/termin/nowy/?wzor={rule.slots.live().first().pk}")
    page.locator("#id_service").select_option(label="Doradca zawodowy")
    page.get_by_role("button", name="Wstaw do harmonogramu").press("Enter")
    expect(page.locator("main form")).to_contain_text("Szycie na nowo")
    expect(page.locator("#id_opens_at")).to_have_value("18:00")
    assert_accessible(page, exclude=["#wagtail-sidebar", ".w-header"])

    page.goto(f"/admin/harmonogram/reguly/{rule.pk}/")
    page.locator("#id_reason").fill("Remont podłogi")
    page.get_by_role("button", name="Odwołaj serię").press("Enter")
    expect(page.locator(".case__facts")).to_contain_text("Zatrzyman")
    assert not Slot.objects.live().filter(series=rule).exists()
    assert Slot.objects.filter(series=rule, state=states.CANCELLED).count() >= 4
    page.goto("/admin/harmonogram/raport/")
    expect(page.locator(".report__bar").first).to_be_visible()
    assert_accessible(page, exclude=["#wagtail-sidebar", ".w-header"])


def test_visitors_read_the_week_and_the_hall(server_data, open_page):
    for width, javascript, theme in (
        (320, True, "dark"), (320, False, "light"), (1280, True, "light"),
    ):  # fmt: skip
        page = open_page(width=width, javascript=javascript, theme=theme)
        page.goto("/uslugi/")
        page.locator("main a[href$='/harmonogram/']").click()
        page.get_by_role("link", name="Następny tydzień").click()
        expect(page.locator(".week-day")).to_have_count(7)
        expect(page.locator(".week-days")).to_contain_text("Komputer bez strachu")
        expect(page.locator(".week-days")).to_contain_text("przykład")
        if javascript:
            assert_accessible(page)
        page.locator(".week-filters summary").click()
        page.get_by_role("link", name=re.compile("Czytelnia")).first.click()
        expect(page.locator(".week-days")).not_to_contain_text("Wspólny stół")
        if javascript:
            assert_accessible(page)
        page.locator(".slot__title a").first.click()
        expect(page.locator("#terminy .week-day")).to_have_count(7)
        if javascript:
            assert_accessible(page)
        page.goto("/harmonogram/tablica/")
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(".hall__table tbody tr").first).to_be_visible()
        if javascript:
            assert_accessible(page)
            assert_no_horizontal_scrolling(page)
