"""Making an account and getting in, in a real browser: with and without JavaScript, on a phone."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import Browser, Page, expect

from accounts.addresses import set_address
from accounts.models import User
from core.outbox.models import OutboxMail
from tests.e2e.helpers import (
    assert_accessible,
    with_and_without_javascript,
)

ADDRESS = "nowa.osoba@example.org"
PASSWORD = "żubr w pociągu do Hajnówki"
DEMO_RESIDENT = "mieszkanka@demo.hajnowka.example"


def check(page: Page, javascript: bool) -> None:
    """The page is what it has to be, as far as a machine can tell."""
    if javascript:
        assert_accessible(page)
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def press(page: Page, form: str = "main form") -> None:
    """Press the first button of a form that can be seen."""
    page.locator(f"{form} button[type=submit]:visible").first.click()


def last_mail(address: str) -> OutboxMail:
    """What was written to somebody last."""
    return OutboxMail.objects.filter(to=address).latest("id")


def link_in_mail(address: str) -> str:
    found = re.search(r"https?://\S+", last_mail(address).text)
    assert found
    return found[0]


def code_in_mail(address: str) -> str:
    found = re.search(r"\d{4}-\d{4}", last_mail(address).text)
    assert found
    return found[0]


def app_code(secret: str, *, later: int = 0) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + later))


def sign_in(page: Page, address: str, password: str) -> None:
    page.goto("/konto/logowanie/")
    page.locator("#id_login").fill(address)
    page.locator("#id_password").fill(password)
    press(page)


def sign_out(page: Page) -> None:
    page.goto("/konto/")
    page.locator('main form[action="/konto/wylogowanie/"] button').click()
    expect(page).to_have_url(re.compile("/konto/wylogowano/$"))


@with_and_without_javascript
def test_from_the_first_visit_to_a_second_factor(
    open_page: Any, server_data: Any, javascript: bool
) -> None:
    page = open_page(width=320, javascript=javascript)
    page.goto("/konto/rejestracja/")
    check(page, javascript)
    page.locator("#id_email").fill("nie adres")
    press(page)
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("#id_email")).to_have_value("nie adres")
    check(page, javascript)
    page.locator("#id_email").fill(ADDRESS)
    page.locator("#id_password1").fill(PASSWORD)
    press(page)
    expect(page).to_have_url(re.compile("sprawdz-poczte"))
    check(page, javascript)

    page.goto(link_in_mail(ADDRESS))
    check(page, javascript)
    press(page)
    expect(page).to_have_url(re.compile("/konto/$"))
    expect(page.locator("main")).to_contain_text(ADDRESS)
    check(page, javascript)
    sign_out(page)
    check(page, javascript)

    sign_in(page, ADDRESS, "nie to hasło")
    expect(page.locator(".error-summary")).to_be_visible()
    check(page, javascript)
    sign_in(page, ADDRESS, PASSWORD)
    expect(page).to_have_url(re.compile("/konto/$"))

    page.goto("/konto/zabezpieczenia/")
    check(page, javascript)
    page.locator('a[href="/konto/zabezpieczenia/aplikacja/wlacz/"]').click()
    expect(page.locator("svg.qr-code")).to_be_visible()
    check(page, javascript)
    secret = "".join(page.locator(".account__secret").text_content().split())
    page.locator("#id_code").fill(app_code(secret))
    press(page)
    expect(page).to_have_url(re.compile("/zabezpieczenia/kody/"))
    expect(page.locator(".account__codes li")).to_have_count(10)
    check(page, javascript)
    sign_out(page)

    sign_in(page, ADDRESS, PASSWORD)
    expect(page).to_have_url(re.compile("/logowanie/drugi-skladnik/"))
    check(page, javascript)
    page.locator("#id_code").fill("000000")
    press(page, "main form:has(#id_code)")
    expect(page.locator(".error-summary")).to_be_visible()
    page.locator("#id_code").fill(app_code(secret, later=1))
    press(page, "main form:has(#id_code)")
    expect(page).to_have_url(re.compile("/konto/$"))


@with_and_without_javascript
def test_a_code_by_mail(open_page: Any, server_data: Any, javascript: bool) -> None:
    page = open_page(width=320, javascript=javascript)
    page.goto("/konto/logowanie/")
    check(page, javascript)
    page.locator('a[href^="/konto/logowanie/kod/"]').click()
    page.locator("#id_email").fill(DEMO_RESIDENT)
    check(page, javascript)
    press(page)
    expect(page).to_have_url(re.compile("/kod/wpisz/"))
    check(page, javascript)
    page.locator("#id_code").fill(code_in_mail(DEMO_RESIDENT))
    press(page)
    expect(page).to_have_url(re.compile("/konto/$"))


def test_a_passkey(open_context: Any, server_data: Any) -> None:
    context = open_context(width=320)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, DEMO_RESIDENT, "hajnowka-demo")
    page.goto("/konto/zabezpieczenia/klucze/dodaj/")
    assert_accessible(page)
    page.locator("#id_name").fill("mój telefon")
    press(page, "form[data-passkey]")
    expect(page).to_have_url(re.compile("/zabezpieczenia/kody/"))
    page.goto("/konto/zabezpieczenia/klucze/")
    expect(page.locator("main")).to_contain_text("mój telefon")
    assert_accessible(page)
    sign_out(page)

    page.goto("/konto/logowanie/?next=/konto/dane/")
    press(page, "form[data-passkey]")
    expect(page).to_have_url(server_data.address("/konto/dane/"))
    sign_out(page)

    sign_in(page, DEMO_RESIDENT, "hajnowka-demo")
    expect(page).to_have_url(re.compile("/drugi-skladnik/"))
    press(page, "form[data-passkey]")
    expect(page).to_have_url(re.compile("/konto/$"))


def test_a_passkey_that_fails_says_so(open_context: Any, server_data: Any) -> None:
    context = open_context()
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.goto("/konto/logowanie/")
    press(page, "form[data-passkey]")
    expect(page.locator("[data-passkey-problem]")).to_be_visible()
    assert_accessible(page)


def test_a_bare_number_refuses_passkeys(browser: Browser, server: Any) -> None:
    page = browser.new_page()
    url = server.url.replace("localhost", "127.0.0.1")
    page.goto(f"{url}/konto/logowanie/")
    expect(page.locator("[data-passkey]")).to_have_count(0)
    page.locator("#id_login").fill(DEMO_RESIDENT)
    page.locator("#id_password").fill("hajnowka-demo")
    press(page)
    page.goto(f"{url}/konto/zabezpieczenia/klucze/dodaj/")
    expect(page.locator("main")).to_contain_text("localhost")
    page.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_of_an_account(open_page: Any, server_data: Any, width: int) -> None:
    page = open_page(width=width)
    sign_in(page, DEMO_RESIDENT, "hajnowka-demo")
    for path in (
        "/konto/",
        "/konto/adres/",
        "/konto/imie/",
        "/konto/haslo/",
        "/konto/urzadzenia/",
        "/konto/dane/",
        "/konto/dane/usun/",
        "/konto/potwierdz/",
        "/konto/potwierdz/e-mail/",
        "/konto/wylogowanie/",
        "/be/konto/",
        "/it/konto/dane/",
    ):
        page.goto(path)
        assert_accessible(page)


@with_and_without_javascript
def test_taking_the_data_along_and_erasing_it(
    open_page: Any, server_data: Any, javascript: bool
) -> None:
    user = User.objects.create_user(ADDRESS, PASSWORD)
    set_address(user, ADDRESS, verified=True)
    page = open_page(width=320, javascript=javascript)
    sign_in(page, ADDRESS, PASSWORD)
    page.goto("/konto/dane/")
    with page.expect_download() as download:
        page.locator('a[href$="/pobierz/zip/"]').click()
    assert download.value.suggested_filename.endswith(".zip")
    page.locator('main a[href$="/konto/dane/usun/"]').click()
    press(page)
    expect(page.locator(".error-summary")).to_be_visible()
    page.locator("#id_understood").check()
    press(page)
    expect(page).to_have_url(re.compile("/usunieto/"))
    check(page, javascript)
    sign_in(page, ADDRESS, PASSWORD)
    expect(page.locator(".error-summary")).to_be_visible()


def test_what_is_not_finished_keeps_the_account(open_page: Any, server_data: Any) -> None:
    """The demo's resident has open cases: a sentence says so, and nothing is erased."""
    page = open_page(width=320)
    sign_in(page, DEMO_RESIDENT, "hajnowka-demo")
    page.goto("/konto/dane/usun/")
    page.locator("#id_understood").check()
    press(page)
    expect(page.locator(".error-summary")).to_be_visible()
    assert_accessible(page)
    assert User.objects.filter(email=DEMO_RESIDENT, is_active=True).exists()


def test_the_door_of_the_admin_leads_to_ours_and_back(open_page: Any, server_data: Any) -> None:
    page = open_page(width=320)
    page.goto("/admin/")
    expect(page).to_have_url(re.compile("/konto/logowanie/"))
    page.locator("#id_login").fill("redaktor@demo.hajnowka.example")
    page.locator("#id_password").fill("hajnowka-demo")
    press(page)
    expect(page).to_have_url(re.compile("/admin/$"))
