"""From an empty form in the builder to the answer, and what a change meanwhile does to a writer."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from forms.models import FormVersion
from services_catalog.cases import states
from services_catalog.cases.models import ServiceRequest
from services_catalog.models import Service
from tests.e2e.helpers import assert_accessible, assert_no_horizontal_scrolling
from tests.e2e.test_editor import CHIEF, act
from tests.e2e.test_services import COORDINATOR, send, staff_find, staff_write
from tests.e2e.test_services_people import press, resident_enters

SLUG = "podwozka-do-lekarza"
ASKING = f"/uslugi/{SLUG}/zgloszenie/"


def save(page: Page) -> None:
    page.get_by_role("button", name="Zapisz", exact=True).click()


def add_question(page: Page, kind: str, words: str) -> None:
    page.locator("section.builder__step a.button", has_text="Dodaj pytanie").click()
    page.get_by_role("link", name=kind, exact=True).click()
    page.locator("#id_q-label_pl").fill(words)


def build(page: Page) -> None:
    """A form with a condition and a personal question, tried out and published."""
    page.goto("/admin/formularze/nowy/")
    page.locator("#id_title_pl").fill("Dokąd jedziemy")
    page.get_by_role("button", name="Utwórz formularz").click()
    page.get_by_role("link", name="Dodaj krok").click()
    page.locator("#id_title_pl").fill("Wyjazd")
    save(page)
    add_question(page, "Jedna z kilku odpowiedzi", "Jak często?")
    page.locator("#id_q-choices_pl").fill("Jeden raz\nCo tydzień")
    page.locator("input[name=q-required][value=yes]").check()
    save(page)
    add_question(page, "Krótki tekst", "W który dzień tygodnia?")
    page.locator("input[name=q-required][value=yes]").check()
    weekly = page.locator("#id_q-visible_0 option", has_text="Co tydzień").first
    page.locator("#id_q-visible_0").select_option(weekly.get_attribute("value"))
    save(page)
    add_question(page, "Tak lub nie", "Czy jeździ Pani na wózku?")
    page.locator("input[name=q-required][value=no]").check()
    page.locator("input[name=q-audience][value=identity]").check()
    save(page)
    page.get_by_role("link", name="Wypróbuj").click()
    day = page.locator("[data-question]", has_text="W który dzień")
    expect(day).to_be_hidden()
    page.get_by_label("Co tydzień").check()
    expect(day).to_be_visible()
    page.get_by_role("link", name="Wróć do budowania").click()
    page.get_by_role("button", name="Opublikuj", exact=True).click()
    expect(page.locator("#versions")).to_be_visible()


def test_a_form_from_the_builder_is_asked_of_a_resident_and_answered(
    server_data, open_page, sign_in
):
    """The coordinator works with scripts; the resident, with an account, without any, at 320 px."""
    desk = open_page()
    sign_in(desk, COORDINATOR)
    build(desk)
    version = FormVersion.objects.latest("pk")
    assert version.frozen_at is None
    service = Service.objects.canonical().get(slug=SLUG)
    desk.goto(f"/admin/snippets/services_catalog/service/edit/{service.pk}/")
    desk.get_by_role("tab", name="Sprawy").click()
    desk.locator("#id_form_version").select_option(str(version.pk))
    act(desk, "Wyślij do sprawdzenia: Druga para oczu")
    desk.wait_for_url(lambda url: "/edit/" not in url)
    service.refresh_from_db()
    assert service.form_version is None, "a service is published by a second person"
    chief = open_page()
    sign_in(chief, CHIEF)
    chief.goto(f"/admin/snippets/services_catalog/service/edit/{service.pk}/")
    act(chief, "Akceptuj")
    chief.wait_for_url(lambda url: "/edit/" not in url)
    service.refresh_from_db()
    assert service.form_version == version

    page = open_page(width=320, javascript=False)
    resident_enters(page, ASKING)
    page.locator("textarea[name=text]").fill("Na rehabilitację w Bielsku.")
    send(page)
    expect(page.locator("#error-summary")).to_contain_text("Jak często?")
    expect(page.locator("textarea[name=text]")).to_have_value("Na rehabilitację w Bielsku.")
    page.get_by_label("Co tydzień").check()
    send(page)
    expect(page.locator("#error-summary")).to_contain_text("W który dzień")
    expect(page.get_by_label("Co tydzień")).to_be_checked()
    page.get_by_label("W który dzień tygodnia?").fill("we wtorki")
    assert_no_horizontal_scrolling(page)
    send(page)
    assert page.locator("#error-summary").all_inner_texts() == []
    page.wait_for_url(re.compile(r"/sprawy/[0-9a-f-]{36}/"))
    expect(page.locator("main")).to_contain_text("we wtorki")
    assert_no_horizontal_scrolling(page)
    case = ServiceRequest.objects.latest("created_at")
    assert (case.state, case.form_version) == (states.NEW, version)
    version.refresh_from_db()
    assert version.frozen_at is not None

    staff_find(desk, case.number)
    expect(desk.locator(".case")).to_contain_text("we wtorki")
    press(desk, "take")
    staff_write(desk, "ask", "O której zaczynają się zajęcia?")
    page.goto("/sprawy/")
    expect(page.locator("main")).to_contain_text(case.number)
    page.locator(f"a[href*='{case.pk}']").first.click()
    expect(page.locator(".line")).to_contain_text("O której zaczynają się zajęcia?")
    page.locator("textarea[name=text]").fill("O dziesiątej.")
    send(page)
    expect(page.locator(".line")).to_contain_text("O dziesiątej.")
    desk.reload()
    expect(desk.locator(".case")).to_contain_text("O dziesiątej.")
    staff_write(desk, "answer", "Kierowca będzie o 9:15, co wtorek.")
    page.goto(f"/sprawy/{case.pk}/")
    expect(page.locator(".line")).to_contain_text("Kierowca będzie o 9:15")
    page.locator("form[action$='/accept/'] button").click()
    page.locator("input[name=rating][value='4']").check()
    page.get_by_role("button", name="Wyślij opinię").click()
    page.wait_for_url(re.compile(r"/sprawy/[0-9a-f-]{36}/$"))
    assert_no_horizontal_scrolling(page)
    case.refresh_from_db()
    assert (case.state, case.feedback.rating) == (states.CLOSED, 4)


def test_a_telephone_alone_and_a_service_that_goes_away_while_somebody_writes(
    server_data, open_page
):
    page = open_page(width=320)

    def begin() -> None:
        page.goto("/uslugi/zlota-raczka/zgloszenie/")
        page.locator("textarea[name=text]").fill("Zacina się okno.")
        page.locator("input[name=name]").fill("Pan Jan")
        page.locator("input[name=phone]").fill("85 682 21 80")
        page.locator("input[name=where][value=elsewhere]").check()
        page.locator("input[name=place]").fill("na strychu")

    begin()
    send(page)
    expect(page.get_by_role("button", name="Wydrukuj kartkę")).to_be_visible()
    number, pin = (one.inner_text() for one in page.locator(".ticket__large").all())
    assert re.fullmatch(r"\d{8}", pin)
    assert_accessible(page)
    other = open_page(width=320, javascript=False)
    other.goto("/sprawy/numer-i-pin/")
    other.locator("input[name=number]").fill(number)
    other.locator("input[name=pin]").fill(pin)
    send(other)
    expect(other.locator("main")).to_contain_text("Zacina się okno.")

    services = Service.objects.filter(slug="zlota-raczka")
    version = services.first().form_version
    begin()
    services.update(form_version=None)
    send(page)
    expect(page.locator("#left-over")).to_have_value(re.compile("na strychu"))
    expect(page.locator("textarea[name=text]")).to_have_value("Zacina się okno.")
    assert_accessible(page)
    services.update(form_version=version)
    begin()
    services.update(live=False)
    send(page)
    expect(page.locator("#typed")).to_have_value(re.compile("Zacina się okno.*na strychu", re.S))
    assert_accessible(page)
    assert ServiceRequest.objects.filter(text="Zacina się okno.").count() == 1
    services.update(live=True)
    page.get_by_role("button", name="Spróbuj jeszcze raz").click()
    expect(page.get_by_role("button", name="Wydrukuj kartkę")).to_be_visible()
    assert ServiceRequest.objects.filter(text="Zacina się okno.").count() == 2
