"""A resident comes to read, to find and to choose: with and without JavaScript, on every width."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from icalendar import Calendar
from playwright.sync_api import Locator, Page, expect

from tests.e2e.helpers import (
    THEMES,
    WIDTHS,
    assert_no_horizontal_scrolling,
    in_every_window,
    with_and_without_javascript,
)
from tests.e2e.server import Server

Open = Callable[..., Page]


def words(locator: Locator) -> str:
    """The text of an element as a reader sees it, with plain spaces."""
    return " ".join(locator.inner_text().replace("\u00a0", " ").split())


def go(page: Page, path: str, status: int = 200) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == status, path


#: Words of the board that stand on two lines.
BROKEN_WORDS = """() => [...document.querySelectorAll(
        ".board__places, .board__platform, .board__what, .board__action")].flatMap((cell) => {
    const broken = [];
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        for (const word of walker.currentNode.data.matchAll(/[^\\s]+/g)) {
            const range = document.createRange();
            range.setStart(walker.currentNode, word.index);
            range.setEnd(walker.currentNode, word.index + word[0].length);
            const tops = new Set([...range.getClientRects()].map((one) => Math.round(one.top)));
            if (tops.size > 1) broken.push(word[0]);
        }
    }
    return broken;
})"""


# --- The home page ----------------------------------------------------------------------------


@with_and_without_javascript
def test_the_home_page_says_what_this_is_and_what_is_open(
    open_page: Open, javascript: bool
) -> None:
    grounds = {}
    for width in WIDTHS:
        for theme in THEMES:
            page = open_page(width=width, theme=theme, javascript=javascript)
            go(page, "/")
            assert_no_horizontal_scrolling(page)
            expect(page.locator("h1")).to_have_count(1)
            expect(page.locator(".hero .lead")).to_be_visible()
            assert len(words(page.locator(".hero .lead"))) > 40
            assert page.locator(".signposts a").count() == 3
            rows = page.locator(".board tbody tr")
            assert rows.count() >= 5
            platforms = {words(item) for item in page.locator(".board__platform span").all()}
            assert {"Usługi", "Wydarzenia"} <= platforms
            grounds[theme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert page.locator("html").get_attribute("lang") == "pl"
            page.context.close()
    assert grounds["light"] != grounds["dark"]
    # What the board announces is really there.
    page = open_page(javascript=javascript)
    go(page, "/")
    # The first of them is a window of 1280 pixels at a zoom of 200 %.
    for width in (640, 800, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 500})
        assert page.evaluate(BROKEN_WORDS) == [], width
    links = page.locator(".board__what a")
    for title, address in [(words(link), link.get_attribute("href")) for link in links.all()]:
        assert address
        go(page, address)
        # A service that is booked leads to its dates.
        assert words(page.locator("h1")) in (title, f"Terminy: {title}")


# --- Languages --------------------------------------------------------------------------------


@in_every_window
def test_the_switch_keeps_the_page_and_the_choices(open_page: Open, window: dict[str, Any]) -> None:
    page = open_page(**window)
    go(page, "/uslugi/?koszt=bezplatne&dla=seniorzy")
    number = page.locator("#results-title").inner_text().split()[0]
    page.get_by_role("link", name=re.compile("English")).click()
    expect(page).to_have_url(re.compile(r"/en/uslugi/\?koszt=bezplatne&dla=seniorzy$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert words(page.locator("#results-title")) == f"{number} services"
    assert page.locator('a.facet__choice[aria-current="true"]').count() == 2

    go(page, "/uslugi/wspolny-stol/")
    page.get_by_role("link", name=re.compile("italiano")).click()
    expect(page).to_have_url(re.compile(r"/it/uslugi/wspolny-stol/$"))
    expect(page.locator("h1")).to_have_text("A tavola insieme")
    page.get_by_role("link", name=re.compile("беларуская")).click()
    expect(page).to_have_url(re.compile(r"/be/uslugi/wspolny-stol/$"))
    expect(page.locator("html")).to_have_attribute("lang", "be")
    page.get_by_role("link", name=re.compile("polski")).click()
    expect(page.locator("h1")).to_have_text("Wspólny stół")

    go(page, "/tekst-latwy/")
    title = page.locator("h1").inner_text()
    page.get_by_role("link", name=re.compile("English")).click()
    expect(page).to_have_url(re.compile(r"/en/tekst-latwy/$"))
    expect(page.locator(".notice--language")).to_contain_text("Polish text")
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("h1")).to_have_attribute("lang", "pl")
    expect(page.locator(".prose")).to_have_attribute("lang", "pl")
    expect(page.locator("footer")).to_contain_text("What you can do here")


# --- The catalogue ----------------------------------------------------------------------------


@in_every_window
def test_choosing_and_searching_in_the_catalogue(open_page: Open, window: dict[str, Any]) -> None:
    page = open_page(**window)
    go(page, "/uslugi/")
    if not page.locator("a.facet__choice").first.is_visible():
        page.locator(".facets > summary").click()
    choice = page.locator("a.facet__choice", has_text="Seniorzy")
    number = int(re.findall(r"\d+", choice.inner_text())[-1])
    choice.click()
    expect(page).to_have_url(re.compile(r"dla=seniorzy"))
    assert words(page.locator("#results-title")).startswith(f"{number} ")
    page.locator('[role="search"] input[name="q"]').fill("stołu")
    page.locator('[role="search"] button').click()
    assert parse_qs(urlsplit(page.url).query) == {"dla": ["seniorzy"], "q": ["stołu"]}
    expect(page.locator(".service-row h2").first).to_contain_text("Wspólny stół")
    page.locator(".chosen a", has_text="Seniorzy").click()
    assert parse_qs(urlsplit(page.url).query) == {"q": ["stołu"]}
    page.locator(".chosen a").last.click()
    expect(page).to_have_url(re.compile(r"/uslugi/$"))
    page.locator(".service-row h2 a").first.click()
    expect(page.locator(".breadcrumbs")).to_contain_text("Usługi")
    expect(page.get_by_role("heading", name="W skrócie")).to_be_visible()


@in_every_window
def test_searching_the_site_without_polish_letters(open_page: Open, window: dict[str, Any]) -> None:
    page = open_page(**window)
    go(page, "/")
    page.get_by_role("link", name="Szukaj").first.click()
    page.locator('[role="search"] input[name="q"]').fill("swietlica")
    page.locator('[role="search"] button').click()
    expect(page.locator(".search-results h3").first).to_contain_text("Świetlica")
    marked = {words(mark).lower() for mark in page.locator(".search-results mark").all()}
    assert {"świetlica", "świetlicy"} <= marked
    assert not {word for word in marked if not word.startswith("świetlic")}
    text = words(page.locator(".search-results"))
    assert "/home/" not in text, "addresses are no text"
    page.locator(".kinds a", has_text="Usługi").click()
    assert parse_qs(urlsplit(page.url).query) == {"q": ["swietlica"], "rodzaj": ["service"]}
    expect(page.locator(".search-results li").first).to_contain_text(re.compile("usługi", re.I))
    page.locator(".search-results h3 a").first.click()
    expect(page.locator("h1")).to_contain_text("wietlic")
    go(page, "/szukaj/?q=nicniema")
    expect(page.locator("main")).to_contain_text("Nic nie znaleziono")


def test_titles_are_offered_while_one_types(open_page: Open) -> None:
    page = open_page(width=320)
    go(page, "/szukaj/")
    field = page.locator('[role="search"] input[name="q"]')
    field.press_sequentially("swietl")
    offered = page.locator("#search-suggestions option")
    expect(offered.first).to_have_attribute("value", re.compile("Świetlica"))
    assert field.get_attribute("list") == "search-suggestions"
    go(page, "/it/szukaj/")
    page.locator('[role="search"] input[name="q"]').press_sequentially("tavola")
    expect(offered.first).to_have_attribute("value", "A tavola insieme")


# --- Files ------------------------------------------------------------------------------------


@in_every_window
def test_an_event_into_the_calendar_and_news_into_a_reader(
    open_page: Open, server: Server, window: dict[str, Any]
) -> None:
    page = open_page(**window)
    go(page, "/wydarzenia/")
    page.locator(".programme h3 a").first.click()
    title = words(page.locator("h1"))
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("Dodaj do kalendarza")).click()
    assert waiting.value.suggested_filename.endswith(".ics")
    (event,) = Calendar.from_ical(Path(waiting.value.path()).read_bytes()).walk("VEVENT")
    assert str(event["summary"]).replace("\u00a0", " ") == title
    assert str(event["url"]) == page.url
    assert event["dtstart"].dt.utcoffset() is not None

    go(page, "/wydarzenia/")
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile(r"\.ics")).click()
    everything = Calendar.from_ical(Path(waiting.value.path()).read_bytes()).walk("VEVENT")
    assert len(everything) >= 6

    go(page, "/aktualnosci/")
    address = page.locator('link[type="application/atom+xml"]').get_attribute("href")
    assert address
    answer = page.request.get(address)
    assert answer.ok
    feed = ElementTree.fromstring(answer.text())  # noqa: S314 - our own
    atom = "{http://www.w3.org/2005/Atom}"
    titles = [entry.findtext(f"{atom}title") for entry in feed.findall(f"{atom}entry")]
    first = words(page.locator(".arrivals h2").first)
    # A reader of feeds sees no tag beside the title: what is invented says so in it.
    assert (titles[0] or "").replace("\u00a0", " ") == f"{first} (przykład)"
    link = feed.find(f"{atom}entry/{atom}link")
    assert link is not None
    go(page, link.get("href", ""))


# --- The building -----------------------------------------------------------------------------


def test_the_plan_of_the_rooms_says_in_words_what_it_shows(open_page: Open) -> None:
    for width in (320, 1280):
        page = open_page(width=width)
        go(page, "/budynek/")
        plan = page.locator("svg.floor-plan")
        name = (plan.get_attribute("aria-label") or "").replace("\u00a0", " ")
        assert plan.locator(".floor-plan__room").count() == 6
        assert page.locator(".rooms li").count() == 6
        for room in page.locator(".room-list h3").all():
            number, title = words(room).split(" ", 1)
            assert f"{number} – {title.removesuffix(' przykład')}" in name
        box = plan.bounding_box()
        assert box is not None
        assert box["width"] <= width
    go(page, "/uslugi/swietlica-po-szkole/")
    page.locator('main a[href*="/budynek/#sala-"]').first.click()
    target = page.locator(":target")
    expect(target).to_be_in_viewport()
    expect(target.locator("h3")).to_contain_text("Świetlica")


# --- When something is wrong ------------------------------------------------------------------


def test_a_missing_page_helps_on(open_page: Open) -> None:
    for javascript in (True, False):
        page = open_page(width=320, javascript=javascript)
        go(page, "/en/nie-ma/", status=404)
        expect(page.locator("html")).to_have_attribute("lang", "en")
        go(page, "/nie-ma/", status=404)
        expect(page.locator("h1")).to_have_text("Nie ma takiej strony")
        page.locator('main [role="search"] input[name="q"]').fill("rower")
        page.locator('main [role="search"] button').click()
        expect(page.locator(".search-results h3").first).to_contain_text(re.compile("rower", re.I))


def test_a_fault_of_ours_is_admitted_in_every_language(
    open_page: Open, server_data: Server
) -> None:
    from django.db import connection

    page = open_page(width=320)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE home_newspage RENAME TO away")
    go(page, "/aktualnosci/", status=500)
    for language in ("pl", "be", "en", "it"):
        expect(page.locator(f'[lang="{language}"]').last).to_be_visible()
    expect(page.locator("h1")).to_have_text("Coś się zepsuło")
    expect(page.locator('a[href^="tel:"]')).to_be_visible()
    assert_no_horizontal_scrolling(page)


def test_a_pause_is_announced_and_ends(open_page: Open, server: Server) -> None:
    page = open_page(width=320)
    pause = server.var / "pause"
    pause.touch()
    try:
        answer = page.goto("/uslugi/")
        assert answer is not None
        assert answer.status == 503
        assert int(answer.header_value("retry-after") or 0) > 0
        expect(page.locator("h1")).to_have_text("Krótka przerwa")
        assert_no_horizontal_scrolling(page)
    finally:
        pause.unlink()
    go(page, "/uslugi/")


# --- Paper, themes, keys ----------------------------------------------------------------------


def test_paper_gets_the_text_and_nothing_else(open_page: Open) -> None:
    page = open_page(theme="dark")
    page.emulate_media(media="print")
    for path in ("/uslugi/wspolny-stol/", "/aktualnosci/umowa-podpisana/", "/wydarzenia/"):
        go(page, path)
        expect(page.locator("h1")).to_be_visible()
        for gone in (".platforms-nav", ".language-nav", ".theme-switch", ".site-footer nav"):
            for part in page.locator(gone).all():
                expect(part).to_be_hidden()
        text, ground = page.evaluate(
            """() => [getComputedStyle(document.querySelector("h1")).color,
                      getComputedStyle(document.body).backgroundColor]"""
        )
        assert text == "rgb(0, 0, 0)", "black letters, whatever the theme"
        assert ground in {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}


def test_a_chosen_theme_is_kept(open_page: Open) -> None:
    page = open_page()
    go(page, "/")
    ground = "getComputedStyle(document.body).backgroundColor"
    seen = {page.evaluate(ground)}
    for label, name in (("ciemny", "dark"), ("wysoki kontrast", "contrast")):
        page.locator(".theme-switch summary").click()
        page.get_by_label(re.compile(label)).check()
        expect(page.locator("html")).to_have_attribute("data-theme", name)
        seen.add(page.evaluate(ground))
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-theme", name)
        assert page.evaluate(ground) in seen
        go(page, "/uslugi/")
        expect(page.locator("html")).to_have_attribute("data-theme", name)
    assert len(seen) == 3
    page.locator(".theme-switch summary").click()
    expect(page.get_by_label(re.compile("wysoki kontrast"))).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.locator(".theme-switch summary")).to_be_focused()
    expect(page.locator(".theme-switch fieldset")).to_be_hidden()
    page.locator(".theme-switch summary").click()
    page.get_by_label("jak w systemie").check()
    page.reload()
    expect(page.locator("html")).not_to_have_attribute("data-theme", re.compile("."))


def test_without_javascript_there_is_no_switch_that_would_do_nothing(no_js_page: Page) -> None:
    go(no_js_page, "/")
    expect(no_js_page.locator(".theme-switch")).to_be_hidden()


def test_questions_unfold_and_filters_open_with_the_keyboard(open_page: Open) -> None:
    for javascript in (True, False):
        page = open_page(width=320, javascript=javascript)
        go(page, "/o-projekcie/")
        question = page.locator(".accordion summary").first
        answer = page.locator(".accordion details > div").first
        expect(answer).to_be_hidden()
        question.focus()
        page.keyboard.press("Enter")
        expect(answer).to_be_visible()
        go(page, "/uslugi/")
        page.locator(".facets > summary").focus()
        page.keyboard.press("Space")
        expect(page.locator("a.facet__choice").first).to_be_visible()


def focus(page: Page) -> dict[str, Any]:
    """Where the focus is and whether one sees it."""
    return page.evaluate(
        """() => {
            const one = document.activeElement ?? document.documentElement;
            const style = getComputedStyle(one);
            const box = one.getBoundingClientRect();
            return {
                text: one.innerText.replaceAll("\\u00a0", " "),
                href: one.getAttribute("href"),
                name: one.name || "",
                ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
                inside: box.bottom > 0 && box.top < innerHeight && box.width > 0,
            };
        }"""
    )


def tab_to(page: Page, wanted: Callable[[dict[str, Any]], bool], limit: int = 80) -> None:
    """Press Tab until the focus is where it is wanted; it has to be seen all the way."""
    for _step in range(limit):
        page.keyboard.press("Tab")
        now = focus(page)
        assert now["ring"], f"the focus cannot be seen on {now}"
        assert now["inside"], f"the focus is outside of the window on {now}"
        if wanted(now):
            return
    raise AssertionError("the keyboard does not get there")


def test_with_the_keyboard_alone_from_the_home_page_to_a_service(open_page: Open) -> None:
    for width in (320, 1280):
        page = open_page(width=width)
        go(page, "/")
        page.keyboard.press("Tab")
        assert focus(page)["href"] == "#tresc", "the first thing is a way past the header"
        assert focus(page)["inside"]
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        tab_to(page, lambda now: (now["href"] or "") == "/uslugi/", limit=3)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/uslugi/$"))
        tab_to(page, lambda now: now["name"] == "q")
        page.keyboard.type("swietlica do")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("q=swietlica"))
        tab_to(page, lambda now: "Świetlica do" in now["text"])
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text("Świetlica do")
