"""What the law asks for: the statement with its identifiers, its review, the registers."""

from __future__ import annotations

import re
from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core import mail
from wagtail.models import Locale, Site

from accounts.roles import Role
from core.outbox.models import OutboxMail
from home import law
from home.cookies import kept_in_browser
from home.models import CookiesPage, DeclarationPage, LegalDetails, PrivacyPage
from tests.factories.people import person_with
from tests.factories.site import SiteTree, make_site

pytestmark = pytest.mark.django_db
REQUIRED = (
    "wstep podmiot url data-publikacja data-aktualizacja status data-sporzadzenie kontakt osoba "
    "email telefon procedura architektura aplikacje data-przeglad"
).split()


@pytest.fixture
def tree() -> SiteTree:
    return make_site()


@pytest.fixture
def details(tree) -> LegalDetails:
    details = LegalDetails.for_site(Site.objects.get(is_default_site=True))
    for name in ("published_on", "changed_on", "prepared_on", "reviewed_on"):
        setattr(details, name, date(2026, 3, 2))
    details.gaps_pl = "Brak nagrań w PJM.\n\nBrak tłumaczeń."
    details.gaps_en = "No recordings in sign language."
    details.contact_person, details.contact_phone = "Zespół", "85 682 21 80"
    details.contact_email = "dostepnosc@example.org"
    details.architecture_pl = "Wejście bez schodów."
    details.save()
    return details


@pytest.fixture
def statement(tree) -> DeclarationPage:
    return tree.add(tree.home, DeclarationPage(title="Deklaracja", slug="dostepnosc"))


def drawn(client, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.content, "html.parser")


def test_the_statement_has_every_part_that_programs_look_for(client, details, statement):
    page = drawn(client, "/dostepnosc/")
    for name in REQUIRED:
        assert len(page.select(f"#a11y-{name}")) == 1, name
    for name in ("data-publikacja", "data-aktualizacja", "data-sporzadzenie", "data-przeglad"):
        assert page.select_one(f"time#a11y-{name}")["datetime"] == "2026-03-02"
    assert page.select_one("#a11y-email")["href"] == "mailto:dostepnosc@example.org"
    assert page.select_one("#a11y-telefon")["href"] == "tel:+48856822180"
    assert "częściowo zgodna" in page.select_one("#a11y-status").text
    assert [item.text for item in page.select(".marked-list li")] == [
        "Brak nagrań w\u00a0PJM.",
        "Brak tłumaczeń.",
    ]
    procedure = page.select_one("#a11y-procedura").text.replace("\u00a0", " ")
    for words in ("7 dni", "2 miesięcy", "Rzecznika Praw Obywatelskich"):
        assert words in procedure
    assert page.select_one("h2#a11y-kontakt")
    assert page.select_one("h2#a11y-architektura")
    assert len(page.select("h1")) == 1
    # Said by the settings alone.
    assert not page.select("#a11y-ocena, #a11y-audytor")
    details.status, details.method = "none", "audit"
    details.auditor, details.burden_url = "Fundacja Widoczni", "https://example.org/ocena"
    details.save()
    page = drawn(client, "/dostepnosc/")
    assert "niezgodna" in page.select_one("#a11y-status").text
    assert page.select_one("#a11y-audytor").text == "Fundacja Widoczni"
    assert page.select_one("a#a11y-ocena")["href"] == "https://example.org/ocena"
    meta = page.find("meta", {"name": "deklaracja-dostępności"})
    assert meta["content"] == f"{settings.WAGTAILADMIN_BASE_URL}/dostepnosc/"
    assert page.select_one("a#a11y-url")["href"] == f"{settings.WAGTAILADMIN_BASE_URL}/"


@pytest.mark.parametrize(
    ("language", "words"),
    [("be", "часткова адпавядае"), ("en", "conforms to the act in part"), ("it", "parzialmente")],
)
def test_the_statement_speaks_every_language(client, details, statement, language, words):
    locale = Locale.objects.get(language_code=language)
    if not statement.has_translation(locale):
        statement.copy_for_translation(locale, alias=True)
    page = drawn(client, f"/{language}/dostepnosc/")
    assert words in page.select_one("#a11y-status").text
    for name in REQUIRED:
        assert len(page.select(f"#a11y-{name}")) == 1, name
    assert not page.select(".notice--language")
    # What nobody has written in this language is Polish, and says so.
    assert page.select_one("#a11y-architektura + p")["lang"] == "pl"
    assert page.select_one(".marked-list").get("lang") == (None if language == "en" else "pl")


def test_a_statement_that_lacks_something_is_told_to_those_who_may_complete_it(
    client, tree, details
):
    details.contact_email = ""
    details.reviewed_on = None
    details.save()
    client.force_login(person_with(Role.CHIEF_EDITOR))
    panel = drawn(client, "/admin/").select_one(
        "#accessibility-statement-section, #accessibility-statement"
    )
    assert panel is not None
    assert "adres e-mail" in panel.text
    assert "ostatni przegląd" in panel.text
    link = panel.select_one("a.button")["href"]
    assert client.get(link, follow=True).status_code == 200
    client.force_login(person_with(Role.EDITOR))
    assert "accessibility-statement" not in client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("reviewed", "today", "due"),
    [
        (date(2026, 11, 1), date(2027, 3, 2), None),
        (date(2026, 11, 1), date(2027, 3, 3), date(2027, 3, 31)),
        (date(2026, 11, 1), date(2027, 5, 1), date(2027, 3, 31)),
        (date(2027, 1, 5), date(2027, 3, 20), None),
        (date(2025, 5, 1), date(2027, 1, 10), date(2026, 3, 31)),
        (None, date(2027, 1, 10), date(2026, 3, 31)),
    ],
)
def test_the_review_is_due_by_the_end_of_march(reviewed, today, due):
    assert law.review_due(LegalDetails(reviewed_on=reviewed), today) == due


def test_one_reminder_a_year_and_only_to_chief_editors(details, monkeypatch):
    chief, _editor = person_with(Role.CHIEF_EDITOR), person_with(Role.EDITOR)
    monkeypatch.setattr(law.timezone, "localdate", lambda: date(2027, 3, 10))
    law.remind_of_review()
    law.remind_of_review()
    (written,) = OutboxMail.objects.all()
    assert written.to == chief.email
    assert "31\u00a0marca 2027" in written.text
    details.reviewed_on = date(2027, 3, 11)
    details.save()
    monkeypatch.setattr(law.timezone, "localdate", lambda: date(2028, 2, 1))
    law.remind_of_review()
    assert OutboxMail.objects.count() == 1
    assert not mail.outbox


def test_the_privacy_page_shows_the_register_of_every_part(client, tree, details):
    details.controller = "Miasto Hajnówka"
    details.save()
    tree.add(tree.home, PrivacyPage(title="Prywatność", slug="prywatnosc"))
    from accounts.personal_data import notices

    page = drawn(client, "/prywatnosc/")
    shown = [heading.text for heading in page.select("main h3")]
    assert shown == [notice.title for notice in notices()]
    assert len(shown) >= 4
    assert "Miasto Hajnówka" in page.select_one("main").text.replace("\u00a0", " ")


def test_the_cookie_page_lists_exactly_what_is_set(client, tree):
    tree.add(tree.home, CookiesPage(title="Ciasteczka", slug="ciasteczka"))
    page = drawn(client, "/ciasteczka/")
    listed = {cell.text for cell in page.select("tbody th code")}
    assert listed == {one.name for one in kept_in_browser()}
    assert not client.cookies, "reading sets no cookie"
    person = person_with(Role.EDITOR)
    person.set_password("żubr w pociągu do Hajnówki")
    person.save()
    form = drawn(client, "/konto/logowanie/").select_one("main form")
    token = form.select_one("[name=csrfmiddlewaretoken]")["value"]
    client.post(
        form.get("action") or "/konto/logowanie/",
        {
            "login": person.email,
            "password": "żubr w pociągu do Hajnówki",
            "csrfmiddlewaretoken": token,
        },
    )
    client.get("/konto/")
    set_now = set(client.cookies)
    assert settings.SESSION_COOKIE_NAME in set_now
    assert set_now <= {one.name for one in kept_in_browser() if one.is_cookie}
    assert re.search("rok|one year", page.text)
