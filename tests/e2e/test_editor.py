"""The editorial office: write, preview, submit, approve, translate; refused where it has to be.

Every context of these tests is watched: a request of the admin to another host fails its test.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.server import Log, Server
from tests.e2e.town import town
from tests.factories.pages import make_picture

EDITOR = "redaktor@demo.hajnowka.example"
CHIEF = "redaktorka.prowadzaca@demo.hajnowka.example"
SignIn = Callable[[Page, str], None]
TITLE = "Nowa nitka dla gęsiego pióra"
SLUG = "nowa-nitka-dla-gesiego-piora"
PUBLIC_WITHIN_S = 1.0
BODY = '[data-contentpath="body"]'


@pytest.fixture
def desk(
    open_context: Callable[..., BrowserContext], sign_in: SignIn, server_data: Server
) -> Callable[[str], Page]:
    """A page of the admin for somebody who has signed in."""

    def sit_down(email: str) -> Page:
        page = open_context(width=1280, height=1000).new_page()
        sign_in(page, email)
        return page

    return sit_down


def picture() -> dict[str, Any]:
    """A small picture as a browser uploads it."""
    data = io.BytesIO()
    Image.new("RGB", (1200, 900), "seagreen").save(data, "JPEG")
    return {"name": "gesie-pioro.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}


def news_index() -> Any:
    from home.models import NewsIndexPage

    return NewsIndexPage.objects.get(locale__language_code="pl")


def written(language: str = "pl") -> Any:
    """The news item these tests write, as the database has it."""
    from home.models import NewsPage

    first = NewsPage.objects.get(slug=SLUG, locale__language_code="pl")
    return first.get_translations(inclusive=True).get(locale__language_code=language)


def add_block(page: Page, kind: str) -> None:
    """Put a block at the end of the text."""
    page.locator(f"{BODY} button.c-sf-add-button").last.click()
    page.get_by_role("option", name=kind, exact=True).click()


def write(page: Page) -> None:
    """Fill a new news item with a title, a lead and a paragraph."""
    page.goto(f"/admin/pages/add/home/newspage/{news_index().pk}/")
    page.locator("#id_title").fill(TITLE)
    page.locator("#id_lead").fill("Warsztat pisania gęsim piórem.")
    add_block(page, "Tekst")
    page.locator(f"{BODY} .public-DraftEditor-content").last.click()
    page.keyboard.type("Przyjdź z gęsim piórem; atrament dajemy.")


def act(page: Page, name: str) -> None:
    """Choose what is to be done from the bar at the foot of the form."""
    button = page.locator("footer").get_by_role("button", name=name, exact=True)
    if not button.is_visible():
        page.locator("footer .w-dropdown-button [data-w-dropdown-target='toggle']").last.click()
    button.click()


def panel(page: Page, name: str) -> None:
    """Open one of the panels beside the form."""
    toggle = page.locator(f'[data-side-panel-toggle="{name}"]')
    if toggle.get_attribute("aria-expanded") != "true":
        toggle.click()


@contextmanager
def readers(page: Page, server: Server) -> Iterator[Callable[..., None]]:
    """Readers of another process, who have read the old pages already."""
    paths = ("/", "/aktualnosci/", "/aktualnosci/atom.xml", "/szukaj/?q=gesim")
    with town(server) as url:

        def read(path: str) -> str:
            return page.request.get(f"{url}{path}").text().replace("\u00a0", " ")

        for path in paths:
            assert TITLE not in read(path)

        def expect_public(path: str) -> None:
            """It is public for them within a second, on every page that lists it."""
            time.sleep(PUBLIC_WITHIN_S)
            for place in (*paths, path):
                assert TITLE in read(place), f"{place} does not have it after a second"

        expect_public.read = read  # type: ignore[attr-defined]
        yield expect_public


def test_from_the_first_word_to_the_public_and_into_english(
    desk: Callable[[str], Page], server_data: Server, request_log: Log
) -> None:
    editor = desk(EDITOR)
    with readers(editor, server_data) as expect_public:
        write(editor)
        add_picture_refused_without_words(editor)
        # The draft in a frame beside the form, as readers will see it.
        panel(editor, "preview")
        frame = editor.frame_locator("iframe.w-preview__iframe").last
        expect(frame.locator("h1")).to_have_text(TITLE, use_inner_text=True)
        expect(frame.locator('img[alt="Gęsie pióro na stole"]')).to_have_count(1)
        assert editor.request.get(f"/aktualnosci/{SLUG}/").status == 404
        act(editor, "Wyślij do sprawdzenia: Druga para oczu")
        editor.wait_for_url(lambda url: "/edit/" not in url)
        expect(editor.locator(".messages")).to_contain_text("przekazana do moderacji")
        page = written()
        assert not page.live
        assert not page.permissions_for_user(person(EDITOR)).can_publish()

        chief = desk(CHIEF)
        expect(chief.locator("main")).to_contain_text(TITLE)
        chief.goto(f"/admin/pages/{page.pk}/edit/")
        act(chief, "Akceptuj")
        chief.wait_for_url(lambda url: "/edit/" not in url)
        expect(chief.locator(".messages")).to_contain_text(TITLE)
        assert written().live
        expect_public(f"/aktualnosci/{SLUG}/")

    # English readers get the Polish text with a word about it, until somebody translates it.
    assert TITLE in chief.request.get(f"/en/aktualnosci/{SLUG}/").text().replace("\u00a0", " ")
    chief.goto(f"/admin/localize/submit/page/{page.pk}/")
    chief.get_by_label(re.compile("English|angielski")).check()
    chief.locator("main input[type=submit]").last.click()
    chief.wait_for_url(re.compile(r"/edit/"))
    # Begun is not translated: readers are told still that the words are Polish.
    begun = chief.request.get(f"/en/aktualnosci/{SLUG}/").text()
    assert "This page is not in English yet" in begun
    for words in (
        "A new thread for the goose quill",
        "A workshop of writing with a quill.",
        "Bring a goose quill; we give the ink.",
    ):
        translate = chief.get_by_role("button", name="Tłumacz", exact=True)
        expect(translate.first).to_be_visible()
        left = translate.count()
        translate.first.click()
        chief.locator("textarea:visible").fill(words)
        chief.get_by_role("button", name="Zapisz", exact=True).click()
        expect(translate).to_have_count(left - 1)
    while left := chief.get_by_role("button", name="Tłumacz", exact=True).count():
        chief.get_by_role("button", name="Tłumacz", exact=True).first.click()
        chief.locator("textarea:visible").fill("A goose quill on a table")
        chief.get_by_role("button", name="Zapisz", exact=True).click()
        expect(chief.get_by_role("button", name="Tłumacz", exact=True)).to_have_count(left - 1)
    chief.get_by_role("button", name=re.compile("^Opublikuj")).first.click()
    chief.wait_for_load_state("load")
    expect(chief.locator(".messages, main")).to_contain_text([re.compile("English|Opublikowano")])
    assert written("en").live
    chief.goto(written("en").url)
    expect(chief.locator("html")).to_have_attribute("lang", "en")
    expect(chief.locator("h1")).to_have_text("A new thread for the goose quill")
    sign_off(chief, written("en"))
    chief.goto(written("en").url)
    expect(chief.locator(".notice--language")).to_have_count(0)
    assert len(request_log.requests) > 100
    assert not request_log.foreign


def sign_off(page: Page, copy: Any) -> None:
    """Read the translation beside the Polish text, and say that it is right."""
    expect(page.locator(".notice--language")).to_contain_text("draft translation")
    page.goto("/admin/raporty/tlumaczenia/")
    row = page.get_by_role("row").filter(has_text=TITLE)
    row.get_by_role("link", name="robocze, nikt go nie zatwierdził").click()
    beside = page.locator(".beside tbody tr").filter(has_text="A workshop of writing")
    expect(beside.locator("td[lang=pl]")).to_have_text("Warsztat pisania gęsim piórem.")
    page.get_by_role("button", name="Zatwierdź tłumaczenie").click()
    expect(page.locator("main")).to_contain_text("zatwierdzone")
    copy.refresh_from_db()
    assert not copy.is_translation_draft


def person(email: str) -> Any:
    from accounts.models import User

    return User.objects.get(email=email)


def add_picture_refused_without_words(page: Page) -> None:
    """A picture is taken with its alternative text alone: in the upload, and in the text."""
    add_block(page, "Obraz")
    page.locator(f"{BODY} [data-chooser-action-choose]:visible").last.click()
    page.get_by_role("tab", name="Prześlij").click()
    upload = page.locator(".modal form").last
    upload.locator("input[type=file]").set_input_files(picture())
    upload.locator("button[type=submit]").click()
    words = page.locator(".modal [id$=upload-description]")
    expect(page.locator(".modal")).to_contain_text("To pole jest wymagane")
    expect(page.locator(".modal")).to_contain_text("osoba, która nie widzi obrazu")
    page.locator(".modal form").last.locator("input[type=file]").set_input_files(picture())
    words.fill("Gęsie pióro na stole")
    page.locator(".modal form").last.locator("button[type=submit]").click()
    alt = page.locator('[data-contentpath="alt_text"] input')
    expect(alt).to_have_value("Gęsie pióro na stole")
    alt.fill("")
    act(page, "Wyślij do sprawdzenia: Druga para oczu")
    expect(page.locator(BODY)).to_contain_text("Proszę dodaj tekst alternatywny do obrazka")
    expect(page.locator("#id_title")).to_have_value(TITLE)
    alt.fill("Gęsie pióro na stole")


def test_a_subheading_needs_a_heading_and_publishing_can_wait(
    desk: Callable[[str], Page], server_data: Server
) -> None:
    chief = desk(CHIEF)
    with readers(chief, server_data) as expect_public:
        write(chief)
        add_block(chief, "Śródtytuł")
        chief.locator(f"{BODY} [data-contentpath] input[type=text]:visible").last.fill("Za głęboko")
        act(chief, "Opublikuj")
        expect(chief.locator(BODY)).to_contain_text("Śródtytuł musi mieć nad sobą nagłówek")
        chief.locator(f"{BODY} button[title='Usuń']:visible").last.click()

        panel(chief, "status")
        chief.get_by_role("button", name="Ustaw plan").first.click()
        dialog = chief.get_by_role("dialog").filter(has_text="Ustaw plan publikacji")
        later = timezone.localtime() + timedelta(days=2)
        dialog.locator("input[name=go_live_at]").fill(later.strftime("%d.%m.%Y %H:%M"))
        dialog.get_by_role("button", name="Zapisz plan").press("Enter")
        expect(chief.locator(".messages").or_(chief.locator("main")).first).to_be_visible()
        chief.wait_for_load_state("load")
        act(chief, "Zaplanuj publikację")
        expect(chief.locator(".messages")).to_contain_text(TITLE)
        page = written()
        assert not page.live
        assert page.scheduled_revision is not None
        assert expect_public.read(f"/aktualnosci/{SLUG}/").count(TITLE) == 0  # type: ignore[attr-defined]
        # Two days later, as far as the database is concerned.
        revision = page.scheduled_revision
        revision.approved_go_live_at = timezone.now() - timedelta(minutes=1)
        revision.content["go_live_at"] = revision.approved_go_live_at.isoformat()
        revision.save()
        server_data.manage("publish_scheduled")
        expect_public(f"/aktualnosci/{SLUG}/")


def test_the_checker_beside_the_form_finds_what_the_policy_lets_it_read(
    desk: Callable[[str], Page], server_data: Server
) -> None:
    """A picture whose words are the name of its file: the rules of blocks cannot see that."""
    from home.models import NewsPage

    news = NewsPage(
        title="Sprawdzana", slug="sprawdzana", lead="Krótko.", search_description="Krótko.",
        cover=make_picture(), body=[("paragraph", "<p>Pięć słów, ani jednego więcej.</p>")],
    )  # fmt: skip
    news_index().add_child(instance=news)
    news.cover.description = "dab_001.jpg"
    news.cover.save()
    page = desk(CHIEF)
    refused: list[str] = []
    page.on(
        "console",
        lambda message: (
            refused.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    try:
        page.goto(f"/admin/pages/{news.pk}/edit/")
        panel(page, "checks")
        expect(page.locator("[data-content-checker-count]")).to_have_text("1", timeout=20_000)
        expect(page.locator("[data-content-word-count]")).not_to_have_text("-")
        assert refused == []
    finally:
        news.delete()


def test_a_service_is_changed_and_seen_changed(
    desk: Callable[[str], Page], server_data: Server
) -> None:
    from services_catalog.models import Service

    service = Service.objects.get(slug="wspolny-stol", locale__language_code="pl")
    chief = desk(CHIEF)
    chief.goto("/admin/snippets/services_catalog/service/")
    chief.goto(f"/admin/snippets/services_catalog/service/edit/{service.pk}/")
    chief.locator("#id_summary").fill("Obiad przy jednym stole, teraz także w soboty.")
    act(chief, "Opublikuj")
    expect(chief.locator(".messages")).to_contain_text("Wspólny stół")
    chief.goto("/uslugi/wspolny-stol/")
    expect(chief.locator(".page-head .lead")).to_contain_text(re.compile("także.w.soboty"))
    chief.goto("/szukaj/?q=sobota+obiad")
    expect(chief.locator(".search-results")).to_contain_text("Wspólny stół", use_inner_text=True)
