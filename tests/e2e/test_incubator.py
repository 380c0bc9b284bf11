"""From an open call to the number of an application, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from accounts.models import User
from incubator.models import Application, ApplicationDraft
from tests.e2e.helpers import assert_accessible, assert_no_horizontal_scrolling
from tests.factories.incubator import PDF, make_organisation

CALL = "/inkubator/nabory/miejsce-w-inkubatorze/"
MARIA = "mieszkanka@demo.hajnowka.example"
MIKOLAJ = "mieszkaniec@demo.hajnowka.example"
LIDIA = "liderka.konsorcjum@demo.hajnowka.example"
IDEA = "Otwieramy raz w tygodniu warsztat stolarski dla sąsiadów. " * 7


def enter(page, email, following="/inkubator/wnioski/"):
    """Sign in as a resident does."""
    page.goto(f"/konto/logowanie/?next={following}")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill("hajnowka-demo")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(re.escape(following)))


def go_on(page):
    page.locator("main form button[name=go][value=next]").click()


def question(page, key):
    return page.locator(f"#a-{key}")


def draft_of_maria():
    """The demo's unfinished application, which Maria and Mikołaj write together."""
    return Application.objects.get(organisation__name_pl="Stowarzyszenie Kwietna Łąka")


def step(application, key):
    return f"/inkubator/wnioski/{application.uuid}/krok/{key}/"


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
def test_from_the_call_to_the_number(server_data, open_page, javascript, width, tmp_path):
    page = open_page(width=width, javascript=javascript)

    def look():
        (assert_accessible if javascript else lambda _page: None)(page)

    page.goto(CALL)
    look()
    page.locator(".ticket a.button").click()
    page.wait_for_url(re.compile("/konto/logowanie/"))
    page.locator("input[name=login]").fill(LIDIA)
    page.locator("input[name=password]").fill("hajnowka-demo")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile("/wnioski/nowy/"))
    look()
    page.locator("main a[href*='/konto/organizacje/nowa/']").click()
    page.locator("input[name=name_pl]").fill("Stolarnia przy Lipowej")
    page.locator("select[name=legal_form]").select_option("association")
    page.locator("input[name=register_type][value=krs]").check()
    page.locator("input[name=nip]").fill("000-000-00-00")
    page.locator("input[name=town]").fill("Hajnówka")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#id_nip_error")).to_be_visible()
    expect(page.locator("input[name=name_pl]")).to_have_value("Stolarnia przy Lipowej")
    look()
    page.locator("input[name=nip]").fill("")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile("/wnioski/nowy/"))
    page.get_by_label("Stolarnia przy Lipowej").check()
    page.locator("main form button[type=submit]").click()

    page.wait_for_url(re.compile("/krok/team/"))
    look()
    question(page, "contact_person").fill("Lidia Liderska")
    question(page, "contact_email").fill("lidia@stolarnia.example")
    question(page, "people").fill("czworo")
    go_on(page)
    expect(page.locator("#error-summary")).to_be_visible()
    expect(question(page, "people")).to_have_value("czworo")
    look()
    question(page, "people").fill("4")
    go_on(page)

    page.wait_for_url(re.compile("/krok/idea/"))
    question(page, "idea_name").fill("Stolarnia sąsiedzka")
    question(page, "idea").fill(IDEA)
    page.locator("input[name=for_whom][value=seniors]").check()
    question(page, "beneficiaries").fill("40")
    go_on(page)

    page.wait_for_url(re.compile("/krok/needs/"))
    if javascript:
        expect(question(page, "mentor_topics")).to_be_hidden()
    page.locator("input[name=needed][value=mentor]").check()
    question(page, "mentor_topics").fill("Księgowość.")
    page.locator("input[name=hours][value=evenings]").check()
    look()
    go_on(page)

    page.wait_for_url(re.compile("/krok/money/"))
    question(page, "income").fill("1 234,50 zł")
    page.locator("input[name=has_own][value=no]").check()
    go_on(page)

    page.wait_for_url(re.compile("/krok/papers/"))
    file = tmp_path / "Statut stolarni.pdf"
    file.write_bytes(PDF)
    page.locator("input[name=file-statute]").set_input_files(file)
    page.locator("button[name=upload][value=statute]").click()
    expect(page.locator(".files__name")).to_contain_text("Statut stolarni.pdf")
    page.locator("input[name=rules]").check()
    page.locator("input[name=arrears]").check()
    look()
    go_on(page)

    page.wait_for_url(re.compile("/podsumowanie/"))
    expect(page.locator("#answer-idea_name")).to_contain_text("Stolarnia")
    look()
    page.locator("input[name=function]").fill("prezeska")
    page.locator("input[name=declared]").check()
    page.locator("main form button[type=submit]").click()

    page.wait_for_url(re.compile(r"/wnioski/[0-9a-f-]{36}/$"))
    number = page.locator(".ticket__number").inner_text()
    assert re.fullmatch(r"INK/\d{4}/\d\d/\d{3}-\d", number)
    look()
    assert_no_horizontal_scrolling(page)
    application = Application.objects.get(number=number)
    assert application.latest_snapshot.data["income"] == "1234.50"
    with page.expect_download() as download:
        page.locator("a[href$='potwierdzenie.pdf']").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def status(page):
    return page.locator("[data-autosave-status]")


def test_what_is_typed_is_saved_by_itself(server_data, page):
    application = draft_of_maria()
    enter(page, MARIA)
    page.goto(step(application, "idea"))
    question(page, "idea_name").fill("Łąka pod każdym oknem")
    question(page, "beneficiaries").focus()
    expect(status(page)).to_contain_text(re.compile(r"\d\d:\d\d:\d\d"))
    expect(status(page)).to_have_attribute("data-state", "saved")
    draft = ApplicationDraft.objects.get(application=application)
    assert draft.data["idea_name"] == "Łąka pod każdym oknem"


def test_eight_seconds_after_a_change_it_is_saved_while_the_field_is_still_in_use(
    server_data, page
):
    application = draft_of_maria()
    enter(page, MARIA)
    page.clock.install()
    page.goto(step(application, "idea"))
    sent = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 60)
    question(page, "idea_name").fill("Łąka po ośmiu sekundach")
    page.clock.run_for(7_500)
    assert page.evaluate("document.activeElement.id") == "a-idea_name"
    assert not sent
    page.clock.run_for(1_000)
    expect(status(page)).to_have_attribute("data-state", "saved")
    assert [one for one in sent if one.endswith("/zapis/")] == sent
    assert len(sent) == 1
    draft = ApplicationDraft.objects.get(application=application)
    assert draft.data["idea_name"] == "Łąka po ośmiu sekundach"


def test_a_browser_that_keeps_nothing_still_saves_to_the_server(server_data, open_context):
    context = open_context()
    context.add_init_script(
        """for (const name of ["getItem", "setItem", "removeItem"]) {
            Storage.prototype[name] = () => {
                throw new DOMException("full", "QuotaExceededError");
            };
        }"""
    )
    page = context.new_page()
    application = draft_of_maria()
    enter(page, MARIA)
    page.goto(step(application, "idea"))
    assert page.evaluate("try { localStorage.setItem('a', 'b'); 0 } catch { 1 }") == 1
    question(page, "idea_name").fill("Bez pamięci przeglądarki")
    question(page, "beneficiaries").focus()
    expect(status(page)).to_have_attribute("data-state", "saved")
    draft = ApplicationDraft.objects.get(application=application)
    assert draft.data["idea_name"] == "Bez pamięci przeglądarki"
    # And by the button, as without a script. An uncaught error would fail this test by itself.
    question(page, "idea_name").fill("Jeszcze raz bez pamięci")
    with page.expect_navigation():
        page.locator(".buttons button[name=go][value=save]").click()
    draft.refresh_from_db()
    assert draft.data["idea_name"] == "Jeszcze raz bez pamięci"


@pytest.mark.parametrize("width", [320, 1280])
def test_the_sign_of_saving_is_seen_where_somebody_types(server_data, open_page, width):
    page = open_page(width=width, height=640)
    enter(page, MARIA)
    page.goto(step(draft_of_maria(), "idea"))
    for key in ("idea_name", "beneficiaries"):
        question(page, key).fill("41" if key == "beneficiaries" else "Inna łąka")
        page.keyboard.press("Tab")
        expect(status(page)).to_have_attribute("data-state", "saved")
        expect(status(page)).to_be_in_viewport(ratio=1)
        # Nor does it lie over what has the focus now.
        assert page.evaluate(
            """() => {
                const focus = document.activeElement.getBoundingClientRect();
                const found = document.querySelector("[data-autosave-status]");
                const sign = found.getBoundingClientRect();
                return focus.top < sign.top || focus.top >= sign.bottom;
            }"""
        )
    assert_no_horizontal_scrolling(page)


def test_the_counter_counts_signs(server_data, page):
    enter(page, MARIA)
    page.goto(step(draft_of_maria(), "idea"))
    question(page, "idea").fill("🌲ąę")
    expect(page.locator("[data-count-for=idea]")).to_contain_text(re.compile(r"^3 "))


def test_two_people_get_both_answers_side_by_side(server_data, open_page):
    application = draft_of_maria()
    maria, mikolaj = open_page(), open_page()
    enter(maria, MARIA)
    enter(mikolaj, MIKOLAJ)
    for page in (maria, mikolaj):
        page.goto(step(application, "idea"))
    question(maria, "idea_name").fill("Od Marii")
    question(maria, "beneficiaries").focus()
    expect(status(maria)).to_have_attribute("data-state", "saved")
    question(mikolaj, "idea_name").fill("Od Mikołaja")
    question(mikolaj, "beneficiaries").focus()
    panel = mikolaj.locator(".conflict")
    expect(panel).to_contain_text("Od Marii")
    expect(panel).to_contain_text("Maria")
    expect(question(mikolaj, "idea_name")).to_have_value("Od Mikołaja")
    assert_accessible(mikolaj)
    panel.locator("[data-keep]").click()
    expect(status(mikolaj)).to_have_attribute("data-state", "saved")
    draft = ApplicationDraft.objects.get(application=application)
    assert draft.data["idea_name"] == "Od Mikołaja"
    # Maria's next save brings along what Mikołaj has changed.
    question(maria, "beneficiaries").fill("12")
    question(maria, "idea").focus()
    expect(question(maria, "idea_name")).to_have_value("Od Mikołaja")


def test_offline_and_back(server_data, open_context):
    """The network of the browser is off; the page is closed before it comes back."""
    application = draft_of_maria()
    context = open_context()
    page = context.new_page()
    enter(page, MARIA)
    page.goto(step(application, "idea"))
    before = ApplicationDraft.objects.get(application=application)
    context.set_offline(True)
    question(page, "idea_name").fill("Bez sieci")
    question(page, "beneficiaries").focus()
    expect(status(page)).to_have_attribute("data-state", "offline")
    question(page, "beneficiaries").fill("77")
    page.close(run_before_unload=False)
    draft = ApplicationDraft.objects.get(application=application)
    assert (draft.rev, draft.data) == (before.rev, before.data)
    context.set_offline(False)
    # On another step of the same application: what was kept is sent all the same.
    page = context.new_page()
    page.goto(step(application, "team"))
    expect(status(page)).to_have_attribute("data-state", "saved")
    draft.refresh_from_db()
    assert (draft.data["idea_name"], draft.data["beneficiaries"]) == ("Bez sieci", "77")
    assert not page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft'))")
    # And while the page stays open: the browser says that the network is back.
    context.set_offline(True)
    question(page, "contact_person").fill("Znowu bez sieci")
    question(page, "people").focus()
    expect(status(page)).to_have_attribute("data-state", "offline")
    context.set_offline(False)
    expect(status(page)).to_have_attribute("data-state", "saved")
    draft.refresh_from_db()
    assert draft.data["contact_person"] == "Znowu bez sieci"


def test_an_ended_session_loses_nothing(server_data, open_context):
    application = draft_of_maria()
    context = open_context()
    page = context.new_page()
    enter(page, MARIA)
    page.goto(step(application, "idea"))
    context.clear_cookies(name="sessionid")
    question(page, "idea_name").fill("Po wylogowaniu")
    question(page, "beneficiaries").focus()
    expect(status(page)).to_have_attribute("data-state", "signedOut")
    expect(page.locator("[data-autosave-sign-in]")).to_be_visible()
    assert_accessible(page)
    other = context.new_page()
    enter(other, MARIA)
    expect(status(page)).to_have_attribute("data-state", "saved", timeout=20_000)
    draft = ApplicationDraft.objects.get(application=application)
    assert draft.data["idea_name"] == "Po wylogowaniu"


def tab_to(page, selector):
    """Press Tab until something that matches has the focus, and see that it is in sight."""
    for _time in range(90):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            break
    else:
        raise AssertionError(f"no way to {selector} by the keyboard")
    found = page.evaluate(
        """() => {
            const focus = document.activeElement.getBoundingClientRect();
            const sign = document.querySelector(".wizard__saved")?.getBoundingClientRect();
            const bottom = sign && getComputedStyle(document.querySelector(".wizard__saved"))
                .position === "sticky" ? Math.min(sign.top, innerHeight) : innerHeight;
            return focus.bottom > 0 && focus.top < bottom;
        }"""
    )
    assert found, f"{selector} has the focus and is not in sight"


def type_into(page, key, text):
    tab_to(page, f"#a-{key}")
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def choose(page, name, value):
    """A radio button: Tab reaches the group, the arrows its answers."""
    tab_to(page, f"input[name={name}]")
    page.keyboard.press("Space")
    for _time in range(10):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no {value} among {name}")


def tick(page, name, value=None):
    tab_to(page, f"input[name={name}]" + (f"[value={value}]" if value else ""))
    page.keyboard.press("Space")


def press(page, selector, following=None):
    tab_to(page, selector)
    page.keyboard.press("Enter")
    if following:
        page.wait_for_url(re.compile(following))


NEXT = "button[name=go][value=next]"


def test_the_whole_wizard_by_keyboard_alone(server_data, open_page, tmp_path):
    page = open_page(width=320, height=720)
    make_organisation(User.objects.get(email=MIKOLAJ), "Bez myszki")
    page.goto(CALL)
    press(page, ".ticket a.button", "/konto/logowanie/")
    tab_to(page, "input[name=login]")
    page.keyboard.type(MIKOLAJ)
    tab_to(page, "input[name=password]")
    page.keyboard.type("hajnowka-demo")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/wnioski/nowy/"))
    own = page.get_by_label("Bez myszki").get_attribute("value")
    choose(page, "organisation", own)
    press(page, "main form button[type=submit]", "/krok/team/")

    type_into(page, "contact_person", "Mikołaj z klawiatury")
    type_into(page, "contact_email", "mikolaj@bez-myszki.example")
    type_into(page, "people", "czworo")
    press(page, NEXT)
    # What is wrong is read first, and its link leads to the field.
    expect(page.locator("#error-summary")).to_be_focused()
    press(page, "#error-summary a")
    expect(question(page, "people")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("4")
    press(page, NEXT, "/krok/idea/")

    type_into(page, "idea_name", "Warsztat bez myszki")
    type_into(page, "idea", IDEA)
    tick(page, "for_whom", "seniors")
    type_into(page, "beneficiaries", "40")
    press(page, NEXT, "/krok/needs/")
    tick(page, "needed", "mentor")
    type_into(page, "mentor_topics", "Księgowość.")
    choose(page, "hours", "evenings")
    press(page, NEXT, "/krok/money/")
    type_into(page, "income", "1 234,50 zł")
    choose(page, "has_own", "no")
    press(page, NEXT, "/krok/papers/")

    file = tmp_path / "Statut.pdf"
    file.write_bytes(PDF)
    tab_to(page, "input[name=file-statute]")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(file)
    press(page, "button[name=upload][value=statute]")
    expect(page.locator(".files__name a")).to_be_focused()
    tick(page, "rules")
    tick(page, "arrears")
    press(page, NEXT, "/podsumowanie/")
    tab_to(page, "input[name=function]")
    page.keyboard.type("opiekun")
    tick(page, "declared")
    # The link to a field leaves its mark on the address, from page to page.
    press(page, "main form button[type=submit]", r"/wnioski/[0-9a-f-]{36}/(#.*)?$")
    application = Application.objects.get(number=page.locator(".ticket__number").inner_text())
    assert application.latest_snapshot.data["idea_name"] == "Warsztat bez myszki"
    assert_no_horizontal_scrolling(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_is_accessible(server_data, open_page, width, theme):
    page = open_page(width=width, theme=theme)
    news = "/inkubator/powiadomienia/"
    for address in ("/inkubator/", CALL, "/inkubator/sprawdz/", "/en/inkubator/", news):
        page.goto(address)
        assert_accessible(page)
    enter(page, MARIA)
    assert_accessible(page)
    application = draft_of_maria()
    base = f"/inkubator/wnioski/{application.uuid}/"
    steps = [f"krok/{one.key}/" for one in application.form_version.form.steps]
    for address in ("", *steps, "zapisy/", "podsumowanie/", "wycofaj/"):
        page.goto(base + address)
        assert_accessible(page)
    page.goto("/konto/organizacje/")
    assert_accessible(page)
    page.goto(f"/konto/organizacje/{application.organisation.uuid}/")
    page.locator("details summary").last.click()
    assert_accessible(page)
    assert_no_horizontal_scrolling(page)
