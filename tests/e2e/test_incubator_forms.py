"""A coordinator builds a form in a browser; a team fills it in, with a script and without one."""

import re

from playwright.sync_api import expect

from forms.models import FormVersion
from incubator.models import Application, Call
from tests.e2e.helpers import assert_accessible, assert_no_horizontal_scrolling
from tests.e2e.test_incubator import MARIA, PDF, draft_of_maria, enter, status

COORDINATOR = "koordynator.inkubatora@demo.hajnowka.example"


def save(page):
    page.get_by_role("button", name="Zapisz", exact=True).click()


def test_a_form_is_built_and_filled_in(server_data, open_page, sign_in):
    builder = open_page()
    sign_in(builder, COORDINATOR)
    build(builder)
    version = FormVersion.objects.get(key="remont_sali")
    application = draft_of_maria()
    Call.objects.filter(pk=application.call_id).update(form_version=version)
    Application.objects.filter(pk=application.pk).update(form_version=version)
    address = f"/inkubator/wnioski/{application.uuid}/krok/pieniadze/"

    page = open_page()
    enter(page, MARIA)
    page.goto(address)
    budget = page.locator("[data-question=budzet]")
    expect(budget).to_be_hidden()
    page.locator("input[name=macie_kosztorys][value=yes]").check()
    expect(budget).to_be_visible()
    cells = budget.locator("[name=budzet]")
    expect(cells).to_have_count(6)
    for position, text in enumerate(["Farba", "1 200,50", "Deski", "300,25", "Śruby", "0,25"]):
        cells.nth(position).fill(text)
    expect(budget.locator("output")).to_have_text(re.compile(r"1.?501,00.zł"))
    budget.get_by_role("button", name="Dodaj wiersz").click()
    expect(cells).to_have_count(8)
    expect(cells.nth(6)).to_be_focused()
    page.keyboard.type("Gwoździe")
    page.keyboard.press("Tab")
    page.keyboard.type("dziesięć")
    page.locator("input[name=macie_kosztorys][value=yes]").focus()
    expect(status(page)).to_have_attribute("data-state", "saved")
    assert_accessible(page)
    page.locator("button[value=next]").click()
    expect(page.locator("#a-budzet_error")).to_contain_text("Wiersz 4")
    application.draft.refresh_from_db()
    assert application.draft.data["budzet"][-2:] == ["Gwoździe", "dziesięć"]

    plain = open_page(javascript=False, width=320)
    enter(plain, MARIA)
    plain.goto(address)
    cells = plain.locator("[name=budzet]")
    expect(cells.nth(7)).to_have_value("dziesięć")
    cells.nth(7).fill("10")
    plain.get_by_role("button", name="Dodaj wiersz").click()
    expect(plain.locator("output")).to_have_text(re.compile(r"1.?511,00.zł"))
    assert_no_horizontal_scrolling(plain)
    plain.locator("button[value=next]").click()
    plain.wait_for_url(re.compile("/podsumowanie/"))
    expect(plain.locator("#answer-budzet tfoot")).to_contain_text(re.compile(r"1.?511,00"))


def build(page):
    """From an empty form to a published one, with a question that opens a table."""
    page.goto("/admin/formularze/nowy/")
    page.locator("#id_title_pl").fill("Remont sali")
    page.get_by_role("button", name="Utwórz formularz").click()
    page.get_by_role("link", name="Dodaj krok").click()
    page.locator("#id_title_pl").fill("Pieniądze")
    save(page)

    page.locator("section.builder__step a.button", has_text="Dodaj pytanie").click()
    page.get_by_role("link", name="Tabela", exact=True).click()
    page.locator("#id_q-label_pl").fill("Budżet")
    page.locator("#id_columns-0-label").fill("Koszt")
    page.locator("#id_columns-0-required").check()
    page.locator("#id_columns-1-label").fill("Kwota")
    page.locator("#id_columns-1-type").select_option("money")
    page.locator("#id_columns-1-sum").check()
    save(page)

    page.locator("section.builder__step a.button", has_text="Dodaj pytanie").click()
    page.get_by_role("link", name="Tak lub nie", exact=True).click()
    page.locator("#id_q-label_pl").fill("Macie kosztorys?")
    save(page)
    # By keyboard: the question that opens the table has to stand before it.
    up = page.get_by_role("button", name=re.compile("W górę.*kosztorys"))
    up.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#field-macie_kosztorys-up"))
    expect(page.get_by_role("button", name=re.compile("W górę.*kosztorys"))).to_be_focused()
    page.get_by_role("link", name=re.compile("^Zmień.*Budżet")).click()
    page.locator("#id_q-visible_0").select_option("macie_kosztorys=yes")
    page.locator("#id_q-example_pl").fill("Farba, 200 zł")
    save(page)
    expect(page.locator("#field-budzet")).to_contain_text("Macie kosztorys?")
    assert_accessible(page, exclude=["#wagtail-sidebar", ".w-slim-header"])

    page.get_by_role("link", name="Wypróbuj").click()
    expect(page.locator("[data-question=budzet]")).to_be_hidden()
    page.get_by_role("link", name="Wróć do budowania").click()
    page.get_by_role("button", name="Opublikuj", exact=True).click()
    expect(page.locator("#versions")).to_be_visible()
    expect(page.locator("code.builder__hash")).to_have_text(re.compile("^[0-9a-f]{64}$"))


def test_a_file_is_sent_with_progress_and_again_when_the_connection_breaks(
    server_data, page, tmp_path
):
    application = draft_of_maria()
    enter(page, MARIA)
    page.goto(f"/inkubator/wnioski/{application.uuid}/krok/papers/")
    broken = []

    def break_once(route):
        if route.request.method == "POST" and not broken:
            broken.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/krok/papers/", break_once)
    file = tmp_path / "Statut łąki.pdf"
    file.write_bytes(PDF)
    page.locator("input[name=file-statute]").set_input_files(file)
    page.locator("button[name=upload][value=statute]").click()
    expect(page.locator("[data-upload-status]").first).to_contain_text("jeszcze raz")
    name = page.locator("[data-question=statute] .files__name")
    expect(name).to_contain_text("Statut łąki.pdf")
    expect(name.locator("code")).to_have_text(re.compile("^[0-9a-f]{64}$"))
    assert broken
    comments = page.locator("#comments-statute")
    comments.locator("summary").click()
    comments.locator("textarea").fill("Czy to nowa wersja?")
    comments.get_by_role("button", name="Dodaj uwagę").click()
    expect(page.locator("#comments-statute")).to_contain_text("Czy to nowa wersja?")
    expect(name).to_contain_text("Statut łąki.pdf")
    assert_accessible(page)
    page.set_viewport_size({"width": 320, "height": 800})
    assert_no_horizontal_scrolling(page)
