"""Every type of page: axe without violations, no sideways scrolling, in every theme."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page
from wagtail.models import Page as WagtailPage
from wagtail.models import get_page_models

from tests.e2e.helpers import RULES, assert_no_horizontal_scrolling
from tests.e2e.server import Server

#: What is no page of its own in the tree, and states that a page of each type does not show.
MORE = (
    "/uslugi/wspolny-stol/",
    "/uslugi/?koszt=bezplatne&dla=seniorzy&wiek=od-65&q=dom",
    "/uslugi/?q=nicniema",
    "/it/uslugi/wspolny-stol/",
    "/be/",
    "/it/",
    "/en/dostepnosc/",
    "/dostepnosc/",
    "/prywatnosc/",
    "/ciasteczka/",
    "/tekst-latwy/",
    "/szukaj/",
    "/szukaj/?q=swietlica",
    "/szukaj/?q=nicniema",
    "/sprawy/",
    "/konto/logowanie/",
    "/konto/rejestracja/",
    "/konto/nowe-haslo/",
    "/konto/logowanie/kod/",
)
#: What a person who has signed in has to themselves.
OWN = (
    "/sprawy/",
    "/konto/",
    "/konto/adres/",
    "/konto/imie/",
    "/konto/haslo/",
    "/konto/urzadzenia/",
    "/konto/zabezpieczenia/",
    "/konto/dane/",
    "/konto/organizacje/",
)
RESIDENT = "mieszkanka@demo.hajnowka.example"
PARTS = 4
WIDTHS = (320, 1280)
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
#: Which themes are looked at on which width: all of them, and none twice without need.
SEEN_AT = {320: ("light", "dark", "contrast"), 1280: ("light", "dark")}
THEMES = {
    "light": "() => { delete document.documentElement.dataset.theme; }",
    "dark": "() => { document.documentElement.dataset.theme = 'dark'; }",
    "contrast": "() => { document.documentElement.dataset.theme = 'contrast'; }",
}


def page_types() -> list[type[WagtailPage]]:
    """Every type of page that an editor can make."""
    types = [model for model in get_page_models() if model is not WagtailPage]
    return sorted(types, key=lambda model: model._meta.label)


def addresses() -> list[str]:
    """One page of every type, and everything else that is worth a look."""
    found = []
    for model in page_types():
        pages = model.objects.live().filter(locale__language_code="pl").order_by("path")
        # The one with the longest text shows the most.
        page = max(pages, key=lambda one: len(str(getattr(one, "body", ""))), default=None)
        assert page is not None, f"the demo has no {model.__name__}: nobody looks at that type"
        found.append(page.url)
    return list(dict.fromkeys([*found, *MORE]))


def violations(page: Page, rules: dict[str, Any]) -> list[str]:
    """What axe finds, a line each."""
    found = page.evaluate(
        """(rules) => window.axe
            .run({runOnly: rules, resultTypes: ["violations"], preload: false})
            .then((results) => results.violations.flatMap((one) => one.nodes.map(
                (node) => `${one.id}: ${node.target} ${node.html.slice(0, 120)}`)))""",
        rules,
    )
    return list(found)


def faults_of(page: Page, where: str, widths: Iterable[int] = WIDTHS) -> list[str]:
    """Everything axe finds on an open page, resized and repainted in place."""
    found: list[str] = []
    page.evaluate(Axe().axe_script)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        for theme in SEEN_AT[width]:
            page.evaluate(THEMES[theme])
            page.evaluate("document.getAnimations().forEach((one) => one.finish())")
            # Structure does not hang on the theme; colours do.
            rules = {"type": "tag", "values": RULES} if theme == "light" else COLOURS
            found += [f"{where} {width} px {theme}: {one}" for one in violations(page, rules)]
        assert_no_horizontal_scrolling(page)
    page.evaluate(THEMES["light"])
    for width in (768, 640):  # the second is half of 1280: a zoom of 200 %
        page.set_viewport_size({"width": width, "height": 400})
        assert_no_horizontal_scrolling(page)
    return found


def visit(page: Page, path: str, status: int = 200) -> None:
    """Open a page on a phone."""
    page.set_viewport_size({"width": 320, "height": 800})
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == status, path


@pytest.mark.parametrize("part", range(PARTS))
def test_pages_are_accessible_and_fit(
    part: int, server_data: Server, open_context: Callable[..., BrowserContext]
) -> None:
    found = []
    page = open_context(width=320).new_page()
    for path in addresses()[part::PARTS]:
        visit(page, path)
        found += faults_of(page, path)
    assert not found, "\n".join(found)


def test_pages_of_a_person_and_of_refusal(
    server_data: Server, open_context: Callable[..., BrowserContext]
) -> None:
    from django.conf import settings
    from django.db import connection

    page = open_context(width=320).new_page()
    found = []
    visit(page, "/nie-ma-takiej-strony/", 404)
    found += faults_of(page, "404")
    page.goto("/konto/logowanie/")
    page.locator("input[name=login]").fill(RESIDENT)
    page.locator("input[name=password]").fill(settings.DEMO_PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "logowanie" not in url)
    for path in OWN:
        visit(page, path)
        assert "logowanie" not in page.url, path
        found += faults_of(page, path, widths=(320,))
    # Signed in, and no business in the admin.
    page.set_viewport_size({"width": 320, "height": 800})
    answer = page.goto("/admin/")
    assert answer is not None
    assert answer.status == 403
    assert page.locator("h1").inner_text() == "Tu nie można wejść"
    found += faults_of(page, "403")
    pause = server_data.var / "pause"
    pause.touch()
    try:
        visit(page, "/uslugi/", 503)
        found += faults_of(page, "503")
    finally:
        pause.unlink()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE home_newspage RENAME TO away")
    visit(page, "/aktualnosci/", 500)
    found += faults_of(page, "500")
    assert not found, "\n".join(found)


def test_pages_without_scripts_are_as_accessible(
    open_context: Callable[..., BrowserContext], server: Server
) -> None:
    """Where scripts change what there is: themes, filters, forms. Ours never arrive; axe does."""
    context = open_context(width=320)
    context.route("**/static/js/**", lambda route: route.abort())
    page = context.new_page()
    found = []
    for path in ("/", "/uslugi/", "/konto/logowanie/", "/szukaj/?q=dom"):
        visit(page, path)
        assert not page.locator(".theme-switch").is_visible()
        found += faults_of(page, path)
    assert not found, "\n".join(found)


#: The colours of the large parts of a page.
PAINT = """() => ["body", "main", ".site-header", ".board", "h1", ".button"].map((one) => {
    const style = getComputedStyle(document.querySelector(one));
    return [style.color, style.backgroundColor, style.borderTopColor];
})"""


def test_dark_by_the_system_is_the_same_dark(open_page: Callable[..., Page]) -> None:
    """The theme above is chosen by hand; the system's wish has to give the same colours."""
    by_system, by_hand = open_page(theme="dark"), open_page()
    for page in (by_system, by_hand):
        page.goto("/")
    light = by_hand.evaluate(PAINT)
    by_hand.evaluate(THEMES["dark"])
    assert by_system.evaluate(PAINT) == by_hand.evaluate(PAINT) != light


def test_more_contrast_asked_of_the_system_leaves_nothing_soft(
    open_page: Callable[..., Page],
) -> None:
    soft = """() => [".soft", "body"].map(
        (one) => getComputedStyle(document.querySelector(one)).color)"""
    plain = open_page()
    plain.goto("/budynek/")
    assert len(set(plain.evaluate(soft))) == 2
    for theme in ("light", "dark"):
        page = open_page(width=320, theme=theme, contrast="more")
        for path in ("/", "/budynek/", "/uslugi/"):
            page.goto(path)
            page.evaluate(Axe().axe_script)
            assert not violations(page, COLOURS)
            assert_no_horizontal_scrolling(page)
        page.goto("/budynek/")
        assert len(set(page.evaluate(soft))) == 1


def test_colours_forced_by_the_system_hide_nothing(open_page: Callable[..., Page]) -> None:
    page = open_page(width=320, forced_colors="active")
    for path in ("/", "/uslugi/", "/budynek/"):
        page.goto(path)
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        page.evaluate(Axe().axe_script)
        # Colours are the system's there, and axe cannot judge them; all else stays.
        found = violations(page, {"type": "tag", "values": RULES})
        assert not [one for one in found if not one.startswith("color-contrast")]
        for part in page.locator(".button:visible, .platform-number:visible").all()[:6]:
            assert part.evaluate("one => getComputedStyle(one).borderTopStyle") == "solid"
        assert_no_horizontal_scrolling(page)
