"""The desk, an organisation, a resident with an account, and ideas on the plan, in a browser."""

from __future__ import annotations

import re
import uuid

from playwright.sync_api import Page, expect

from accounts.models import User
from core.actors import VISITOR
from core.files.models import StoredFile
from core.outbox.models import OutboxMail
from services_catalog.cases import services, states
from services_catalog.cases.models import ServiceRequest
from services_catalog.models import Service
from services_catalog.place.models import Idea
from tests.e2e.helpers import assert_accessible, assert_no_horizontal_scrolling
from tests.e2e.test_services import COORDINATOR, send, staff_find, staff_write

PROVIDER = "czlonek.konsorcjum@demo.hajnowka.example"
RESIDENT = "mieszkanka@demo.hajnowka.example"
# Wagtail's own frame around our pages.
FRAME = ["#wagtail-sidebar", ".w-slim-header", "[data-sprite]"]
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def resident_enters(page: Page, following: str) -> None:
    page.goto(f"/konto/logowanie/?next={following}")
    page.locator("input[name=login]").fill(RESIDENT)
    page.locator("input[name=password]").fill("hajnowka-demo")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(re.escape(following)))


def press(page: Page, verb: str) -> None:
    page.locator(f"form[action$='/{verb}/'] button[type=submit]").click()
    page.wait_for_url(re.compile("/sprawy/"))


def test_the_desk_prints_a_slip_and_the_resident_follows_with_it(server_data, open_page, sign_in):
    desk = open_page()
    sign_in(desk, COORDINATOR)
    expect(desk.locator("a[href*='overdue=true']")).to_be_visible()
    desk.goto("/admin/sprawy/przyjmij/")
    desk.locator("#id_service").select_option(label="Złota rączka")
    desk.get_by_role("button", name="Wybierz").click()
    desk.wait_for_url(re.compile(r"service=\d+"))
    desk.locator("input[name=channel][value=desk]").check()
    desk.locator("textarea[name=text]").fill("Zepsuł się zamek.")
    desk.locator("input[name=name]").fill("Pan Jan")
    desk.get_by_role("button", name="Zapisz").first.click()
    expect(desk.locator("#a-where")).to_be_visible()
    expect(desk.locator("textarea[name=text]")).to_have_value("Zepsuł się zamek.")
    desk.locator("input[name=where][value=kitchen]").check()
    desk.get_by_role("button", name="Zapisz").first.click()
    expect(desk.locator(".slip__large")).to_have_count(2)
    number, pin = (one.inner_text() for one in desk.locator(".slip__large").all())
    assert re.fullmatch(r"\d{8}", pin)

    for width, javascript in ((320, True), (1280, False)):
        page = open_page(width=width, javascript=javascript)
        page.goto("/sprawy/")
        page.locator("main a[href$='/sprawy/numer-i-pin/']").click()
        page.locator("input[name=number]").fill(number)
        page.locator("input[name=pin]").fill("00000000")
        send(page)
        expect(page.locator("#error-summary")).to_be_visible()
        if javascript:
            assert_accessible(page)
        page.locator("input[name=pin]").fill(pin)
        send(page)
        expect(page.locator("h1")).to_contain_text(number)
        expect(page.locator("main")).to_contain_text("Zepsuł się zamek.")
        if javascript:
            assert_accessible(page)


def test_an_organisation_accepts_answers_and_the_resident_judges(
    server_data, open_page, sign_in, tmp_path
):
    picture = tmp_path / "furtka.pdf"
    picture.write_bytes(PDF)
    page = open_page(width=320)
    resident_enters(page, "/uslugi/zlota-raczka/zgloszenie/")
    expect(page.locator("input[name=email]")).to_have_value(RESIDENT)
    page.locator("textarea[name=text]").fill("Furtka nie chce się zamknąć.")
    page.locator("input[name=where][value=elsewhere]").check()
    page.locator("input[name=place]").fill("przed domem")
    page.locator("input[name=files]").set_input_files(picture)
    send(page)
    page.wait_for_url(re.compile(r"/sprawy/[0-9a-f-]{36}/"))
    expect(page.locator("main")).to_contain_text("furtka.pdf")
    assert_accessible(page)
    case = ServiceRequest.objects.latest("created_at")
    assert case.state == states.NEW, "the own address of an account needs no confirmation"

    desk = open_page()
    sign_in(desk, COORDINATOR)
    staff_find(desk, case.number)
    press(desk, "triage")
    desk.locator("select[name=offer-organisation]").select_option(label="Fundacja „Nastawnia”")
    press(desk, "offer")
    case.refresh_from_db()
    assert case.state == states.OFFERED

    provider = open_page()
    sign_in(provider, PROVIDER)
    staff_find(provider, case.number)
    expect(provider.locator(".case")).not_to_contain_text(RESIDENT)
    press(provider, "accept_offer")
    expect(provider.locator(".case")).to_contain_text(RESIDENT)
    with provider.expect_download() as download:
        provider.locator(".case__files a").first.click()
    assert download.value.suggested_filename == "furtka.pdf"
    press(provider, "start")
    staff_write(provider, "answer", "Naoliwiona i wyregulowana.")

    page.goto("/sprawy/")
    page.locator(f"a[href*='{case.pk}']").first.click()
    expect(page.locator(".facts").first).to_contain_text("Nastawnia")
    expect(page.locator(".line")).to_contain_text("Naoliwiona")
    page.locator("form[action$='/accept/'] button").click()
    page.locator("input[name=rating][value='5']").check()
    page.locator("textarea[name=comment]").fill("Dziękuję!")
    assert_accessible(page)
    page.get_by_role("button", name="Wyślij opinię").click()
    case.refresh_from_db()
    assert (case.state, case.feedback.rating) == (states.CLOSED, 5)
    assert StoredFile.objects.filter(name="furtka.pdf").count() == 1
    assert OutboxMail.objects.filter(kind="services/assigned", to=RESIDENT).exists()

    desk.goto("/admin/sprawy/raporty/")
    expect(desk.locator("main h2").first).to_be_visible()


def test_an_idea_is_pinned_by_pointing_and_by_keys(server_data, open_page, sign_in):
    for width, javascript in ((320, True), (1280, False)):
        page = open_page(width=width, javascript=javascript)
        page.goto("/pomysly/")
        if javascript:
            assert_accessible(page)
        page.locator("main a[href$='/pomysly/nowy/']").click()
        if javascript:
            assert_accessible(page)
        picture = page.locator("input[type=image]").locator("visible=true")
        box = picture.bounding_box()
        assert box is not None
        assert box["width"] <= width
        picture.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
        expect(page.locator("input[name=x]")).to_have_value(re.compile("29[89]|30[012]"))
        page.locator("input[name=title]").fill(f"Huśtawka {width}")
        page.get_by_role("button", name="w prawo").click()
        expect(page.locator("input[name=x]")).to_have_value(re.compile("31[34567]"))
        expect(page.locator("input[name=title]")).to_have_value(f"Huśtawka {width}")
        if javascript:
            assert_accessible(page)
        page.get_by_role("button", name="Wyślij pomysł").last.click()
        page.wait_for_url(re.compile("/pomysly/$"))
        assert_no_horizontal_scrolling(page) if javascript else None
    keys = open_page()
    keys.goto("/pomysly/nowy/")
    keys.locator("select[name=miejsce]").focus()
    keys.keyboard.type("peron")
    keys.locator("form.form button").press("Enter")
    keys.locator("input[name=title]").fill("Zegar na peronie")
    keys.locator("input[name=title]").press("Enter")
    keys.wait_for_url(re.compile("/pomysly/$"))
    one = Idea.objects.get(title="Zegar na peronie")
    assert (one.state, one.x, one.y) == ("pending", 300, 240)

    desk = open_page()
    sign_in(desk, COORDINATOR)
    desk.goto(f"/admin/pomysly/inspect/{one.pk}/")
    desk.locator("form[action$='/publish/'] button").click()
    keys.goto("/pomysly/")
    expect(keys.locator("main")).to_contain_text("Zegar na peronie")


def test_the_catalogue_helps_to_choose(server_data, open_page):
    page = open_page(width=320)
    for path in (
        "/uslugi/zlota-raczka/sprawdz/",
        "/uslugi/zlota-raczka/sprawdz/?p1=tak&p2=tak",
        "/uslugi/porownaj/?a=zlota-raczka&b=podwozka-do-lekarza",
        "/uslugi/pakiety/senior-w-domu/",
        "/uslugi/pakiety/senior-w-domu/zgloszenie/",
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, path
        assert_accessible(page)
    page.goto("/uslugi/")
    expect(page.locator("a[href$='/uslugi/pakiety/senior-w-domu/']")).to_be_visible()
    assert page.request.get("/uslugi/zlota-raczka/ulotka.pdf").body().startswith(b"%PDF")


def test_acts_on_several_cases_and_two_people_at_one(server_data, open_page, sign_in):
    """Assign, priority and merge from the list; then a screen that somebody else has outdated."""
    service = Service.objects.canonical().live().filter(form_version=None).first()
    cases = [
        services.open_case(
            service, actor=VISITOR, name="Pani Wanda", phone="856822180", language="pl",
            text=f"Skrzypiąca huśtawka {number}.", submission_key=uuid.uuid4(),
        )
        for number in range(3)
    ]  # fmt: skip
    desk = open_page()
    sign_in(desk, COORDINATOR)

    def choose(number: int) -> None:
        desk.goto("/admin/sprawy/?q=huśtawka")
        boxes = desk.locator("tbody input[data-bulk-action-checkbox]")
        expect(boxes).to_have_count(3)
        for place in range(number):
            boxes.nth(place).check()

    def act(name: str) -> None:
        desk.get_by_role("link", name=name).click()
        desk.wait_for_url(re.compile("/bulk/"))
        assert_accessible(desk, exclude=FRAME)

    def press_it() -> None:
        desk.locator("main form[method=post] button[type=submit]").first.click()
        desk.wait_for_url(re.compile("/admin/sprawy/"))

    fresh = ServiceRequest.objects.filter(pk__in=[case.pk for case in cases])
    choose(2)
    act("Ustaw pilność")
    desk.locator("select[name=priority]").select_option(value="2")
    press_it()
    assert sorted(fresh.values_list("priority", flat=True)) == [1, 2, 2]
    # A screen that was opened before the others are joined with it says so and acts on nothing.
    other = open_page()
    sign_in(other, COORDINATOR)
    staff_find(other, cases[1].number)
    other.locator("textarea[name=text]").fill("Naprawimy we wtorek.")
    choose(3)
    act("Połącz")
    press_it()
    assert fresh.filter(state=states.DUPLICATE, duplicate_of=cases[0]).count() == 2
    other.locator("button[formaction$='/note/']").click()
    expect(other.locator(".messages")).to_contain_text("Ktoś zmienił tę sprawę")
    expect(other.locator("textarea[name=text]")).to_have_value("Naprawimy we wtorek.")
    assert not cases[1].messages.exists()
    # What is over is left as it is, and each case says why.
    choose(3)
    act("Przydziel wybrane sprawy")
    coordinator = User.objects.get(email=COORDINATOR)
    desk.locator("select[name=assignee]").select_option(value=str(coordinator.pk))
    press_it()
    expect(desk.locator(".messages")).to_contain_text(cases[1].number)
    assert fresh.get(assigned_to=coordinator) == cases[0]
    assert fresh.get(pk=cases[0].pk).state == states.IN_PROGRESS
